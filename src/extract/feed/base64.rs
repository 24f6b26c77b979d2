//! Base64 as Atom carries it (RFC 4648 §4, white space allowed).

/// Decodes to text, or nothing when this is not base64 of UTF-8 text.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut bits) = (0_u32, 0_u32);
    for symbol in text.bytes().filter(|b| !b.is_ascii_whitespace()) {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        group = (group << 6 | u32::from(value)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(group >> bits & 0xFF).ok()?);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_and_plain_words_do_not() {
        assert_eq!(decode("6auY6ZuE 5biC\n").as_deref(), Some("高雄市"));
        assert_eq!(decode("YQ==").as_deref(), Some("a"));
        assert_eq!(decode("not base64!"), None);
        assert_eq!(decode(""), None);
    }
}
