//! Why a claim was found so, as a person at the news desk would put it.

use chrono::{DateTime, Utc};

use super::{Candidate, Fact, Verdict, pair::Ground};
use crate::{
    claims::Sheet,
    domain::{ClaimKind, Field, Span, taipei},
};

/// Characters of a quotation within the sentence; the whole stands beside it.
const QUOTED: usize = 40;

pub(super) fn alert(report: &Sheet, it: &Candidate<'_>, verdict: Verdict) -> String {
    let said = quote(report, it.claim.0, it.claim_value);
    let official = quote(&it.fact.sheet, it.truth.0, it.truth_value);
    let source = source(it.fact);
    // Where a word was put in or left out, or stands outside the part that decides, only the whole clause tells it.
    let is_negation = said == official || said.is_empty() || official.is_empty();
    match (verdict, it.ground, it.kind) {
        (Verdict::Contradicted, ..) if is_negation => {
            let official = quote(&it.fact.sheet, it.truth.0, it.truth.1);
            format!("報導的說法與{source}一正一反：「{official}」。")
        }
        (Verdict::Denied, ..) => format!("{source}已說明並無此事：「{official}」。"),
        (Verdict::Outdated, ..) => format!("「{said}」為先前的資料，{source}已更新為「{official}」。"),
        (_, Ground::Quotation | Ground::Speaker, _) => {
            format!("這段話與{source}所載的說話者或內容不同：「{official}」。")
        }
        (_, Ground::Polarity, _) => format!("報導的說法與{source}一正一反：「{official}」。"),
        (_, _, ClaimKind::Figure) => format!("報導寫「{said}」，{source}為「{official}」，數字不一致。"),
        (_, _, ClaimKind::Date) => format!("報導寫「{said}」，{source}為「{official}」，時間不一致。"),
        (_, _, ClaimKind::Agency) => format!("報導寫「{said}」，{source}所載權責機關為「{official}」。"),
        (_, _, ClaimKind::Place) => format!("報導寫「{said}」，{source}所載地點為「{official}」。"),
        _ => format!("報導寫「{said}」，{source}為「{official}」，狀態不一致。"),
    }
}

pub(super) fn supported(fact: &Fact) -> String {
    format!("與{}相符。", source(fact))
}

pub(super) fn opinion() -> String {
    "屬意見、評論或推測，不作事實查核。".to_owned()
}

pub(super) fn not_found() -> String {
    "查無可比對的公布內容。".to_owned()
}

/// 水利局3月4日公布的內容.
fn source(fact: &Fact) -> String {
    let day = |at: DateTime<Utc>| taipei(at).format("%-m月%-d日").to_string();
    let agency = if fact.agency.is_empty() { "市府" } else { &fact.agency };
    let day = fact.published.map(day).unwrap_or_default();
    format!("{agency}{day}公布的內容")
}

fn quote(sheet: &Sheet, field: Field, span: Span) -> String {
    let written = sheet.written(field, span).trim_end_matches(['，', '。', '；', '：']);
    let mut quoted: String = written.chars().take(QUOTED).collect();
    if written.chars().nth(QUOTED).is_some() {
        quoted.push('…');
    }
    quoted
}
