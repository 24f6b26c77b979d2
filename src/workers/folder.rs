//! A watched folder: bulk import, and the only source of a site without a network.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    domain::{Entry, Page},
    extract::folder,
};

/// Most bytes of one file. JSONL exports are larger than any page.
const FILE_BYTES: u64 = 64 << 20;

/// What was last announced of a file: its size and time.
pub(super) type Seen = HashMap<PathBuf, Stamp>;

/// Size and time of a file; a file with the same stamp is not read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    changed: SystemTime,
}

/// The HTML and JSONL files of a folder that are new or changed, sorted by name.
pub(super) fn changed(dir: &Path, seen: &Seen) -> io::Result<Vec<(PathBuf, Stamp)>> {
    let mut files = Vec::new();
    for item in std::fs::read_dir(dir)? {
        let path = item?.path();
        if kind(&path).is_none() {
            continue;
        }
        let about = std::fs::metadata(&path)?;
        let stamp = Stamp { bytes: about.len(), changed: about.modified()? };
        if about.is_file() && seen.get(&path) != Some(&stamp) {
            files.push((path, stamp));
        }
    }
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(files)
}

/// What one file announces: an HTML file itself, a JSONL file its rows. Bad rows are complaints, not failures.
pub(super) fn entries(path: &Path, stamp: Stamp, now: DateTime<Utc>) -> io::Result<(Vec<Entry>, Vec<String>)> {
    if kind(path) == Some(Kind::Page) {
        return Ok((vec![page_entry(path, stamp)?], Vec::new()));
    }
    let bytes = read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let (mut entries, mut complaints) = (Vec::new(), Vec::new());
    for row in folder::rows(&text, now) {
        match row {
            Ok(entry) => entries.push(entry),
            Err(error) => complaints.push(format!("{}: {error}", path.display())),
        }
    }
    Ok((entries, complaints))
}

/// The bytes of an HTML file that was announced by [`entries`].
pub(super) fn page(url: &Url, dir: &Path, now: DateTime<Utc>) -> io::Result<Page> {
    let path = url.to_file_path().map_err(|()| io::Error::other("not a file's address"))?;
    let inside = path.canonicalize()?.starts_with(dir.canonicalize()?);
    if !inside {
        return Err(io::Error::other("the file lies outside the watched folder"));
    }
    Ok(Page { url: url.clone(), content_type: None, body: read(&path)?, fetched_at: now })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page,
    Rows,
}

fn kind(path: &Path) -> Option<Kind> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "html" | "htm" => Some(Kind::Page),
        "jsonl" => Some(Kind::Rows),
        _ => None,
    }
}

/// The stamp is part of what is announced, so that a changed file is read again.
fn page_entry(path: &Path, stamp: Stamp) -> io::Result<Entry> {
    let changed = stamp.changed.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let url = Url::from_file_path(path.canonicalize()?).map_err(|()| io::Error::other("has no usable name"))?;
    Ok(Entry {
        id: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        link: Some(url.to_string()),
        summary: Some(format!("{} {}", stamp.bytes, changed.as_micros())),
        ..Entry::default()
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if std::fs::metadata(path)?.len() > FILE_BYTES {
        return Err(io::Error::other(format!("larger than {FILE_BYTES} bytes; split it")));
    }
    std::fs::read(path)
}
