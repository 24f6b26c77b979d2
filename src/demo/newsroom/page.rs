//! A report's page in its site's markup, and the values every form of announcement is filled with.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    site::Site,
    stamp,
    template::{Values, escape, fill, paragraphs},
};
use crate::demo::{
    day::{Report, Shown},
    sources::Outlet,
};

/// Links to other reports beside the text.
const RELATED: usize = 4;

/// The page as HTML.
pub(super) fn html(site: &Site, shown: Shown<'_>, now: DateTime<Utc>) -> String {
    let mut values = values(site, shown);
    values.push(("related", related(site, shown.report, now)));
    values.push(("ld", structured(site, shown)));
    fill(markup(site.outlet), &values)
}

/// What a template may say of a report.
pub(super) fn values(site: &Site, shown: Shown<'_>) -> Values {
    let report = shown.report;
    let path = site.path(report);
    vec![
        ("outlet", site.outlet.name().to_owned()),
        ("home", site.home.to_string()),
        ("url", site.at(&path)),
        ("path", path),
        ("serial", report.serial.to_string()),
        ("video", video(report)),
        ("title", shown.title.to_owned()),
        ("byline", report.byline.clone()),
        ("lead", shown.lead().to_owned()),
        ("text", shown.text.to_owned()),
        ("paragraphs", paragraphs(shown.text)),
        ("iso", stamp::rfc3339(report.at)),
        ("iso_updated", stamp::rfc3339(shown.changed_at())),
        ("utc", stamp::utc(report.at)),
        ("utc_updated", stamp::utc(shown.changed_at())),
        ("rfc822", stamp::rfc822(report.at)),
        ("slash", stamp::slash(report.at)),
        ("noon", stamp::noon(report.at)),
        ("roc", stamp::roc(report.at)),
        ("day", stamp::day(report.at)),
        ("ctime", stamp::ctime(report.at)),
        ("updated", shown.updated.map(|at| format!("更新時間：{}", stamp::slash(at))).unwrap_or_default()),
    ]
}

/// The eleven characters a video goes by.
pub(super) fn video(report: &Report) -> String {
    format!("TkToday{:04}", report.serial)
}

fn markup(outlet: Outlet) -> &'static str {
    match outlet {
        Outlet::Mumian => include_str!("markup/mumian.html"),
        Outlet::Fenghuang => include_str!("markup/fenghuang.html"),
        Outlet::Chaosheng => include_str!("markup/chaosheng.html"),
        Outlet::Nanfeng => include_str!("markup/nanfeng.html"),
        Outlet::Dengta => include_str!("markup/dengta.html"),
        Outlet::Jiugang => include_str!("markup/jiugang.html"),
        Outlet::Gangbian => include_str!("markup/gangbian.html"),
        Outlet::Hamabbs => include_str!("markup/board_post.html"),
        Outlet::Cityhall => include_str!("markup/cityhall.html"),
        Outlet::Videos => include_str!("markup/videos.html"),
        Outlet::Tag => include_str!("markup/tag.html"),
        Outlet::Weidao => include_str!("markup/weidao.html"),
    }
}

/// Links to the reports that came before this one, so that a page changes only when its report does.
fn related(site: &Site, report: &Report, now: DateTime<Utc>) -> String {
    let earlier = site.reports().rev().filter(|other| (other.at, &other.key) < (report.at, &report.key));
    let links = earlier.filter_map(|other| other.shown(now)).take(RELATED).map(|other| {
        let (path, title) = (escape(&site.path(other.report)), escape(other.title));
        format!(r#"<li><a href="{path}">{title}</a></li>"#)
    });
    links.collect()
}

/// JSON-LD in the three shapes sites use: an object, a graph, a list.
fn structured(site: &Site, shown: Shown<'_>) -> String {
    let (home, url) = (site.home.as_str(), site.at(&site.path(shown.report)));
    let mut article = json!({
        "@type": "NewsArticle",
        "headline": shown.title,
        "description": shown.lead(),
        "url": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "datePublished": stamp::rfc3339(shown.report.at),
        "dateModified": stamp::rfc3339(shown.changed_at()),
        "author": {"@type": "Person", "name": shown.report.byline},
        "publisher": {"@type": "Organization", "name": site.outlet.name(), "url": home},
        "inLanguage": "zh-Hant-TW",
    });
    let context = "https://schema.org";
    let document = if site.outlet == Outlet::Chaosheng {
        let crumbs = json!({"@type": "BreadcrumbList", "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "首頁", "item": home},
            {"@type": "ListItem", "position": 2, "name": "地方"},
        ]});
        json!({"@context": context, "@graph": [crumbs, article]})
    } else {
        if let Some(fields) = article.as_object_mut() {
            fields.insert("@context".to_owned(), Value::from(context));
        }
        if site.outlet == Outlet::Nanfeng {
            json!([{"@context": context, "@type": "WebSite", "url": home}, article])
        } else {
            article
        }
    };
    document.to_string().replace("</", "<\\/")
}
