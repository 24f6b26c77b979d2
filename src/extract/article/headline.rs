//! The headline: as printed above the report, without the section and outlet names that pages hang behind it.

use scraper::Html;

use super::super::tree;

/// Signs between a headline and the names behind it. A hyphen counts only between spaces: headlines hold hyphens.
const STRONG: [&str; 7] = [" | ", "|", "｜", "│", "︱", " – ", " — "];

/// Names behind a hyphen are short; what is longer may be the second half of the headline.
const LONGEST_NAME: usize = 14;

/// Picks the headline among what the page prints (`h1`, `h2`, …), its titles and what JSON-LD says.
///
/// A printed line wins when a title begins with it, for it is what a reader sees; JSON-LD often holds a shortened
/// headline for search engines.
pub(super) fn choose(html: &Html, titles: &[&str], stated: Option<&str>, outlets: &[&str]) -> Option<String> {
    let cut: Vec<String> =
        titles.iter().map(|title| without_names(title, outlets)).filter(|title| !title.is_empty()).collect();
    let known: Vec<String> = cut.iter().map(String::as_str).chain(stated).map(squashed).collect();
    let mut printed = Vec::new();
    for css in [r#"[itemprop~="headline"]"#, "h1", "h2", r#"[class*="title" i]"#, r#"[class*="headline" i]"#] {
        for element in tree::find(html.root_element(), css).into_iter().take(200) {
            let line = tree::line(element);
            let plain = squashed(&line);
            let letters = plain.chars().count();
            // The printed line may be cut shorter than the title, or carry a rubric such as 「快訊／」 before it.
            let agrees = letters >= 4
                && known.iter().any(|title| {
                    let whole = title.chars().count();
                    (title.starts_with(&plain) && letters * 3 >= whole * 2)
                        || (plain.ends_with(title.as_str()) && letters <= whole + 8)
                });
            if agrees {
                return Some(line);
            }
            if css == "h1" && letters >= 4 {
                printed.push(line);
            }
        }
    }
    stated.map(tree::one_line).or_else(|| cut.into_iter().next()).or_else(|| printed.into_iter().next())
}

/// A title without section and outlet: `甲案 | 社會 | 某新聞網` → `甲案`.
pub(super) fn without_names(title: &str, outlets: &[&str]) -> String {
    let title = tree::one_line(title);
    let is_name = |part: &str| {
        outlets.iter().any(|outlet| !outlet.trim().is_empty() && squashed(part).contains(&squashed(outlet)))
    };
    let mut head = title.as_str();
    for sign in STRONG {
        // The first part is the headline unless the outlet put its own name first.
        let mut parts = head.split(sign).map(str::trim).filter(|part| !part.is_empty());
        if let Some(first) = parts.next() {
            let own = is_name(first) && first.chars().count() <= LONGEST_NAME;
            head = if own { parts.next().unwrap_or(first) } else { first };
        }
    }
    while let Some((front, name)) =
        head.rsplit_once(" - ").or_else(|| head.rsplit_once(" － ")).or_else(|| head.rsplit_once('_'))
        && front.trim().chars().count() >= 4
        && (is_name(name) || (head.contains(" - ") && name.trim().chars().count() <= LONGEST_NAME))
    {
        head = front.trim_end();
    }
    head.trim().to_owned()
}

/// The name behind the last sign of a title, for pages that name their outlet nowhere else.
pub(super) fn outlet_of(title: &str) -> Option<String> {
    let (_, name) = title.rsplit_once(['|', '｜', '│']).or_else(|| title.rsplit_once(" - "))?;
    let name = name.trim();
    (2..=LONGEST_NAME).contains(&name.chars().count()).then(|| name.to_owned())
}

fn squashed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_and_outlet_behind_a_title_are_cut() {
        for (title, expect) in [
            ("路燈三盞不亮 | 社會 | 燈塔新聞網", "路燈三盞不亮"),
            ("路燈三盞不亮｜燈塔新聞網", "路燈三盞不亮"),
            ("路燈三盞不亮 - 生活 - 燈塔電子報", "路燈三盞不亮"),
            ("路燈三盞不亮_燈塔新聞網", "路燈三盞不亮"),
            ("燈塔新聞網 | 路燈三盞不亮", "路燈三盞不亮"),
            ("高雄 - 台南列車停駛、旅客改搭接駁車到站前廣場", "高雄 - 台南列車停駛、旅客改搭接駁車到站前廣場"),
            ("COVID-19 疫苗開打", "COVID-19 疫苗開打"),
            ("路燈三盞不亮", "路燈三盞不亮"),
        ] {
            assert_eq!(without_names(title, &["燈塔新聞網"]), expect, "{title}");
        }
    }

    #[test]
    fn the_printed_headline_wins_over_the_shortened_one() {
        let html = tree::parse("<h1>燈塔新聞網</h1><h1 class=t>快訊／路燈三盞　全不亮</h1>").unwrap();
        let chosen = choose(&html, &["路燈三盞　全不亮 | 燈塔新聞網"], Some("路燈不亮"), &["燈塔新聞網"]);
        assert_eq!(chosen.as_deref(), Some("快訊／路燈三盞　全不亮"));
    }

    #[test]
    fn without_agreement_the_stated_headline_is_taken() {
        let html = tree::parse("<h1>熱門新聞排行</h1>").unwrap();
        assert_eq!(choose(&html, &[], Some("路燈不亮"), &[]).as_deref(), Some("路燈不亮"));
        assert_eq!(choose(&html, &[], None, &[]).as_deref(), Some("熱門新聞排行"));
    }

    #[test]
    fn a_script_in_a_title_is_text() {
        let html = tree::parse("<title><script>alert(1)</script>路燈</title>").unwrap();
        assert_eq!(
            choose(&html, &["<script>alert(1)</script>路燈"], None, &[]).as_deref(),
            Some("<script>alert(1)</script>路燈")
        );
    }

    #[test]
    fn an_outlet_is_read_behind_the_last_sign() {
        assert_eq!(outlet_of("路燈 | 社會 | 燈塔新聞網").as_deref(), Some("燈塔新聞網"));
        assert_eq!(outlet_of("路燈不亮"), None);
    }
}
