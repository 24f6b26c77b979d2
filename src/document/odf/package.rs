//! The package around the parts: their list, their sort, and what is said of the document as a whole.

use super::{
    DocumentFault, part,
    zip::{Member, archive},
};

/// What is said of a document.
#[derive(Debug)]
pub(super) struct Meta<'a> {
    pub title: &'a str,
    pub creator: &'a str,
    /// When it was published, without an offset, which ODF takes as local time.
    pub date: Option<String>,
}

/// The parts of a document.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    pub media_type: &'static str,
    pub meta: Meta<'a>,
    pub content: String,
    pub styles: String,
    pub settings: Option<String>,
}

/// The file.
pub(super) fn package(parts: &Parts<'_>) -> Result<Vec<u8>, DocumentFault> {
    let meta = meta(&parts.meta);
    let mut files = vec![("content.xml", &parts.content), ("styles.xml", &parts.styles), ("meta.xml", &meta)];
    files.extend(parts.settings.as_ref().map(|settings| ("settings.xml", settings)));
    let manifest = manifest(parts.media_type, &files);
    files.push(("META-INF/manifest.xml", &manifest));
    // First and not compressed, so that the sort of the file can be told from its first bytes (ODF 1.3 part 2, §3.3).
    let mut members = vec![Member { name: "mimetype", bytes: parts.media_type.as_bytes(), deflated: false }];
    members.extend(files.iter().map(|(name, text)| Member { name, bytes: text.as_bytes(), deflated: true }));
    archive(&members)
}

fn meta(meta: &Meta<'_>) -> String {
    part("office:document-meta", |xml| {
        xml.element("office:meta", &[], |xml| {
            xml.leaf("meta:generator", &[], "Clarion");
            xml.leaf("dc:title", &[], meta.title);
            xml.leaf("meta:initial-creator", &[], meta.creator);
            xml.leaf("dc:creator", &[], meta.creator);
            if let Some(date) = &meta.date {
                xml.leaf("meta:creation-date", &[], date);
                xml.leaf("dc:date", &[], date);
            }
            xml.leaf("dc:language", &[], "zh-TW");
        });
    })
}

fn manifest(media_type: &str, files: &[(&'static str, &String)]) -> String {
    let mut xml = super::Markup::xml();
    let root = [("xmlns:manifest", "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"), ("manifest:version", "1.3")];
    xml.element("manifest:manifest", &root, |xml| {
        let whole = [("manifest:full-path", "/"), ("manifest:version", "1.3"), ("manifest:media-type", media_type)];
        xml.void("manifest:file-entry", &whole);
        for (name, _) in files {
            xml.void("manifest:file-entry", &[("manifest:full-path", name), ("manifest:media-type", "text/xml")]);
        }
    });
    xml.finish()
}
