//! A release as HTML: the body of an e-mail and the content of a feed. Styles are inline, because mail programs drop
//! style sheets; colours have a contrast of 4.5 at least, and nothing is told by colour alone.

use super::{
    body::{Block, blocks, fields},
    markup::Markup,
    words::{DRAFT_MARK, one_line, title},
};
use crate::domain::Release;

/// Fonts by the names that systems in Taiwan have them under.
const PAGE: &str = "max-width:40em;margin:0 auto;padding:16px;color:#1a1a1a;background:#ffffff;font-size:17px;\
                    line-height:1.7;font-family:'PingFang TC','Microsoft JhengHei','Noto Sans TC',sans-serif";

/// The mark of a draft: dark red on white has a contrast of 8.
const MARK: &str = "border:2px solid #9b1c1c;color:#9b1c1c;padding:8px;font-weight:bold;text-align:center";

/// A whole page, for an e-mail.
#[must_use]
pub fn html(release: &Release) -> String {
    let mut page = Markup::default();
    page.constant("<!DOCTYPE html>\n");
    page.element("html", &[("lang", "zh-Hant-TW")], |page| {
        page.element("head", &[], |page| {
            page.void("meta", &[("charset", "utf-8")]);
            page.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
            page.leaf("title", &[], &title(release));
        });
        page.element("body", &[("style", "margin:0;background:#ffffff")], |page| {
            page.element("main", &[("style", PAGE)], |page| {
                if release.issued.is_none() {
                    page.leaf("p", &[("style", MARK)], DRAFT_MARK);
                }
                page.leaf("h1", &[("style", "font-size:24px;line-height:1.4")], &title(release));
                content(page, release, true);
                page.element("p", &[], |page| {
                    page.text("全文網址：");
                    page.leaf("a", &[("href", release.url.as_str())], release.url.as_str());
                });
            });
        });
    });
    page.finish()
}

/// What stands below the title, without styles, for a feed.
pub(super) fn fragment(release: &Release) -> String {
    let mut page = Markup::default();
    content(&mut page, release, false);
    page.finish()
}

fn content(page: &mut Markup, release: &Release, styled: bool) {
    let style = |style: &'static str| if styled { vec![("style", style)] } else { Vec::new() };
    page.element("p", &[], |page| {
        for (at, (name, value)) in fields(release).iter().enumerate() {
            if at > 0 {
                page.void("br", &[]);
            }
            page.text(&format!("{name}：{value}"));
        }
    });
    for block in blocks(release) {
        match block {
            Block::Heading(name) => page.leaf("h2", &style("font-size:19px;margin:1.4em 0 0.4em"), name),
            Block::Paragraph(text) => page.leaf("p", &[], &text),
            Block::Labelled { label, text, url } => page.element("p", &[], |page| {
                page.text(&label);
                for (at, line) in text.lines().enumerate() {
                    if at > 0 {
                        page.void("br", &[]);
                    }
                    page.text(line);
                }
                if let Some(url) = url {
                    page.void("br", &[]);
                    page.leaf("a", &[("href", url.as_str())], url.as_str());
                }
            }),
            Block::Line(text) => page.leaf("p", &style("margin:0"), &one_line(&text)),
        }
    }
}
