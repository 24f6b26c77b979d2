//! A release as an official document: A4, 標楷體 14 pt, title 20 pt, numbered 一、二、三.

use super::{
    super::{
        body::{Block, QUESTION, blocks, fields},
        markup::Markup,
        words::{DRAFT_MARK, issue_day, one_line, title},
    },
    DocumentFault, FONTS, NAMESPACES,
    package::{Meta, Parts, package},
    part, words,
};
use crate::domain::{Release, taipei};

/// The media type of the file.
pub const ODT_TYPE: &str = "application/vnd.oasis.opendocument.text";

/// Styles by their names in the document. The text area is 16 cm wide: A4 without margins of 2.5 cm.
const STYLES: &str = include_str!("odt-styles.xml");

/// The page. Header and footer lie inside the margins.
const PAGE: &str = include_str!("odt-page.xml");

/// The document, ready to be opened and edited.
///
/// # Errors
/// When a part is larger than 4 GiB.
pub fn odt(release: &Release) -> Result<Vec<u8>, DocumentFault> {
    package(&Parts {
        media_type: ODT_TYPE,
        meta: Meta {
            title: &title(release),
            creator: &one_line(&release.agency),
            date: release.issued.map(|issued| taipei(issued.at).format("%Y-%m-%dT%H:%M:%S").to_string()),
        },
        content: content(release),
        styles: styles(release),
        settings: None,
    })
}

fn content(release: &Release) -> String {
    part("office:document-content", |xml| {
        xml.constant(FONTS);
        xml.void("office:automatic-styles", &[]);
        xml.element("office:body", &[], |xml| {
            xml.element("office:text", &[], |xml| {
                xml.element("text:h", &[("text:style-name", "Title"), ("text:outline-level", "1")], |xml| {
                    words(xml, &title(release));
                });
                let fields = fields(release);
                for (at, (name, value)) in fields.iter().enumerate() {
                    let style = if at + 1 == fields.len() { "LastField" } else { "Field" };
                    paragraph(xml, style, &format!("{name}：{value}"));
                }
                for one in blocks(release) {
                    block(xml, &one);
                }
            });
        });
    })
}

fn block(xml: &mut Markup, block: &Block) {
    match block {
        Block::Heading(name) => {
            xml.leaf("text:h", &[("text:style-name", "Heading"), ("text:outline-level", "2")], name);
        }
        Block::Paragraph(text) => paragraph(xml, "Body", text),
        Block::Line(text) => paragraph(xml, "Line", text),
        Block::Labelled { label, text, url } => {
            // The label hangs before the text by its own width: 十二、 takes three characters.
            let style = match label.as_str() {
                // A question stays with its answer.
                QUESTION => "Question",
                label if label.chars().count() > 2 => "Numbered3",
                _ => "Numbered2",
            };
            paragraph(xml, style, &format!("{label}{text}"));
            if let Some(url) = url {
                xml.element("text:p", &[("text:style-name", "Address")], |xml| {
                    xml.leaf("text:a", &[("xlink:type", "simple"), ("xlink:href", url.as_str())], url.as_str());
                });
            }
        }
    }
}

fn paragraph(xml: &mut Markup, style: &str, text: &str) {
    xml.element("text:p", &[("text:style-name", style)], |xml| words(xml, text));
}

fn styles(release: &Release) -> String {
    let mut xml = Markup::xml();
    xml.element("office:document-styles", &NAMESPACES, |xml| {
        xml.constant(FONTS);
        xml.constant(STYLES);
        xml.constant(PAGE);
        xml.element("office:master-styles", &[], |xml| {
            xml.element("style:master-page", &[("style:name", "Standard"), ("style:page-layout-name", "A4")], |xml| {
                xml.element("style:header", &[], |xml| header(xml, release));
                xml.constant(
                    "<style:footer><text:p text:style-name=\"Foot\">第 <text:page-number \
                         text:select-page=\"current\">1</text:page-number> 頁，共 \
                         <text:page-count>1</text:page-count> 頁</text:p></style:footer>",
                );
            });
        });
    });
    xml.finish()
}

fn header(xml: &mut Markup, release: &Release) {
    if release.issued.is_none() {
        paragraph(xml, "Draft", DRAFT_MARK);
    }
    let agency = one_line(&release.agency);
    paragraph(xml, "Head", &format!("{agency}\t發布日期：{}", issue_day(release)));
}
