//! A release as schema.org `ClaimReview`, for search engines: which claim was looked at, where it stands, and what is so.
//! The rating says in words what official statements say, on no scale of truth, and never of what mind a report was.

use serde_json::{Map, Value, json};
use url::Url;

use super::words::{iso, linkable, one_line};
use crate::domain::{Answer, AnsweredReport, Publication, Release, Verdict};

/// JSON-LD that is safe inside of `<script type="application/ld+json">`: an array with one review for each claim.
///
/// Nothing for an apology, in which the city itself was wrong; nothing before it is published; nothing when no report is
/// quoted with a claim that official statements disagree with.
#[must_use]
pub fn claim_review(release: &Release) -> Option<String> {
    let issued = release.issued.filter(|_| release.answer == Answer::Clarification)?;
    let mut claims: Vec<(String, &str, Vec<&AnsweredReport>)> = Vec::new();
    for report in &release.reports {
        let claim = one_line(&report.claim);
        let Some(rating) = rating(report.verdict).filter(|_| !claim.is_empty()) else { continue };
        match claims.iter_mut().find(|(known, words, _)| (known.as_str(), *words) == (claim.as_str(), rating)) {
            Some((_, _, reports)) => reports.push(report),
            None => claims.push((claim, rating, vec![report])),
        }
    }
    let reviews: Vec<Value> =
        claims.iter().map(|(claim, rating, reports)| review(release, issued, claim, rating, reports)).collect();
    (!reviews.is_empty()).then(|| in_script(&Value::Array(reviews).to_string()))
}

/// What is said of a claim; nothing for one that no statement disagrees with.
fn rating(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Contradicted => Some("與公布資料不符"),
        Verdict::Outdated => Some("引用資料已過時"),
        Verdict::Denied => Some("市府已說明並無此事"),
        Verdict::Supported | Verdict::NotFound | Verdict::Opinion => None,
    }
}

fn review(release: &Release, issued: Publication, claim: &str, rating: &str, reports: &[&AnsweredReport]) -> Value {
    let organisation = json!({ "@type": "GovernmentOrganization", "name": one_line(&release.agency) });
    let appearances: Vec<Value> =
        reports.iter().filter_map(|report| Some(appearance(report, linkable(report.url.as_ref())?))).collect();
    let mut reviewed = Map::new();
    reviewed.insert("@type".into(), json!("Claim"));
    if let Some(first) = reports.iter().filter_map(|report| report.day).min() {
        reviewed.insert("datePublished".into(), json!(first.to_string()));
    }
    if !appearances.is_empty() {
        reviewed.insert("appearance".into(), Value::Array(appearances));
    }
    json!({
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": release.url.as_str(),
        "inLanguage": "zh-Hant-TW",
        "datePublished": iso(issued.first),
        "dateModified": iso(issued.at),
        "author": organisation,
        "publisher": organisation,
        "claimReviewed": claim,
        "itemReviewed": reviewed,
        "reviewRating": {
            "@type": "Rating",
            "alternateName": rating,
            "ratingExplanation": one_line(&release.text.title),
        },
    })
}

fn appearance(report: &AnsweredReport, url: &Url) -> Value {
    let mut appearance = Map::new();
    appearance.insert("@type".into(), json!("CreativeWork"));
    appearance.insert("url".into(), json!(url.as_str()));
    appearance.insert("headline".into(), json!(one_line(&report.title)));
    appearance.insert("publisher".into(), json!({ "@type": "Organization", "name": one_line(&report.outlet) }));
    if let Some(day) = report.day {
        appearance.insert("datePublished".into(), json!(day.to_string()));
    }
    Value::Object(appearance)
}

/// JSON that a browser cannot take for the end of its script, nor a script for the end of a line.
fn in_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for sign in json.chars() {
        match sign {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            sign => safe.push(sign),
        }
    }
    safe
}
