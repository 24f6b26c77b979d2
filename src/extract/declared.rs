//! What a body says its charset is: the `charset` of a content type, an XML declaration, an HTML `meta`.

use encoding_rs::Encoding;

/// How far into a document a declaration is looked for. Browsers stop at 1 KiB; Taiwanese portals put scripts first.
const PROLOG_BYTES: usize = 4096;

/// The charset parameter of a `Content-Type`.
pub(super) fn in_content_type(value: &str) -> Option<String> {
    after_charset(&value.to_ascii_lowercase())
}

/// The encoding an XML declaration or an HTML `meta` names within the first 4 KiB.
pub(super) fn in_document(body: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(body.get(..PROLOG_BYTES).unwrap_or(body)).to_ascii_lowercase();
    let from_xml =
        start.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).and_then(|(declaration, _)| {
            let (_, value) = declaration.split_once("encoding")?;
            quoted(value.trim_start().strip_prefix('=')?)
        });
    from_xml.or_else(|| start.split("<meta").skip(1).find_map(|rest| after_charset(rest.split('>').next()?)))
}

/// The value after `charset=` in lower-case text.
fn after_charset(text: &str) -> Option<String> {
    text.split("charset").skip(1).find_map(|rest| quoted(rest.trim_start().strip_prefix('=')?))
}

/// A value with or without quotes.
fn quoted(text: &str) -> Option<String> {
    let value: String = text
        .trim_start_matches([' ', '\t', '\n', '"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    (!value.is_empty()).then_some(value)
}

/// An encoding's WHATWG name in lower case, as the interface promises it.
pub(super) fn label(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "UTF-8" => "utf-8",
        "UTF-16LE" => "utf-16le",
        "UTF-16BE" => "utf-16be",
        "Big5" => "big5",
        "GBK" => "gbk",
        "EUC-JP" => "euc-jp",
        "EUC-KR" => "euc-kr",
        "Shift_JIS" => "shift_jis",
        "ISO-2022-JP" => "iso-2022-jp",
        "IBM866" => "ibm866",
        "KOI8-R" => "koi8-r",
        "KOI8-U" => "koi8-u",
        "ISO-8859-2" => "iso-8859-2",
        "ISO-8859-3" => "iso-8859-3",
        "ISO-8859-4" => "iso-8859-4",
        "ISO-8859-5" => "iso-8859-5",
        "ISO-8859-6" => "iso-8859-6",
        "ISO-8859-7" => "iso-8859-7",
        "ISO-8859-8" => "iso-8859-8",
        "ISO-8859-8-I" => "iso-8859-8-i",
        "ISO-8859-10" => "iso-8859-10",
        "ISO-8859-13" => "iso-8859-13",
        "ISO-8859-14" => "iso-8859-14",
        "ISO-8859-15" => "iso-8859-15",
        "ISO-8859-16" => "iso-8859-16",
        lower => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_found_in_each_of_its_forms() {
        for (body, expect) in [
            ("<?xml version='1.0' encoding = 'Big5' ?><rss/>", Some("big5")),
            ("<html><head><META CHARSET=utf-8>", Some("utf-8")),
            ("<meta http-equiv=Content-Type content=\"text/html; charset=x-sjis\">", Some("x-sjis")),
            ("<?xml version='1.0'?><rss/>", None),
            ("<p>charset=big5</p>", None),
        ] {
            assert_eq!(in_document(body.as_bytes()).as_deref(), expect, "{body}");
        }
        assert_eq!(in_content_type("text/html; Charset=\"Big5\"").as_deref(), Some("big5"));
        assert_eq!(in_content_type("text/html"), None);
    }
}
