//! Texts that are kept and seldom read, in less room than UTF-8 takes: two bytes for a Chinese character instead of three.

/// The characters that take two bytes, as ranges of code points; the rest takes four. Together they are fewer than the
/// 32,512 that a first byte from 0x80 to 0xFE and a second one can tell apart.
const RANGES: [(u32, u32); 6] =
    [(0x4e00, 0x9fff), (0x3400, 0x4dbf), (0x2000, 0x2bff), (0x3000, 0x33ff), (0xff00, 0xffef), (0xa0, 0xff)];

/// The first byte of two.
const PAIR: u8 = 0x80;

/// What stands before a character in three bytes.
const ESCAPE: u8 = 0xff;

/// Appends a text in packed form.
pub fn pack(text: &str, to: &mut Vec<u8>) {
    for c in text.chars() {
        if c.is_ascii() {
            to.extend(u8::try_from(c));
            continue;
        }
        let code = u32::from(c);
        if let Some(place) = place(code).and_then(|place| u16::try_from(place).ok()) {
            let [high, low] = place.to_be_bytes();
            to.extend([PAIR + high, low]);
        } else {
            let [_, a, b, c] = code.to_be_bytes();
            to.extend([ESCAPE, a, b, c]);
        }
    }
}

/// The text that was packed into these bytes; nothing for bytes that [`pack`] does not make.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    let mut bytes = bytes.iter().copied();
    while let Some(first) = bytes.next() {
        text.push(match first {
            0..PAIR => char::from(first),
            ESCAPE => char::from_u32(u32::from_be_bytes([0, bytes.next()?, bytes.next()?, bytes.next()?]))?,
            _ => char::from_u32(code(u32::from(u16::from_be_bytes([first - PAIR, bytes.next()?])))?)?,
        });
    }
    Some(text)
}

fn place(code: u32) -> Option<u32> {
    let mut before = 0;
    for (first, last) in RANGES {
        if (first..=last).contains(&code) {
            return Some(before + code - first);
        }
        before += last - first + 1;
    }
    None
}

fn code(mut place: u32) -> Option<u32> {
    for (first, last) in RANGES {
        let count = last - first + 1;
        if place < count {
            return Some(first + place);
        }
        place -= count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        pack(text, &mut bytes);
        bytes
    }

    #[test]
    fn every_character_comes_back() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            assert_eq!(unpack(&packed(&text)), Some(text));
        }
    }

    #[test]
    fn chinese_takes_two_bytes_a_character() {
        let text = "水利局：8月31日完工，經費２.５億元（約）。";
        assert_eq!(packed(text).len(), text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>());
        assert!(RANGES.iter().map(|(first, last)| last - first + 1).sum::<u32>() <= 0x7f00);
    }

    #[test]
    fn what_is_cut_off_is_no_text() {
        let bytes = packed("水𠀀");
        assert_eq!(bytes.len(), 6);
        for end in [1, 3, 4, 5] {
            assert_eq!(unpack(&bytes[..end]), None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn a_text_comes_back_as_it_was(text: String) {
            prop_assert_eq!(unpack(&packed(&text)), Some(text));
        }
    }
}
