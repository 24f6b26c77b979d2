//! Personal data in a text, so that it can be masked: telephone and identity numbers, plates, addresses, names
//! behind a label. A desk number with an extension belongs to an office, and 「王姓男子」 is nobody's name.

use crate::{
    domain::{Field, PersonalData, PersonalSpan, Span},
    text::Normalised,
};

/// Letters before a hyphen and digits that name a standard or a thing and not a vehicle.
const NOT_PLATES: [&str; 12] = ["cns", "gmt", "iec", "iso", "utc", "usb", "led", "fm", "pm", "no", "mrt", "tel"];

/// Labels that a person's name follows in forms and notices.
const NAME_LABELS: [&str; 6] = ["姓名", "聯絡人", "陳情人", "申請人", "當事人", "反映人"];

/// What follows 號 where the number counts a line, an exit or a thing and not a house.
const NOT_A_HOUSE: [char; 9] = ['線', '出', '誌', '碼', '公', '道', '機', '橋', '館'];

/// The longest road name looked for before a house number, in characters.
const ROAD_CHARS: usize = 8;

/// The longest written telephone number, in characters: +886 and ten digits with marks between.
const PHONE_CHARS: usize = 24;

/// How far back an address reaches from its house number, in characters.
const ADDRESS_CHARS: usize = 40;

/// Words before a number that offer it to the public.
const DESK_WORDS: [&str; 9] = ["洽詢", "專線", "請洽", "諮詢", "總機", "服務電話", "客服", "電洽", "傳真"];

/// How far before a number such a word reaches, in characters.
const DESK_REACH: usize = 8;

/// The personal data of one field, in order. `switchboards` are numbers of the government itself, digits only.
pub(super) fn find(field: Field, copy: &Normalised, switchboards: &[String]) -> Vec<PersonalSpan> {
    let text = copy.text();
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let scan = Scan { text, chars: &chars, switchboards };
    let mut found: Vec<(PersonalData, Span)> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let next = scan.number_at(at).or_else(|| scan.house_at(at)).or_else(|| scan.name_at(at));
        match next {
            Some((kind, end)) => {
                let start = if kind == PersonalData::Address { scan.address_start(at) } else { at };
                found.push((kind, scan.span(start, end)));
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    let original = |(kind, span)| copy.to_original(span).map(|span| PersonalSpan { kind, field, span });
    found.into_iter().filter_map(original).collect()
}

/// A text by characters; positions are indices into `chars`.
struct Scan<'a> {
    text: &'a str,
    chars: &'a [(usize, char)],
    switchboards: &'a [String],
}

impl Scan<'_> {
    fn char(&self, at: usize) -> char {
        self.chars.get(at).map_or('\0', |&(_, c)| c)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at| self.chars.get(at).map_or(self.text.len(), |&(offset, _)| offset);
        Span::new(offset(start), offset(end))
    }

    fn written(&self, start: usize, end: usize) -> &str {
        self.span(start, end).of(self.text).unwrap_or_default()
    }

    /// One past the last character from `at` on that `belongs`.
    fn run(&self, at: usize, belongs: impl Fn(char) -> bool) -> usize {
        self.run_within(at, usize::MAX, belongs)
    }

    /// The same, looking at no more than `most` characters.
    fn run_within(&self, at: usize, most: usize, belongs: impl Fn(char) -> bool) -> usize {
        let rest = self.chars.get(at..).unwrap_or_default();
        at + rest.iter().take(most).take_while(|&&(_, c)| belongs(c)).count()
    }

    /// A telephone number, an identity number or a plate that begins at `at`.
    fn number_at(&self, at: usize) -> Option<(PersonalData, usize)> {
        let opens = |c: char| c.is_ascii_alphanumeric() || matches!(c, '(' | '（' | '+');
        let before = if at == 0 { ' ' } else { self.char(at - 1) };
        if !opens(self.char(at)) || before.is_ascii_alphanumeric() || matches!(before, '-' | '.' | '/' | '_' | '=') {
            return None;
        }
        self.phone(at)
            .map(|end| (PersonalData::Phone, end))
            .or_else(|| self.identity(at).map(|end| (PersonalData::Id, end)))
            .or_else(|| self.plate(at).map(|end| (PersonalData::Plate, end)))
    }

    /// Mobile numbers (09 and eight digits, or +886 9) and landlines (area code and six to eight digits). One with
    /// an extension is an office desk.
    fn phone(&self, at: usize) -> Option<usize> {
        let part = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ' | '(' | ')' | '（' | '）' | '+');
        let mut end = self.run_within(at, PHONE_CHARS, part);
        while end > at && !self.char(end - 1).is_ascii_digit() {
            end -= 1;
        }
        let digits: String = self.written(at, end).chars().filter(char::is_ascii_digit).collect();
        let national = match digits.strip_prefix("886") {
            Some(rest) if self.char(at) == '+' => format!("0{rest}"),
            _ => digits,
        };
        let after = self.char(end);
        if after.is_ascii_alphanumeric() || self.is_serial(at, end) {
            return None;
        }
        if national.starts_with("09") {
            return (national.len() == 10).then_some(end);
        }
        let marked = self.written(at, end).contains(['-', '(', '（', ' ']);
        let offered = self.written(at.saturating_sub(DESK_REACH), at);
        let is_desk = after == '#'
            || ["分機", "轉", " 分機", "ext"].iter().any(|ext| self.follows(end, ext))
            || DESK_WORDS.iter().any(|word| offered.contains(word))
            || self.switchboards.contains(&national);
        let is_landline = national.starts_with('0')
            && !national.starts_with("00")
            && !national.starts_with("080")
            && (9..=10).contains(&national.len());
        (is_landline && marked && !is_desk).then_some(end)
    }

    /// 「第0912345678號」 numbers a document.
    fn is_serial(&self, start: usize, end: usize) -> bool {
        let before = self.written(start.saturating_sub(2), start);
        before.trim_end().ends_with(['第', '號']) || self.written(end, end + 2).trim_start().starts_with('號')
    }

    fn follows(&self, at: usize, words: &str) -> bool {
        self.chars.get(at).and_then(|&(offset, _)| self.text.get(offset..)).is_some_and(|rest| rest.starts_with(words))
    }

    /// A national identity or residence number: letter, 1, 2, 8 or 9, eight digits, of which the last makes the
    /// weighted sum (1 and 9 for the letter's number, then 8 down to 1, then 1) a multiple of ten
    /// (內政部 numbering rule).
    fn identity(&self, at: usize) -> Option<usize> {
        let end = self.run(at, |c| c.is_ascii_alphanumeric());
        if end != at + 10 {
            return None;
        }
        let letter = letter_number(self.char(at))?;
        let digits: Vec<u32> = (at + 1..end).map(|at| self.char(at).to_digit(10)).collect::<Option<_>>()?;
        if !matches!(digits.first(), Some(1 | 2 | 8 | 9)) {
            return None;
        }
        let weights = [8, 7, 6, 5, 4, 3, 2, 1, 1];
        let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
        (letter / 10 + letter % 10 * 9 + sum).is_multiple_of(10).then_some(end)
    }

    /// A vehicle's plate: two to four letters or letter-digit pairs, a hyphen, and digits, or the other way round.
    fn plate(&self, at: usize) -> Option<usize> {
        let middle = self.run(at, |c| c.is_ascii_alphanumeric());
        let end = self.run(middle + 1, |c| c.is_ascii_alphanumeric());
        if self.char(middle) != '-' || self.char(end) == '-' {
            return None;
        }
        let (left, right) = (self.written(at, middle), self.written(middle + 1, end));
        let letters = |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
        let digits = |part: &str, least| (least..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let plain = letters(left) && digits(right, 3) && !NOT_PLATES.contains(&left);
        let turned = digits(left, 3) && letters(right);
        (plain || turned).then_some(end)
    }

    /// A house number: 號 after digits after a road, lane or alley. `at` is where the digits begin.
    fn house_at(&self, at: usize) -> Option<(PersonalData, usize)> {
        let before = if at == 0 { ' ' } else { self.char(at - 1) };
        if !self.char(at).is_ascii_digit() || !matches!(before, '路' | '街' | '段' | '巷' | '弄' | '道') {
            return None;
        }
        let end = self.run(at, |c| c.is_ascii_digit() || matches!(c, '-' | '之'));
        let is_trunk =
            before == '道' && at >= 2 && matches!(self.char(at - 2), '國' | '省' | '縣' | '市' | '鐵' | '車');
        let is_house = self.char(end) == '號' && !NOT_A_HOUSE.contains(&self.char(end + 1)) && !is_trunk;
        is_house.then(|| {
            (PersonalData::Address, self.run(end + 1, |c| c.is_ascii_digit() || matches!(c, '樓' | '之' | '室')))
        })
    }

    /// Where the address begins whose house number begins at `at`: at its road, before section, lane and alley.
    fn address_start(&self, at: usize) -> usize {
        let mut start = at;
        let mut left = ROAD_CHARS;
        while start > at.saturating_sub(ADDRESS_CHARS) {
            let c = self.char(start - 1);
            let is_number = c.is_ascii_digit() || matches!(c, '段' | '巷' | '弄' | '-' | '之');
            let is_road =
                is_han(c) && !matches!(c, '在' | '於' | '到' | '住' | '往' | '區' | '里' | '市' | '鄰' | '的' | '是');
            if !is_number && (!is_road || left == 0) {
                break;
            }
            left = left.saturating_sub(usize::from(!is_number));
            start -= 1;
        }
        start
    }

    /// A name of two to four characters behind a label and a colon.
    fn name_at(&self, at: usize) -> Option<(PersonalData, usize)> {
        let colon = at.checked_sub(1).filter(|&colon| matches!(self.char(colon), ':' | '：'))?;
        let before = self.written(colon.saturating_sub(4), colon);
        let end = self.run(at, is_han);
        let labelled = NAME_LABELS.iter().any(|label| before.ends_with(label));
        (labelled && (2..=4).contains(&(end - at))).then_some((PersonalData::Name, end))
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// The number that stands for the first letter of an identity number: A 10 … Z 33, with I, O, W and Z out of
/// order (內政部 numbering rule).
fn letter_number(letter: char) -> Option<u32> {
    const ORDER: &str = "abcdefghjklmnpqrstuvxywzio";
    let at = ORDER.find(letter)?;
    u32::try_from(at + 10).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Normaliser;

    fn check(text: &str, expect: &[(PersonalData, &str)]) {
        let copy = Normaliser::default().normalise(text);
        let found: Vec<_> = find(Field::Text, &copy, &["073368333".to_owned()])
            .into_iter()
            .map(|found| (found.kind, found.span.of(text).unwrap()))
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn telephone_numbers_are_found_but_not_desks() {
        use PersonalData::Phone;
        check("請洽0912-345-678謝謝", &[(Phone, "0912-345-678")]);
        check("電話０９１２３４５６７８。", &[(Phone, "０９１２３４５６７８")]);
        check("+886 912 345 678", &[(Phone, "+886 912 345 678")]);
        check("家裡(07)345-6789沒人接", &[(Phone, "(07)345-6789")]);
        check("洽詢電話(07)336-8333#2345或1999", &[]);
        check("07-3368333分機12", &[]);
        check("洽詢專線：07-799-5678，或撥(07)336-8333", &[]);
        check("依高市府工字第0912345678號函", &[]);
        check("統計至2026-03-17，共0912件", &[]);
    }

    #[test]
    fn a_long_run_of_digits_and_spaces_is_read_in_one_pass() {
        for piece in ["12 ", "(07) ", "0-", "巷1號", "1之", "路1-", "a-1-", "姓名:"] {
            let copy = Normaliser::default().normalise(&piece.repeat(200_000 / piece.len()));
            // Reading the run anew at each of its numbers would take minutes.
            assert!(find(Field::Text, &copy, &[]).len() < copy.text().len(), "{piece}");
        }
    }

    #[test]
    fn plates_are_found_but_not_standards() {
        use PersonalData::Plate;
        check("車號ABC-1234與1234-QQ違停", &[(Plate, "ABC-1234"), (Plate, "1234-QQ")]);
        check("通過ISO-9001，F-16起降，COVID-19疫情，2026-03-17", &[]);
    }

    #[test]
    fn an_identity_number_must_add_up() {
        check("身分證A123456789遺失", &[(PersonalData::Id, "A123456789")]);
        check("案號A123456788", &[]);
    }

    #[test]
    fn an_address_has_a_house_number() {
        use PersonalData::Address;
        check("住三民區建國三路12巷3弄5之1號2樓", &[(Address, "建國三路12巷3弄5之1號2樓")]);
        check("國道1號路竹段，捷運路3號出口，台17線", &[]);
    }

    #[test]
    fn a_name_needs_a_label() {
        check("聯絡人：王小明，王姓男子", &[(PersonalData::Name, "王小明")]);
    }
}
