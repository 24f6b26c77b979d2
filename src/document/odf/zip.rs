//! ZIP as ODF packages need it (APPNOTE 6.3; ODF 1.3 part 2): no encryption, no ZIP64, and the same bytes each time.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

use super::DocumentFault;

/// 1980-01-01, the first day ZIP knows: a package says nothing of when it was written.
const DAY: u16 = 0b0000_0000_0010_0001;

/// The version a reader must know: 2.0, for deflate.
const VERSION: u16 = 20;

/// Names are UTF-8 (bit 11).
const FLAGS: u16 = 1 << 11;

/// A file in an archive.
#[derive(Debug)]
pub(super) struct Member<'a> {
    /// Its path.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Whether it is compressed.
    pub deflated: bool,
}

/// An archive of the members, in their order.
pub(super) fn archive(members: &[Member<'_>]) -> Result<Vec<u8>, DocumentFault> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for member in members {
        let offset = size(member, file.len())?;
        let deflated = if member.deflated { Some(deflate(member.bytes)?) } else { None };
        let stored = deflated.as_deref().unwrap_or(member.bytes);
        let mut crc = Crc::new();
        crc.update(member.bytes);
        let mut shared = Vec::new();
        for short in [VERSION, FLAGS, if member.deflated { 8 } else { 0 }, 0, DAY] {
            shared.extend(short.to_le_bytes());
        }
        for long in [crc.sum(), size(member, stored.len())?, size(member, member.bytes.len())?] {
            shared.extend(long.to_le_bytes());
        }
        shared.extend(short(member, member.name.len())?.to_le_bytes());
        // No extra field: `mimetype` must have none, so that its content begins at byte 38 (ODF 1.3 part 2, §3.3).
        shared.extend([0; 2]);

        file.extend(*b"PK\x03\x04");
        file.extend(&shared);
        file.extend(member.name.as_bytes());
        file.extend(stored);

        directory.extend(*b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&shared);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    if let Some(last) = members.last() {
        let (begin, length) = (size(last, file.len())?, size(last, directory.len())?);
        let count = short(last, members.len())?.to_le_bytes();
        file.extend(directory);
        file.extend(*b"PK\x05\x06\0\0\0\0");
        file.extend(count);
        file.extend(count);
        file.extend(length.to_le_bytes());
        file.extend(begin.to_le_bytes());
        file.extend([0; 2]);
    }
    Ok(file)
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, DocumentFault> {
    let mut deflater = DeflateEncoder::new(Vec::new(), Compression::best());
    deflater.write_all(bytes)?;
    Ok(deflater.finish()?)
}

fn size(member: &Member<'_>, size: usize) -> Result<u32, DocumentFault> {
    u32::try_from(size).map_err(|_| DocumentFault::TooLarge(member.name))
}

fn short(member: &Member<'_>, count: usize) -> Result<u16, DocumentFault> {
    u16::try_from(count).map_err(|_| DocumentFault::TooLarge(member.name))
}
