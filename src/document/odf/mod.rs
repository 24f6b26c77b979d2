//! `OpenDocument` 1.3 (ISO/IEC 26300, CNS 15251), which agencies in Taiwan must offer for what can be edited: texts and
//! tables. The same input gives the same bytes.

mod ods;
mod odt;
mod package;
mod zip;

pub use ods::{Cell, Column, ODS_TYPE, Sheet, ods};
pub use odt::{ODT_TYPE, odt};

use super::{markup::Markup, words::clean};

/// Why a document was not made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentFault {
    /// A part has more than a ZIP file without extensions can hold.
    #[error("文件的 {0} 超過 4 GiB，請縮小期間後重新匯出")]
    TooLarge(&'static str),
    /// It could not be compressed.
    #[error("文件壓縮失敗：{0}")]
    Compression(#[from] std::io::Error),
}

/// The namespaces that all parts use.
const NAMESPACES: [(&str, &str); 13] = [
    ("xmlns:office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    ("xmlns:style", "urn:oasis:names:tc:opendocument:xmlns:style:1.0"),
    ("xmlns:text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
    ("xmlns:table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    ("xmlns:fo", "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"),
    ("xmlns:svg", "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"),
    ("xmlns:number", "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"),
    ("xmlns:config", "urn:oasis:names:tc:opendocument:xmlns:config:1.0"),
    ("xmlns:meta", "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
    ("xmlns:ooo", "http://openoffice.org/2004/office"),
    ("office:version", "1.3"),
];

/// The fonts by name, one each: Word takes a list for a name. Neither is embedded: 標楷體 is on every machine with
/// Chinese Windows; [`FONT_RULES`] say what stands in for it elsewhere.
const FONTS: &str = "<office:font-face-decls>\
    <style:font-face style:name=\"標楷體\" svg:font-family=\"標楷體\" style:font-family-generic=\"script\" \
    style:font-pitch=\"variable\"/>\
    <style:font-face style:name=\"Times New Roman\" svg:font-family=\"'Times New Roman'\" \
    style:font-family-generic=\"roman\" style:font-pitch=\"variable\"/>\
    </office:font-face-decls>";

/// A fontconfig file with the fonts that stand in for 標楷體, for `FONTCONFIG_FILE` of the `LibreOffice` that makes PDF.
/// Without it fontconfig answers with any font that has Chinese characters, a sans-serif most often.
pub const FONT_RULES: &str = include_str!("fonts.conf");

/// A part: a document whose root is `name`.
fn part(name: &'static str, inside: impl FnOnce(&mut Markup)) -> String {
    let mut xml = Markup::xml();
    xml.element(name, &NAMESPACES, inside);
    xml.finish()
}

/// Text inside a paragraph. ODF reads a run of blanks as one, so that spaces, tabs and line ends are elements
/// (ODF 1.3 part 3, §6.1.2 to §6.1.5).
fn words(xml: &mut Markup, text: &str) {
    let text = clean(text);
    let mut run = String::new();
    let mut after_space = true;
    for sign in text.chars() {
        match sign {
            ' ' if !after_space => {
                run.push(' ');
                after_space = true;
            }
            ' ' | '\t' | '\n' => {
                xml.text(&std::mem::take(&mut run));
                xml.void(
                    match sign {
                        ' ' => "text:s",
                        '\t' => "text:tab",
                        _ => "text:line-break",
                    },
                    &[],
                );
                after_space = true;
            }
            sign => {
                run.push(sign);
                after_space = false;
            }
        }
    }
    xml.text(&run);
}
