//! A release as a file to take along. Until it went out every one of them bears 預擬稿.

use std::{fmt::Write, str::FromStr};

use axum::{
    http::{
        HeaderName,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use crate::{
    document::{self, ODT_TYPE},
    domain::Release,
    web::{Desk, fault::Fault, visitor::Visitor},
};

/// Plain text. Chinese Windows takes it for Big5 without the character set.
const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// A document that looks the same everywhere.
const PDF_TYPE: &str = "application/pdf";

/// How a release is asked for: by the ending of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Form {
    /// The page.
    Page,
    /// The print view.
    Print,
    /// A file.
    File(Kind),
}

/// A sort of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Kind {
    /// To be edited and signed.
    Odt,
    /// To be filed and handed on.
    Pdf,
    /// To be pasted anywhere.
    Text,
}

/// The last part of an address: what it names, and in which form.
pub(in crate::web) fn read<T: FromStr>(name: &str) -> Option<(T, Form)> {
    let endings = [
        (".odt", Form::File(Kind::Odt)),
        (".pdf", Form::File(Kind::Pdf)),
        (".txt", Form::File(Kind::Text)),
        (".html", Form::Print),
    ];
    let ending = endings.into_iter().find_map(|(ending, form)| Some((name.strip_suffix(ending)?, form)));
    let (stem, form) = ending.unwrap_or((name, Form::Page));
    Some((stem.parse().ok()?, form))
}

impl Desk {
    /// A release as a file.
    pub(in crate::web) async fn file(&self, visitor: &Visitor, release: &Release, kind: Kind) -> Response {
        let (media_type, ending, content) = match kind {
            Kind::Text => (TEXT_TYPE, "txt", Ok(document::plain(release).into_bytes())),
            Kind::Odt => (ODT_TYPE, "odt", document::odt(release).map_err(Fault::Document)),
            Kind::Pdf => (PDF_TYPE, "pdf", self.pdf(release).await),
        };
        let content = match content {
            Ok(content) => content,
            Err(fault) => return self.apology(visitor, &fault),
        };
        let name = format!("{}_{}.{ending}", release.number, document::title(release));
        let named: [(HeaderName, String); 3] = [
            (CONTENT_TYPE, media_type.to_owned()),
            (CONTENT_DISPOSITION, disposition(&release.number, ending, &name)),
            (CACHE_CONTROL, "no-store".to_owned()),
        ];
        (named, content).into_response()
    }

    async fn pdf(&self, release: &Release) -> Result<Vec<u8>, Fault> {
        let odt = document::odt(release)?;
        Ok(self.console.converter.pdf(&odt).await?.to_vec())
    }
}

/// The name of a file, for old programs by its number alone (RFC 6266, appendix D; RFC 8187).
fn disposition(number: &str, ending: &str, name: &str) -> String {
    let plain: String = number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let mut encoded = String::new();
    // A path separator or a colon cannot be in the name of a file on Windows.
    let name: String = name.chars().map(|c| if "\\/:*?\"<>|".contains(c) { '_' } else { c }).take(80).collect();
    let name = if name.ends_with(ending) { name } else { format!("{name}.{ending}") };
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_wanted_and_how() {
        assert_eq!(read::<u32>("3"), Some((3, Form::Page)));
        assert_eq!(read::<u32>("3.odt"), Some((3, Form::File(Kind::Odt))));
        assert_eq!(read::<u32>("3.html"), Some((3, Form::Print)));
        assert_eq!(read::<u32>("3.pdf"), Some((3, Form::File(Kind::Pdf))));
        assert_eq!(read::<u32>("3.exe"), None);
        assert_eq!(read::<String>("1-2.txt"), Some(("1-2".into(), Form::File(Kind::Text))));
    }

    #[test]
    fn a_file_name_in_chinese_reaches_every_browser() {
        let header = disposition("115-0001", "odt", "115-0001_路/燈\r\n\"x\".odt");
        assert!(header.is_ascii() && !header.contains('\n'));
        assert_eq!(
            header,
            "attachment; filename=\"115-0001.odt\"; filename*=UTF-8''115-0001_%E8%B7%AF_%E7%87%88%0D%0A_x_.odt"
        );
    }
}
