//! Bodies unzipped piece by piece, so that no more than the caps is ever held.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::{outcome::Limit, settings::Limits};

/// What is offered to sites. zstd and deflate are left out: the first makes bombs cheaper still, the second is
/// sent in two incompatible forms.
pub(super) const ACCEPT_ENCODING: &str = "gzip, br";

/// The buffer the brotli decoder works with, in bytes.
const BROTLI_BUFFER: usize = 16 * 1024;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Gzip,
    Brotli,
}

/// Why a body was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge(Limit),
    Damaged(String),
}

/// What happens at a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtCap {
    /// The body is refused: half a page must not pass for a page.
    Refuse,
    /// The rest is left: RFC 9309 reads the beginning of a long robots.txt.
    Cut,
}

impl Encoding {
    /// Reads `Content-Encoding`: one of those offered, once.
    pub fn of(headers: &HeaderMap) -> Result<Self, BodyError> {
        let named: Vec<String> = headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
            .filter(|name| !name.is_empty() && name != "identity")
            .collect();
        match named.as_slice() {
            [] => Ok(Self::Plain),
            [name] if name == "gzip" || name == "x-gzip" => Ok(Self::Gzip),
            [name] if name == "br" => Ok(Self::Brotli),
            _ => Err(BodyError::Damaged(format!("the answer is packed in a way not asked for ({})", named.join(", ")))),
        }
    }
}

/// A body on its way in.
pub(super) struct Intake {
    unpacker: Unpacker,
    limits: Limits,
    wire: usize,
}

/// Decoders are boxed for their size: they hold tables of some kilobytes.
enum Unpacker {
    Plain(Store),
    Gzip(Box<MultiGzDecoder<Store>>),
    Brotli(Box<DecompressorWriter<Store>>),
}

/// The unzipped body, which refuses to grow beyond the caps.
struct Store {
    body: Vec<u8>,
    wire: usize,
    limits: Limits,
    at_cap: AtCap,
    full: Option<Limit>,
}

impl Intake {
    pub fn new(encoding: Encoding, limits: Limits, at_cap: AtCap) -> Self {
        let store = Store { body: Vec::new(), wire: 0, limits, at_cap, full: None };
        let unpacker = match encoding {
            Encoding::Plain => Unpacker::Plain(store),
            Encoding::Gzip => Unpacker::Gzip(Box::new(MultiGzDecoder::new(store))),
            Encoding::Brotli => Unpacker::Brotli(Box::new(DecompressorWriter::new(store, BROTLI_BUFFER))),
        };
        Self { unpacker, limits, wire: 0 }
    }

    /// Takes a piece as sent. False when no more is wanted.
    pub fn take(&mut self, piece: &[u8]) -> Result<bool, BodyError> {
        self.wire += piece.len();
        if self.wire > self.limits.wire && self.store().at_cap == AtCap::Refuse {
            return Err(BodyError::TooLarge(Limit::Wire(self.limits.wire)));
        }
        self.store().wire = self.wire;
        let taken = match &mut self.unpacker {
            Unpacker::Plain(store) => store.write_all(piece),
            Unpacker::Gzip(gzip) => gzip.write_all(piece).and_then(|()| gzip.flush()),
            Unpacker::Brotli(brotli) => brotli.write_all(piece),
        };
        self.judge(taken).map(|()| self.store().full.is_none())
    }

    /// The whole body, once everything has been taken.
    pub fn finish(mut self) -> Result<Vec<u8>, BodyError> {
        // A server that packs everything also packs nothing into nothing. A cut body has no proper end.
        if self.wire > 0 && self.store().full.is_none() {
            let ended = match &mut self.unpacker {
                Unpacker::Plain(_) => Ok(()),
                Unpacker::Gzip(gzip) => gzip.try_finish(),
                Unpacker::Brotli(brotli) => brotli.close(),
            };
            self.judge(ended)?;
        }
        Ok(std::mem::take(&mut self.store().body))
    }

    /// Bytes as sent so far.
    pub fn wire(&self) -> usize {
        self.wire
    }

    fn judge(&mut self, result: io::Result<()>) -> Result<(), BodyError> {
        let store = self.store();
        match (store.full, store.at_cap) {
            (Some(limit), AtCap::Refuse) => Err(BodyError::TooLarge(limit)),
            (Some(_), AtCap::Cut) => Ok(()),
            (None, _) => result.map_err(|error| BodyError::Damaged(format!("the packed body is damaged ({error})"))),
        }
    }

    fn store(&mut self) -> &mut Store {
        match &mut self.unpacker {
            Unpacker::Plain(store) => store,
            Unpacker::Gzip(gzip) => gzip.get_mut(),
            Unpacker::Brotli(brotli) => brotli.get_mut(),
        }
    }
}

impl Store {
    /// The cap that `more` bytes would break.
    fn broken_by(&self, more: usize) -> Option<Limit> {
        let size = self.body.len().saturating_add(more);
        if size > self.limits.decoded {
            return Some(Limit::Decoded(self.limits.decoded));
        }
        let bomb = size > self.limits.ratio_after && size / self.limits.ratio.max(1) > self.wire;
        bomb.then_some(Limit::Ratio(self.limits.ratio))
    }
}

impl Write for Store {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.full.is_none() {
            self.full = self.broken_by(piece.len());
        }
        if self.full.is_some() {
            let room = self.limits.decoded.saturating_sub(self.body.len());
            if self.at_cap == AtCap::Cut
                && let Some(fits) = piece.get(..room.min(piece.len()))
            {
                self.body.extend_from_slice(fits);
            }
            return Err(io::Error::other("the body is larger than is taken"));
        }
        self.body.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn brotli(body: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        // A middling quality: tests run without optimisation.
        let quick = brotli::enc::BrotliEncoderParams { quality: 4, ..Default::default() };
        brotli::BrotliCompress(&mut &*body, &mut packed, &quick).unwrap();
        packed
    }

    fn read(encoding: Encoding, sent: &[u8], at_cap: AtCap) -> Result<Vec<u8>, BodyError> {
        let mut intake = Intake::new(encoding, Limits::default(), at_cap);
        for piece in sent.chunks(4096) {
            if !intake.take(piece)? {
                break;
            }
        }
        intake.finish()
    }

    fn noise(len: u32) -> Vec<u8> {
        (0..len).map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect()
    }

    #[test]
    fn both_packings_unpack_to_what_was_packed() {
        let body = "高雄市政府新聞局".repeat(20_000).into_bytes();
        assert_eq!(read(Encoding::Plain, &body, AtCap::Refuse).as_deref(), Ok(&*body));
        assert_eq!(read(Encoding::Gzip, &gzip(&noise(99_999)), AtCap::Refuse), Ok(noise(99_999)));
        assert_eq!(read(Encoding::Brotli, &brotli(&noise(99_999)), AtCap::Refuse), Ok(noise(99_999)));
    }

    #[test]
    fn two_gzip_members_are_one_body_and_no_bytes_are_an_empty_one() {
        let two = [gzip(b"a"), gzip(b"b")].concat();
        assert_eq!(read(Encoding::Gzip, &two, AtCap::Refuse), Ok(b"ab".to_vec()));
        assert_eq!(read(Encoding::Gzip, b"", AtCap::Refuse), Ok(vec![]));
        assert_eq!(read(Encoding::Brotli, b"", AtCap::Refuse), Ok(vec![]));
    }

    #[test]
    fn a_bomb_stops_at_the_ratio() {
        let bomb = vec![0; 20 << 20];
        let expect = Err(BodyError::TooLarge(Limit::Ratio(200)));
        assert_eq!(read(Encoding::Gzip, &gzip(&bomb), AtCap::Refuse), expect);
        assert_eq!(read(Encoding::Brotli, &brotli(&bomb), AtCap::Refuse), expect);
    }

    #[test]
    fn the_caps_hold_to_the_byte() {
        let limits = Limits { decoded: 10, wire: 12, ..Limits::default() };
        let read = |body: &[u8], at_cap| {
            let mut intake = Intake::new(Encoding::Plain, limits, at_cap);
            intake.take(body).and_then(|_| intake.finish())
        };
        assert_eq!(read(&[7; 10], AtCap::Refuse), Ok(vec![7; 10]));
        assert_eq!(read(&[7; 11], AtCap::Refuse), Err(BodyError::TooLarge(Limit::Decoded(10))));
        assert_eq!(read(&[7; 13], AtCap::Refuse), Err(BodyError::TooLarge(Limit::Wire(12))));
        assert_eq!(read(&[7; 99], AtCap::Cut), Ok(vec![7; 10]));
    }

    #[test]
    fn a_packed_body_cut_short_or_damaged_is_refused() {
        for (encoding, packed) in [(Encoding::Gzip, gzip(&noise(9999))), (Encoding::Brotli, brotli(&noise(9999)))] {
            for cut in [1, 5, packed.len() / 2, packed.len() - 1] {
                let read = read(encoding, &packed[..cut], AtCap::Refuse);
                assert!(matches!(read, Err(BodyError::Damaged(_))), "{encoding:?} cut to {cut}: {read:?}");
            }
            assert!(matches!(read(encoding, &[0xff; 64], AtCap::Refuse), Err(BodyError::Damaged(_))));
        }
    }

    #[test]
    fn only_one_packing_of_those_offered_is_taken() {
        let check = |values: &[&'static str], expect: Option<Encoding>| {
            let headers = values.iter().map(|value| (CONTENT_ENCODING, value.parse().unwrap())).collect();
            assert_eq!(Encoding::of(&headers).ok(), expect, "{values:?}");
        };
        check(&[], Some(Encoding::Plain));
        check(&["identity"], Some(Encoding::Plain));
        check(&["GZip"], Some(Encoding::Gzip));
        check(&["identity, br"], Some(Encoding::Brotli));
        check(&["gzip, gzip"], None);
        check(&["gzip", "br"], None);
        check(&["zstd"], None);
        check(&["deflate"], None);
    }
}
