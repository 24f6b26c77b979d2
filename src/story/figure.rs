//! The figures of a text, by which two reports of one event know each other: 「52人」, 「320平」, 「92.4元」.

/// Units that a figure of the calendar or the clock has. Every report of a day shares its date.
const CALENDAR: [char; 12] = ['年', '月', '日', '時', '分', '點', '號', '週', '周', '天', '次', ':'];

/// Digits from which a number is a telephone's or an account's: sums that large are written with 萬 or 億.
const CODE_DIGITS: usize = 7;

/// Every number of a text in digits with the character behind it, in order, without lone digits, dates, times of day, and
/// what stands under every release of an office: telephone numbers, extensions, articles of a law.
#[must_use]
pub fn figures(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut chars = text.chars().map(narrow).peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        if !c.is_ascii_digit() || before.is_ascii_alphanumeric() {
            before = c;
            continue;
        }
        let mut figure = String::from(c);
        while let Some(next) = chars.next_if(|next| next.is_ascii_digit() || matches!(next, ',' | '.')) {
            // 「1,260」 and 「1260」 are one number; a point at the end of a sentence is none.
            if next != ',' {
                figure.push(next);
            }
        }
        let figure = figure.trim_end_matches('.');
        let unit = chars.peek().copied().unwrap_or(' ');
        let counts = figure.len() > 1 && !CALENDAR.contains(&unit) && !is_code(before, figure);
        if counts && !unit.is_whitespace() {
            found.push(format!("{figure}{unit}"));
        }
        before = '0';
    }
    found
}

/// Whether a number is a name: a telephone's, a year, an article.
fn is_code(before: char, figure: &str) -> bool {
    let is_year = figure.len() == 4 && (figure.starts_with("19") || figure.starts_with("20"));
    matches!(before, ':' | '-' | '#' | '*' | '第' | '轉')
        || figure.starts_with('0') && !figure.starts_with("0.")
        || figure.len() >= CODE_DIGITS
        || is_year
}

/// A full-width digit, point or colon as the narrow one.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' | '．' | '：' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_with_their_units_and_dates_are_not() {
        let text =
            "3月17日11時56分控制火勢，燃燒320平方公尺，出動18車52人，箱涵1,260公尺，每公斤92.4元，第7次。共12.5公里.";
        assert_eq!(figures(text), ["320平", "18車", "52人", "1260公", "92.4元", "12.5公"]);
    }

    #[test]
    fn a_code_is_no_number() {
        assert_eq!(figures("PM25達到A12與http://a1.b22"), Vec::<String>::new());
        assert_eq!(figures("聯絡人 07-3368333轉2406、請撥1999反映，依第18條第12款"), Vec::<String>::new());
        assert_eq!(figures("能見度０.5公里"), ["0.5公"]);
        assert_eq!(figures(""), Vec::<String>::new());
    }
}
