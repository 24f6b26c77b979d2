//! PTT's web pages: a board's index → [`Listing`], a post → [`Article`].

use chrono::{DateTime, Utc};
use scraper::{ElementRef, Html, Node};
use url::Url;

use crate::domain::{Article, Entry, Listing};

use super::{
    article::{ArticleError, Obstacle},
    date, link,
    tree::{self, TreeError},
};

/// Why a board's index gave no listing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// The page was given up while parsing.
    #[error("{url}: {source}")]
    Tree {
        /// The page.
        url: String,
        /// Which limit it broke.
        source: TreeError,
    },
    /// The board asks for the reader's age.
    #[error("{url} asks whether the reader is of age; send the cookie over18=1 with requests to this source")]
    AgeGate {
        /// The page.
        url: String,
    },
    /// Not a board's index.
    #[error(
        "{url} has no row of a board (div.r-ent) in {bytes} bytes of HTML; check that the address is …/bbs/<board>/index.html"
    )]
    NotABoard {
        /// The page.
        url: String,
        /// Length of the decoded page.
        bytes: usize,
    },
}

/// A post with what its readers said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The post itself.
    pub article: Article,
    /// The board, as the post's head names it.
    pub board: Option<String>,
    /// 推: approving replies.
    pub pushes: usize,
    /// 噓: disapproving replies.
    pub boos: usize,
    /// →: neutral replies.
    pub replies: usize,
}

/// Reads a board's index. Pinned rows below the rule are house notices and left out; deleted posts have no link and
/// are counted in [`Listing::passed_over`]. The count of pushes is kept as the category `push:…`, as printed.
///
/// # Errors
/// [`BoardError`] when the page is hostile, asks for the reader's age, or is no index.
pub fn index(text: &str, base: &Url, now: DateTime<Utc>) -> Result<Listing, BoardError> {
    let html = tree::parse(text).map_err(|source| BoardError::Tree { url: base.to_string(), source })?;
    let mut listing = Listing::default();
    let mut rows = 0;
    for row in tree::find(html.root_element(), "div.r-ent, div.r-list-sep") {
        if row.value().classes().any(|class| class == "r-list-sep") {
            break;
        }
        rows += 1;
        match entry(row, base, now) {
            Some(entry) => listing.entries.push(entry),
            None => listing.passed_over += 1,
        }
    }
    if rows == 0 && is_age_gate(&html) {
        return Err(BoardError::AgeGate { url: base.to_string() });
    }
    // A new board has its container and no row yet.
    if rows == 0 && tree::find(html.root_element(), "div.r-list-container").is_empty() {
        return Err(BoardError::NotABoard { url: base.to_string(), bytes: text.len() });
    }
    listing.older = tree::find(html.root_element(), "a[href]")
        .into_iter()
        .find(|anchor| anchor.text().any(|text| text.contains("上頁")))
        .and_then(|anchor| link::resolve(base, anchor.attr("href")?));
    Ok(listing)
}

/// Reads a post.
///
/// # Errors
/// As [`post`].
pub fn article(text: &str, url: &Url, now: DateTime<Utc>) -> Result<Article, ArticleError> {
    post(text, url, now).map(|post| post.article)
}

/// Reads a post with the counts of its replies. The body is what the author wrote: without the head, the replies,
/// and the station's lines that begin with ※.
///
/// # Errors
/// [`ArticleError`] when the page is hostile, asks for the reader's age, or holds no post.
pub fn post(text: &str, url: &Url, now: DateTime<Utc>) -> Result<Post, ArticleError> {
    let html = tree::parse(text).map_err(|source| ArticleError::Tree { url: url.to_string(), source })?;
    let Some(main) = tree::find(html.root_element(), "#main-content").into_iter().next() else {
        let url = url.to_string();
        return Err(if is_age_gate(&html) {
            ArticleError::Challenge { url, obstacle: Obstacle::AgeGate }
        } else {
            ArticleError::NoText { url, bytes: text.len() }
        });
    };
    let head = |label: &str| {
        let found = tree::find(main, ".article-meta-tag").into_iter().find(|tag| tree::line(*tag) == label);
        found
            .and_then(|tag| tag.next_siblings().find_map(ElementRef::wrap))
            .map(tree::line)
            .filter(|value| !value.is_empty())
    };
    let body = body(main);
    if body.is_empty() {
        return Err(ArticleError::NoText { url: url.to_string(), bytes: text.len() });
    }
    let replies = |sign: &str| tree::find(main, ".push-tag").into_iter().filter(|tag| tree::line(*tag) == sign).count();
    Ok(Post {
        board: head("看板"),
        pushes: replies("推"),
        boos: replies("噓"),
        replies: replies("→"),
        article: Article {
            url: url.to_string(),
            canonical_url: link::canonical(url),
            title: head("標題").or_else(|| titled(&html)).unwrap_or_default(),
            // 「account (nickname)」: the nickname changes, the account does not.
            byline: head("作者").and_then(|author| author.split_whitespace().next().map(str::to_owned)),
            outlet: Some("PTT".to_owned()),
            published_at: head("時間").and_then(|time| date::parse(&time, now)).map(|at| at.not_after(now)),
            updated_at: None,
            text: body,
            charset: "utf-8".to_owned(),
            language: html.root_element().attr("lang").map(str::to_owned),
        },
    })
}

fn entry(row: ElementRef<'_>, base: &Url, now: DateTime<Utc>) -> Option<Entry> {
    let text = |css| tree::find(row, css).into_iter().map(tree::line).find(|text| !text.is_empty());
    let anchor = tree::find(row, ".title a[href]").into_iter().next()?;
    let link = link::resolve(base, anchor.attr("href")?)?;
    Some(Entry {
        id: link::canonical(&link),
        title: tree::line(anchor),
        link: Some(link.to_string()),
        author: text(".author").filter(|author| author != "-"),
        published: text(".date").and_then(|date| date::parse(&date, now)),
        categories: text(".nrec").map(|count| format!("push:{count}")).into_iter().collect(),
        ..Entry::default()
    })
}

fn is_age_gate(html: &Html) -> bool {
    !tree::find(html.root_element(), "form[action*='over18'], .over18-notice").is_empty()
}

fn titled(html: &Html) -> Option<String> {
    let title =
        tree::find(html.root_element(), "meta[property='og:title']").first().and_then(|tag| tag.attr("content"));
    title.map(tree::one_line).filter(|title| !title.is_empty())
}

/// The author's own lines. Text stands directly in the element, line breaks and all.
fn body(main: ElementRef<'_>) -> String {
    let mut text = String::new();
    for child in main.children() {
        match child.value() {
            Node::Text(words) => text.push_str(words),
            Node::Element(element) => {
                let around = element.classes().any(|class| {
                    class.starts_with("article-meta") || class.starts_with("push") || class == "richcontent"
                });
                if let Some(child) = ElementRef::wrap(child).filter(|_| !around) {
                    text.extend(child.text());
                }
            }
            _ => {}
        }
    }
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("※ 發信站") {
            break;
        }
        if !line.is_empty() && !line.starts_with('※') {
            lines.push(line);
        }
    }
    // Above the station's line stands 「--」, and above that a signature behind another 「--」.
    while lines.last() == Some(&"--") {
        lines.pop();
    }
    if let Some(signature) = lines.iter().rposition(|line| *line == "--").filter(|at| *at > 0) {
        lines.truncate(signature);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://www.ptt.cc/bbs/Kaohsiung/index.html").unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-03-20T00:00:00Z".parse().unwrap()
    }

    fn row(title: &str, nrec: &str) -> String {
        format!(
            "<div class=r-ent><div class=nrec><span>{nrec}</span></div><div class=title>{title}</div><div class=meta><div class=author>someone</div><div class=date> 3/17</div></div></div>"
        )
    }

    #[test]
    fn rows_above_the_rule_are_the_listing() {
        let page = format!(
            "<div class=btn-group><a href='/bbs/Kaohsiung/index1.html'>最舊</a><a href='/bbs/Kaohsiung/index99.html'>‹ 上頁</a></div><div class=r-list-container>{}{}{}<div class=r-list-sep></div>{}</div>",
            row("<a href='/bbs/Kaohsiung/M.1.A.1.html'>[問題] 路燈不亮</a>", "爆"),
            row("(本文已被刪除) [x]", ""),
            row("<a href='/bbs/Kaohsiung/M.2.A.2.html'>[心得] 公車</a>", ""),
            row("<a href='/bbs/Kaohsiung/M.3.A.3.html'>[公告] 板規</a>", "X1"),
        );
        let listing = index(&page, &base(), now()).unwrap();
        let titles: Vec<&str> = listing.entries.iter().map(|entry| entry.title.as_str()).collect();
        assert_eq!(titles, ["[問題] 路燈不亮", "[心得] 公車"]);
        assert_eq!(listing.entries[0].categories, ["push:爆"]);
        assert_eq!(listing.entries[0].link.as_deref(), Some("https://www.ptt.cc/bbs/Kaohsiung/M.1.A.1.html"));
        assert_eq!((listing.passed_over, listing.entries[1].categories.len()), (1, 0));
        assert_eq!(listing.older.unwrap().path(), "/bbs/Kaohsiung/index99.html");
    }

    #[test]
    fn the_age_gate_says_which_cookie_to_send() {
        let error = index("<form action='/ask/over18' method=post></form>", &base(), now()).unwrap_err();
        assert!(matches!(error, BoardError::AgeGate { .. }) && error.to_string().contains("over18=1"));
        assert!(matches!(index("<p>404</p>", &base(), now()), Err(BoardError::NotABoard { .. })));
        assert_eq!(index("<div class=r-list-container></div>", &base(), now()), Ok(Listing::default()));
    }

    const POST: &str = "<div id=main-content><div class=article-metaline><span class=article-meta-tag>作者</span><span class=article-meta-value>someone (路人)</span></div><div class=article-metaline-right><span class=article-meta-tag>看板</span><span class=article-meta-value>Kaohsiung</span></div><div class=article-metaline><span class=article-meta-tag>標題</span><span class=article-meta-value>[問題] 路燈不亮</span></div><div class=article-metaline><span class=article-meta-tag>時間</span><span class=article-meta-value>2026/03/17 08:00:00</span></div>
三民區的路燈<b>不亮</b>，
已經三天。

--
我的簽名檔
--
<span class=f2>※ 發信站: 批踢踢實業坊(ptt.cc), 來自: 192.0.2.1
</span><span class=f2>※ 文章網址: https://www.ptt.cc/x</span>
<div class=push><span class=push-tag>推 </span><span>a</span><span>: 同問</span></div><div class=push><span class=push-tag>噓 </span></div><div class=push><span class=push-tag>→ </span></div></div>";

    #[test]
    fn a_post_is_what_its_author_wrote() {
        let url = Url::parse("https://www.ptt.cc/bbs/Kaohsiung/M.1.A.1.html").unwrap();
        let post = post(POST, &url, now()).unwrap();
        assert_eq!(post.article.text, "三民區的路燈不亮，\n已經三天。");
        assert_eq!((post.article.title.as_str(), post.article.byline.as_deref()), ("[問題] 路燈不亮", Some("someone")));
        assert_eq!((post.board.as_deref(), post.pushes, post.boos, post.replies), (Some("Kaohsiung"), 1, 1, 1));
        assert_eq!(post.article.published_at.unwrap().at.to_rfc3339(), "2026-03-17T00:00:00+00:00");
        assert_eq!(article(POST, &url, now()).unwrap(), post.article);
    }

    #[test]
    fn a_page_that_is_no_post_is_an_error() {
        let error = |page| article(page, &base(), now()).unwrap_err();
        assert!(matches!(
            error("<form action='/ask/over18'>"),
            ArticleError::Challenge { obstacle: Obstacle::AgeGate, .. }
        ));
        assert!(matches!(error("404"), ArticleError::NoText { .. }));
        assert!(matches!(error("<div id=main-content></div>"), ArticleError::NoText { .. }));
    }
}
