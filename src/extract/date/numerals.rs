//! Full-width and Chinese numerals → ASCII digits, so that one grammar reads them all.

/// Full-width forms, ideographic spaces and the Chinese numerals before a unit of time become ASCII.
pub(super) fn in_ascii(text: &str) -> String {
    let narrow: Vec<char> = text.chars().map(narrow).collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = narrow.as_slice();
    while let [first, tail @ ..] = rest {
        let run = rest.iter().take_while(|c| digit(**c).is_some()).count();
        let (numeral, after) = rest.split_at_checked(run).unwrap_or((&[], rest));
        if run > 0 && after.first().is_some_and(|unit| "年月日號号時点點分秒个個小天週周".contains(*unit))
        {
            out.push_str(&value(numeral).map_or_else(|| numeral.iter().collect(), |number| number.to_string()));
            rest = after;
        } else if *first == '元' && tail.first() == Some(&'年') {
            out.push('1');
            rest = tail;
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{202f}' => ' ',
        '–' | '—' | '‐' | '‑' | '−' => '-',
        '∶' => ':',
        other => other,
    }
}

/// The worth of one numeral; tens and hundreds are told by being at least ten.
fn digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' => 0,
        '一' | '元' => 1,
        '二' | '兩' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '廿' => 20,
        '卅' => 30,
        '百' => 100,
        _ => return None,
    })
}

/// 一一五 digit by digit, 一百十五 and 二十三 by place; nothing for what no one would write.
fn value(numeral: &[char]) -> Option<u32> {
    let digits: Vec<u32> = numeral.iter().filter_map(|c| digit(*c)).collect();
    if digits.len() > 6 {
        return None;
    }
    if digits.iter().all(|digit| *digit < 10) {
        return Some(digits.iter().fold(0, |sum, digit| sum * 10 + digit));
    }
    let (mut total, mut ones) = (0, 0);
    for digit in digits {
        match digit {
            10 | 100 => {
                total += ones.max(1) * digit;
                ones = 0;
            }
            20 | 30 => total += digit,
            _ => ones = digit,
        }
    }
    Some(total + ones)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numerals_before_a_unit_become_digits() {
        for (written, meant) in [
            ("民國一一五年三月十七日", "民國115年3月17日"),
            ("一百一十五年十二月三十一日", "115年12月31日"),
            ("廿三日 二十時", "23日 20時"),
            ("２０２６／０３／１７　１０：４８", "2026/03/17 10:48"),
            ("星期一", "星期一"),
            ("三小時前", "3小時前"),
            ("元年", "1年"),
        ] {
            assert_eq!(in_ascii(written), meant);
        }
    }
}
