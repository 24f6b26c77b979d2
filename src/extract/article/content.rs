//! Which part of a page is the report.

use dom_smoothie::{Config, Readability};
use scraper::{ElementRef, Html, Selector};

use super::{
    super::{plain, tree},
    boilerplate,
    prose::{self, Line},
};

/// Elements that outlets put a report's body in, by names in wide use.
const BODIES: &str = r#"[itemprop~="articleBody"], article, [id^="article" i], [class*="article-body" i], [class*="article_body" i],
[class*="articlebody" i], [class*="article-content" i], [class*="article_content" i], [class*="articlecontent" i], [class*="story-body" i],
[class*="story_body" i], .story, #story, .paragraph, .paragraphs, [class*="post-content" i], [class*="entry-content" i],
[class*="news-content" i], [class*="news_content" i], [class*="newscontent" i], [class*="page-content" i], main"#;

/// More candidates than this are a list of reports, not one.
const MAX_BODIES: usize = 60;

/// Characters of running text with which a marked body is taken without looking further.
const ENOUGH: usize = 60;

/// Readability's default of 500 is meant for alphabets; Chinese says the same in a third of the characters.
const EXTRACTOR_THRESHOLD: usize = 160;

/// Elements up to which the density of a page is weighed: the work grows with depth times size. Ordinary reports have
/// about 2,000 elements.
const MAX_DENSE: usize = 12_000;

/// A body found by the selectors of a source.
pub(super) fn selected(html: &Html, body: &Selector, remove: Option<&Selector>) -> Vec<Line> {
    let cut = |element: &ElementRef<'_>| remove.is_some_and(|remove| remove.matches(element));
    let matches: Vec<ElementRef<'_>> = html.select(body).collect();
    let outermost = matches.iter().filter(|inner| !matches.iter().any(|outer| is_inside(inner, outer)));
    boilerplate::without(outermost.flat_map(|element| prose::lines(*element, cut)).collect())
}

/// The body by the page's own marks and by the text's density, whichever finds more; `stated` is JSON-LD's.
pub(super) fn found(page: &str, html: &Html, remove: Option<&Selector>, stated: Option<&str>) -> Vec<Line> {
    let cut = |element: &ElementRef<'_>| remove.is_some_and(|remove| remove.matches(element));
    let shown = shown(page, html, cut);
    match stated.map(stated_lines) {
        // JSON-LD's body is clean, but often a teaser, or one line: the page's own paragraphs say the same better.
        Some(stated) if score(&stated) * 2 > score(&shown) && !(stated.len() == 1 && agrees(&stated, &shown)) => stated,
        _ => shown,
    }
}

/// Characters of running text.
pub(super) fn score(lines: &[Line]) -> usize {
    lines.iter().map(Line::prose).sum()
}

fn shown(page: &str, html: &Html, cut: impl Fn(&ElementRef<'_>) -> bool) -> Vec<Line> {
    let root = html.root_element();
    let marked = tree::find(root, BODIES);
    let read = |element: ElementRef<'_>| boilerplate::without(prose::lines(element, &cut));
    let body = marked.iter().find(|e| e.attr("itemprop").is_some_and(|names| names.contains("articleBody")));
    if let Some(lines) = body.map(|body| read(*body)).filter(|lines| score(lines) >= ENOUGH) {
        return lines;
    }
    let marked: Vec<Vec<Line>> = marked.into_iter().take(MAX_BODIES).map(read).collect();
    let most = marked.iter().map(|lines| score(lines)).max().unwrap_or_default();
    // Of nested bodies the tightest that still holds nearly everything is the one without its surroundings.
    let tightest = marked
        .into_iter()
        .filter(|lines| score(lines) * 10 >= most * 8)
        .min_by_key(|lines| lines.iter().map(Line::len).sum::<usize>())
        .unwrap_or_default();
    let dense = if size(html) <= MAX_DENSE { dense(page) } else { Vec::new() };
    let best = if score(&dense) > score(&tightest) { dense } else { tightest };
    if !best.is_empty() {
        return best;
    }
    tree::find(root, "body").into_iter().map(read).next().unwrap_or_default()
}

fn size(html: &Html) -> usize {
    html.tree.values().filter(|node| node.is_element()).count()
}

/// The body by density of text, for pages that mark nothing.
fn dense(page: &str) -> Vec<Line> {
    let config = Config { disable_json_ld: true, char_threshold: EXTRACTOR_THRESHOLD, ..Config::default() };
    let article = Readability::new(page, None, Some(config)).and_then(|mut reader| reader.parse());
    let Ok(article) = article else { return Vec::new() };
    let Ok(html) = tree::parse(&article.content) else { return Vec::new() };
    boilerplate::without(prose::lines(html.root_element(), |_| false))
}

fn stated_lines(stated: &str) -> Vec<Line> {
    let text = plain::text(&stated.replace("\r\n", "\n").replace('\n', "<br>"));
    let lines = text.lines().map(|line| Line { text: line.trim().to_owned(), linked: 0 });
    boilerplate::without(lines.filter(|line| !line.text.is_empty()).collect())
}

/// Whether the page shows what JSON-LD states: the beginning of one stands in the other.
fn agrees(stated: &[Line], shown: &[Line]) -> bool {
    let squash = |lines: &[Line]| {
        lines.iter().flat_map(|line| line.text.chars()).filter(|c| !c.is_whitespace()).collect::<String>()
    };
    let start: String = squash(stated).chars().take(30).collect();
    !start.is_empty() && score(shown) * 10 >= score(stated) * 8 && squash(shown).contains(&start)
}

fn is_inside(inner: &ElementRef<'_>, outer: &ElementRef<'_>) -> bool {
    inner.ancestors().any(|ancestor| ancestor.id() == outer.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "市府今日表示，三民區的路燈已經全部修復，感謝里民通報。";
    const SECOND: &str = "工務局說，若仍有路燈不亮，可以撥打１９９９，將於三日內派員修復。";

    fn check(page: &str, stated: Option<&str>, expect: &[&str]) {
        let html = tree::parse(page).unwrap();
        let lines: Vec<String> = found(page, &html, None, stated).into_iter().map(|line| line.text).collect();
        assert_eq!(lines, expect, "{page}");
    }

    #[test]
    fn a_marked_body_is_taken_without_its_surroundings() {
        check(
            &format!(
                "<div id=content><p>首頁</p><div itemprop=articleBody><p>{FIRST}<p>{SECOND}<p><a href=x>延伸閱讀</a></div></div>"
            ),
            None,
            &[FIRST, SECOND],
        );
        check(
            &format!("<main><p>市場行情　豬肉</p><div class=article-content><p>{FIRST}<p>{SECOND}</div></main>"),
            None,
            &[FIRST, SECOND],
        );
    }

    #[test]
    fn an_unmarked_body_is_found_by_density() {
        let page = format!(
            "<div><ul><li><a href=1>甲</a><li><a href=2>乙</a></ul></div><div class=z9><p>{FIRST}</p><p>{SECOND}</p><p>{FIRST}</p></div>"
        );
        check(&page, None, &[FIRST, SECOND, FIRST]);
    }

    #[test]
    fn a_stated_body_helps_a_page_built_by_script() {
        check(
            "<div id=app></div>",
            Some("市府&amp;里民\n<p>路燈已經全部修復，感謝通報。</p>"),
            &["市府&里民", "路燈已經全部修復，感謝通報。"],
        );
    }

    #[test]
    fn a_stated_teaser_loses_to_the_whole_text() {
        let page = format!("<article><p>{FIRST}<p>{SECOND}</article>");
        check(&page, Some("市府今日表示，三民區…"), &[FIRST, SECOND]);
        check(&page, Some(&format!("{FIRST}{SECOND}")), &[FIRST, SECOND]);
    }

    #[test]
    fn the_names_of_bodies_are_selectors() {
        assert!(Selector::parse(BODIES).is_ok());
    }
}
