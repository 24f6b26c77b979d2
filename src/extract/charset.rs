//! Bytes → text. The order of belief follows browsers (BOM, HTTP, the document's own word, a guess), but a
//! declaration is checked against the bytes: feeds that say UTF-8 and are Big5 are common.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::declared;

/// How much of a body the guess looks at: enough for certainty, and a bound on its cost.
const GUESS_BYTES: usize = 256 * 1024;

/// A text of fewer pairs than this says too little to be called EUC-TW.
const EUC_TW_MIN_PAIRS: usize = 20;

/// How much of a body is looked at to tell binary data from text.
const CONTROL_BYTES: usize = 64 * 1024;

/// Fewer control characters than this are slips of an editor.
const CONTROL_MIN: usize = 4;

/// Text holds less than one control character in this many bytes.
const CONTROL_SHARE: usize = 50;

/// Characters of everyday writing in both scripts. They are a tenth of any Chinese text and rare in a misread one.
const EVERYDAY: &str = "的一是在不了有人我他這这中大來来上國国個个到說说們们為为子和你地出道也時时年得就那要下以生會会自著去之過过家學学對对可里後后市日月";

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text: no BOM, no XML declaration, `\n` line ends, no control characters but tab and newline.
    pub text: String,
    /// What it was decoded from: a WHATWG label in lower case.
    pub charset: &'static str,
    /// Byte sequences that had no meaning and became U+FFFD.
    pub replaced: usize,
}

/// Why a body could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CharsetError {
    /// A charset that is recognised and has no decoder.
    #[error("the page is in {0}, which Clarion cannot decode: ask the site for its UTF-8 or Big5 address")]
    Unsupported(&'static str),
    /// Bytes that were never text.
    #[error("these bytes are {0}, not text: check the address, and whether it offers a page or a feed instead")]
    NotText(&'static str),
}

/// One way to read a body.
struct Candidate {
    encoding: &'static Encoding,
    text: String,
    replaced: usize,
}

/// Decodes a body: BOM, then the HTTP charset, then the XML declaration or HTML `meta`, then a guess that
/// favours Taiwan. A declaration under which bytes make no sense competes with the guesses, and the reading with
/// the fewest replacements wins.
///
/// # Errors
/// [`CharsetError::Unsupported`] for EUC-TW, by its label or by its bytes; [`CharsetError::NotText`] for a PDF, a picture, an
/// archive and the like.
pub fn decode(body: &[u8], content_type: Option<&str>) -> Result<Decoded, CharsetError> {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return Ok(finish(read(encoding, body.get(length..).unwrap_or_default())));
    }
    if let Some(encoding) = utf_16_without_bom(body) {
        return Ok(finish(read(encoding, body)));
    }
    if let Some(kind) = not_text(body) {
        return Err(CharsetError::NotText(kind));
    }
    let mut labels = Vec::new();
    labels.extend(content_type.and_then(declared::in_content_type));
    labels.extend(declared::in_document(body));
    if labels.iter().any(|label| matches!(label.to_ascii_lowercase().as_str(), "euc-tw" | "x-euc-tw" | "cns11643")) {
        return Err(CharsetError::Unsupported("euc-tw"));
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for encoding in labels.iter().filter_map(|label| known(label)) {
        let candidate = read(encoding, body);
        // A single-byte charset gives every byte a meaning, so its silence proves nothing.
        if candidate.replaced == 0 && (!encoding.is_single_byte() || !is_written_in_utf_8(body)) {
            return Ok(finish(candidate));
        }
        candidates.push(candidate);
    }
    if is_written_in_utf_8(body) || body.is_ascii() {
        return Ok(finish(read(UTF_8, body)));
    }
    if looks_like_euc_tw(body) {
        return Err(CharsetError::Unsupported("euc-tw"));
    }
    candidates.extend(guesses(body));
    Ok(finish(best(candidates).unwrap_or_else(|| read(UTF_8, body))))
}

/// The encoding of a label. UTF-16 is left out: a label that could be read byte by byte is not in UTF-16.
fn known(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes())
        .map(|encoding| if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// Readings by detection: with the Taiwanese hint, and again without it, because the hint turns GB2312 into Big5. Two readings
/// without errors are told apart by how much everyday Chinese they hold.
fn guesses(body: &[u8]) -> Vec<Candidate> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let sample = body.get(..GUESS_BYTES).unwrap_or(body);
    detector.feed(sample, false);
    let hinted = read(detector.guess(Some(b"tw"), Utf8Detection::Allow), body);
    let plain = read(detector.guess(None, Utf8Detection::Allow), body);
    if hinted.replaced == 0 {
        let misled = plain.replaced == 0 && everyday(&plain.text) > everyday(&hinted.text);
        return vec![if misled { plain } else { hinted }];
    }
    vec![hinted, plain, read(UTF_8, body), read(GB18030, body), read(BIG5, body)]
}

fn everyday(text: &str) -> usize {
    text.chars().take(GUESS_BYTES).filter(|c| !c.is_ascii() && EVERYDAY.contains(*c)).count()
}

/// The reading with the fewest replacements, the earlier one on a tie. Single-byte readings cannot fail, so they are
/// taken only when every other reading breaks more than one character in a hundred.
fn best(candidates: Vec<Candidate>) -> Option<Candidate> {
    let sound = |c: &Candidate| !c.encoding.is_single_byte() && c.replaced * 100 <= c.text.chars().count();
    let any_sound = candidates.iter().any(sound);
    candidates.into_iter().filter(|c| !any_sound || sound(c)).min_by_key(|c| c.replaced)
}

/// Decodes without looking for a BOM. A character cut in half at the end is left out and not counted: bodies are cut
/// at a size, not at a character.
fn read(encoding: &'static Encoding, body: &[u8]) -> Candidate {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(body.len() + body.len() / 2 + 16);
    let mut rest = body;
    let mut replaced = 0;
    loop {
        let (result, used) = decoder.decode_to_string_without_replacement(rest, &mut text, false);
        rest = rest.get(used..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return Candidate { encoding, text, replaced },
            DecoderResult::OutputFull => text.reserve(rest.len() * 3 + 16),
            DecoderResult::Malformed(..) => {
                replaced += 1;
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

/// Whether the body holds characters beyond ASCII and all of them are UTF-8, save one cut at the end.
fn is_written_in_utf_8(body: &[u8]) -> bool {
    let sound = match std::str::from_utf8(body) {
        Ok(_) => body.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return false,
    };
    body.get(..sound).is_some_and(|part| !part.is_ascii())
}

/// What bytes are that are no text in any charset: a PDF says so, and the rest shows in control characters, which are a
/// tenth of compressed bytes and all but unknown in writing.
fn not_text(body: &[u8]) -> Option<&'static str> {
    if body.trim_ascii_start().starts_with(b"%PDF-") {
        return Some("a PDF");
    }
    let sample = body.get(..CONTROL_BYTES).unwrap_or(body);
    // White space, and the escape that ISO-2022-JP changes its sets with.
    let written = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | 0x0B | 0x0C | b'\r' | 0x1B);
    let control = sample.iter().filter(|byte| !written(byte)).count();
    (control >= CONTROL_MIN && control * CONTROL_SHARE > sample.len()).then_some("binary data")
}

/// UTF-16 shows in the first `<` of a document: half of it is a NUL.
fn utf_16_without_bom(body: &[u8]) -> Option<&'static Encoding> {
    match body {
        [b'<', 0, b, 0, ..] if b.is_ascii() && *b != 0 => Some(UTF_16LE),
        [0, b'<', 0, b, ..] if b.is_ascii() && *b != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether the bytes are shaped like EUC-TW (CNS 11643): pairs of 0xA1–0xFE and four-byte sequences that open with
/// SS2 (0x8E, plane 0xA1–0xB0). Plane 1 has its ideographs from row 0xC4 on and nothing in rows 0xAA–0xC1, where
/// GB2312 and EUC-KR keep close to half of what people write.
fn looks_like_euc_tw(body: &[u8]) -> bool {
    let (mut pairs, mut foreign, mut planes) = (0_usize, 0_usize, 0_usize);
    let mut rest = body.get(..GUESS_BYTES).unwrap_or(body);
    loop {
        rest = match rest {
            [] | [0x80..=0xFF] | [0x8E, _] | [0x8E, _, _] => break,
            [0..=0x7F, tail @ ..] => tail,
            [0x8E, 0xA1..=0xB0, 0xA1..=0xFE, 0xA1..=0xFE, tail @ ..] => {
                planes += 1;
                tail
            }
            [lead @ 0xA1..=0xFE, 0xA1..=0xFE, tail @ ..] => {
                pairs += 1;
                foreign += usize::from((0xAA..=0xC1).contains(lead));
                tail
            }
            _ => return false,
        }
    }
    pairs + planes >= EUC_TW_MIN_PAIRS && foreign * 100 <= pairs
}

/// Takes off what would mislead a parser: the XML declaration (its encoding is no longer true), control characters,
/// carriage returns.
fn finish(candidate: Candidate) -> Decoded {
    let Candidate { encoding, text, replaced } = candidate;
    let start = text.trim_start();
    let body = match start.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((declaration, rest)) if !declaration.contains('<') => rest,
        _ => text.as_str(),
    };
    let clean = if body.bytes().any(|b| b < 0x20 && b != b'\t' && b != b'\n') {
        let unix = body.replace("\r\n", "\n").replace('\r', "\n");
        unix.chars().map(|c| if c < ' ' && c != '\t' && c != '\n' { ' ' } else { c }).collect()
    } else if body.len() == text.len() {
        text
    } else {
        body.to_owned()
    };
    Decoded { text: clean, charset: declared::label(encoding), replaced }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWS: &str = "高雄市政府今日表示，前鎮區路燈已全數修復，市民可撥打一九九九專線通報。";

    fn check(body: &[u8], content_type: Option<&str>, charset: &str) -> String {
        let decoded = decode(body, content_type).unwrap();
        assert_eq!(decoded.charset, charset);
        decoded.text
    }

    fn big5(text: &str) -> Vec<u8> {
        BIG5.encode(text).0.into_owned()
    }

    #[test]
    fn a_big5_feed_that_says_utf_8_is_read_as_big5() {
        let body = big5(&format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><rss><title>{NEWS}</title></rss>"));
        assert_eq!(check(&body, Some("text/xml; charset=utf-8"), "big5"), format!("<rss><title>{NEWS}</title></rss>"));
    }

    #[test]
    fn the_http_charset_comes_before_the_documents() {
        let body = big5(&format!("<html><meta charset=gbk>{NEWS}"));
        assert!(check(&body, Some("text/html; charset=\"Big5\""), "big5").contains(NEWS));
    }

    #[test]
    fn a_bom_comes_before_everything() {
        let mut body = vec![0xEF, 0xBB, 0xBF];
        body.extend_from_slice(NEWS.as_bytes());
        assert_eq!(check(&body, Some("text/html; charset=big5"), "utf-8"), NEWS);
        let utf_16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(NEWS.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(check(&utf_16, None, "utf-16le"), NEWS);
    }

    #[test]
    fn utf_16_without_bom_shows_in_its_first_tag() {
        let body: Vec<u8> = format!("<a>{NEWS}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(check(&body, None, "utf-16be"), format!("<a>{NEWS}"));
    }

    #[test]
    fn an_http_equiv_meta_is_believed() {
        let body = big5(&format!("<meta http-equiv='Content-Type' content='text/html; charset=big5'>{NEWS}"));
        assert!(check(&body, None, "big5").ends_with(NEWS));
    }

    #[test]
    fn nothing_declared_is_guessed_for_taiwan_first() {
        assert_eq!(check(&big5(&NEWS.repeat(3)), None, "big5"), NEWS.repeat(3));
        let simplified = "高雄市政府今天表示，所有路灯已经修复，请市民放心出门。".repeat(4);
        let (bytes, _, _) = encoding_rs::GBK.encode(&simplified);
        assert_eq!(decode(&bytes, None).unwrap().text, simplified);
    }

    #[test]
    fn utf_8_that_says_latin_1_is_utf_8() {
        assert_eq!(check(NEWS.as_bytes(), Some("text/html; charset=ISO-8859-1"), "utf-8"), NEWS);
    }

    #[test]
    fn a_half_cut_last_character_decides_nothing() {
        let body = NEWS.as_bytes();
        let decoded = decode(&body[..body.len() - 1], None).unwrap();
        assert_eq!((decoded.charset, decoded.replaced), ("utf-8", 0));
        let body = big5(NEWS);
        let decoded = decode(&body[..body.len() - 1], Some("text/html; charset=big5")).unwrap();
        assert_eq!((decoded.charset, decoded.replaced), ("big5", 0));
    }

    #[test]
    fn euc_tw_is_named_and_refused() {
        let refused = Err(CharsetError::Unsupported("euc-tw"));
        assert_eq!(decode(b"<?xml version='1.0' encoding='x-euc-tw'?><a/>", None), refused);
        let planes: Vec<u8> = [0x8E, 0xA2, 0xC4, 0xA1, 0xC5, 0xD2].repeat(20);
        assert_eq!(decode(&planes, None), refused);
        let plane_one: Vec<u8> = [0xC4, 0xA1, 0xD5, 0xD2, 0xE8, 0xF0].repeat(20);
        assert_eq!(decode(&plane_one, None), refused);
    }

    #[test]
    fn control_characters_and_carriage_returns_are_gone() {
        assert_eq!(check(b"a\0b\x0Bc\r\nd\re\tf", None, "utf-8"), "a b c\nd\ne\tf");
    }

    #[test]
    fn bytes_that_were_never_text_are_refused() {
        let pdf = format!("%PDF-1.7\n1 0 obj <</Title ({NEWS})>> endobj");
        assert_eq!(decode(pdf.as_bytes(), Some("text/html")), Err(CharsetError::NotText("a PDF")));
        let mut state = 7_u32;
        let random: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(4096)
        .collect();
        assert_eq!(decode(&random, None), Err(CharsetError::NotText("binary data")));
    }

    #[test]
    fn one_bad_byte_does_not_unseat_big5() {
        let mut body = big5(&NEWS.repeat(20));
        body.extend_from_slice(&[0xFF, b' ']);
        let decoded = decode(&body, Some("text/xml; charset=big5")).unwrap();
        assert_eq!((decoded.charset, decoded.replaced), ("big5", 1));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>, content_type: Option<String>) {
            drop(decode(&body, content_type.as_deref()));
        }
    }
}
