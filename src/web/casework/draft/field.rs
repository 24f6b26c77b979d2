//! The parts of a draft as fields of its form, each with what the gate says of it and what it rests on.

use crate::{
    domain::{
        Clarification, FactVersion, LONGEST_CARD, Part, Rest, SourceText, SourceTextKind, Span, roc_date, taipei,
    },
    store::Dossier,
    web::{
        Desk,
        form::Form,
        names,
        pieces::{self, Look, Paint, Piece},
    },
    workflow::gate::{Examined, Fault, FaultKind},
};

/// Characters of a part.
pub(super) const LONGEST_PART: usize = 4_000;

/// Characters of all parts together: two A4 pages are about 1,500.
pub(super) const LONGEST_TEXT: usize = 20_000;

/// Empty fields for further facts.
const MORE_FACTS: usize = 2;

/// Characters shown on each side of the words that are at fault.
const AROUND: usize = 16;

/// Words that are at fault, with why.
#[derive(Debug, Clone)]
pub(in crate::web) struct FaultRow {
    /// By which the field names it.
    pub id: String,
    /// Why, and what to do.
    pub words: String,
    /// The words in their surroundings; empty when it is the part as a whole.
    pub excerpt: Vec<Piece>,
    /// The words that a basis can be signed for.
    pub phrase: Option<String>,
}

/// Words of a part with what they rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct AnchorRow {
    /// The words.
    pub words: String,
    /// What they rest on.
    pub rest: String,
    /// Where that can be read.
    pub address: Option<String>,
}

/// A part of the draft.
#[derive(Debug, Clone)]
pub(in crate::web) struct FieldRow {
    /// Its key on the page.
    pub id: String,
    /// Its name in the form.
    pub name: &'static str,
    /// What it is called.
    pub label: String,
    /// Lines of its field; 0 is a field of one line.
    pub rows: u8,
    /// What it says.
    pub value: String,
    /// What is to be minded.
    pub hint: Option<&'static str>,
    /// The most characters that go out, where they are counted.
    pub most: Option<usize>,
    /// What the gate refuses.
    pub faults: Vec<FaultRow>,
    /// What its words rest on.
    pub anchors: Vec<AnchorRow>,
}

impl FieldRow {
    /// The ids of what describes the field.
    pub(in crate::web) fn described_by(&self) -> String {
        let hint = self.hint.map(|_| format!("{}-hint", self.id));
        let ids: Vec<String> = hint.into_iter().chain(self.faults.iter().map(|fault| fault.id.clone())).collect();
        ids.join(" ")
    }

    /// Whether there is something to read.
    pub(in crate::web) fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the row")]
    pub(in crate::web) fn longest(&self) -> usize {
        LONGEST_PART
    }

    /// Characters so far.
    pub(in crate::web) fn length(&self) -> usize {
        self.value.chars().count()
    }
}

/// The text that a form sent. What was emptied is gone.
pub(super) fn typed(form: &Form) -> Clarification {
    let one = |name: &str| cleaned(form.typed(name));
    let all = |name: &'static str| form.all(name).map(cleaned).collect::<Vec<_>>();
    let replies = all("reply");
    let pairs = all("question").into_iter().zip(replies.into_iter().chain(std::iter::repeat(String::new())));
    Clarification {
        title: one("title").replace('\n', " "),
        lead: one("lead"),
        facts: all("fact").into_iter().filter(|fact| !fact.is_empty()).collect(),
        jurisdiction: one("jurisdiction"),
        measures: one("measures"),
        appeal: one("appeal"),
        contacts: one("contacts"),
        card: one("card"),
        questions: pairs.filter(|(question, reply)| !question.is_empty() || !reply.is_empty()).collect(),
    }
}

/// Browsers send line breaks as two signs; characters that nobody sees have no place in what is published.
fn cleaned(typed: &str) -> String {
    let typed = typed.replace("\r\n", "\n");
    let seen: String = typed.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    seen.trim().to_owned()
}

/// Characters of a text, all parts together.
pub(super) fn length(text: &Clarification) -> usize {
    text.parts().iter().map(|(_, words)| words.chars().count()).sum()
}

impl Desk {
    /// The fields of a text, with empty ones to add more where it can be written on.
    pub(super) fn field_rows(
        &self,
        dossier: &Dossier,
        (text, examined): (&Clarification, &Examined),
        editable: bool,
    ) -> Vec<FieldRow> {
        let more = if editable { MORE_FACTS } else { 0 };
        let blank = String::new();
        let mut rows = vec![
            row(Part::Title, "title", (2, &text.title), None),
            row(Part::Lead, "lead", (4, &text.lead), Some("請以「」逐字引述報導或貼文之說法。")),
        ];
        let facts = text.facts.iter().chain(std::iter::repeat_n(&blank, more)).enumerate();
        rows.extend(facts.map(|(at, fact)| {
            let hint =
                if fact.is_empty() { "新增一項；不需要時留空。" } else { "清空即刪除這一項。" };
            row(Part::Fact(at), "fact", (4, fact), Some(hint).filter(|_| editable))
        }));
        rows.extend([
            row(Part::Jurisdiction, "jurisdiction", (2, &text.jurisdiction), Some("非市府權責時填寫。")),
            row(Part::Measures, "measures", (3, &text.measures), None),
            row(Part::Appeal, "appeal", (3, &text.appeal), None),
            row(Part::Contacts, "contacts", (4, &text.contacts), Some("姓名、職稱、電話，一人一行。")),
            FieldRow {
                most: Some(LONGEST_CARD),
                ..row(Part::Card, "card", (4, &text.card), Some("供圖卡及通訊軟體使用，上限 200 字。"))
            },
        ]);
        let none = (String::new(), String::new());
        let pairs = text.questions.iter().chain(std::iter::repeat_n(&none, usize::from(editable))).enumerate();
        for (at, (question, reply)) in pairs {
            rows.push(row(Part::Question(at), "question", (0, question), None));
            rows.push(row(Part::Reply(at), "reply", (3, reply), None));
        }
        let sources = dossier.sources();
        for row in &mut rows {
            row.faults = faults(row, &examined.faults);
            row.anchors = self.anchor_rows(row, dossier, (&sources, examined));
        }
        rows.retain(|row| editable || !row.value.is_empty() || !row.faults.is_empty());
        rows
    }

    fn anchor_rows(
        &self,
        row: &FieldRow,
        dossier: &Dossier,
        (sources, examined): (&[SourceText], &Examined),
    ) -> Vec<AnchorRow> {
        let mut rows: Vec<AnchorRow> = Vec::new();
        for anchor in examined.anchors.iter().filter(|anchor| key(anchor.part) == row.id) {
            let Some(words) = anchor.span.of(&row.value) else { continue };
            let (rest, address) = match &anchor.rest {
                Rest::Basis(at) => {
                    let Some(kept) = dossier.bases.get(*at) else { continue };
                    (format!("{}（{} 登錄）", kept.basis.basis, kept.basis.by), None)
                }
                Rest::Source { id, revision, .. } | Rest::Record { id, revision } => {
                    let same = |it: &&SourceText| it.id == *id && it.revision == *revision;
                    let Some(source) = sources.iter().find(same) else { continue };
                    (self.source_words(dossier, source), Some(source_address(source)))
                }
            };
            let row = AnchorRow { words: words.to_owned(), rest, address };
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        rows
    }

    /// A stored text in few words: 水利局新聞稿 115年3月17日.
    pub(super) fn source_words(&self, dossier: &Dossier, source: &SourceText) -> String {
        let what = match source.kind {
            SourceTextKind::Report => "報導",
            SourceTextKind::Statement => statement_words(dossier, source),
        };
        let day = source.published.map(|at| format!(" {}", roc_date(taipei(at).date_naive()))).unwrap_or_default();
        let number = source.document_no.as_deref().map(|number| format!(" {number}")).unwrap_or_default();
        format!("{}{what}{day}{number}", self.names.agency(&source.publisher))
    }
}

/// The page of a stored text.
pub(super) fn source_address(source: &SourceText) -> String {
    match source.kind {
        SourceTextKind::Report => format!("/reports/{}", source.id),
        SourceTextKind::Statement => names::fact_address(&source.id),
    }
}

fn statement_words(dossier: &Dossier, source: &SourceText) -> &'static str {
    let all = dossier.quoted.iter().filter_map(|quoted| quoted.fact.as_ref()).chain(&dossier.laid);
    let kind = all.filter(|fact: &&FactVersion| fact.id == source.id).map(|fact| fact.statement.kind).next();
    match kind {
        Some(crate::domain::FactKind::Hand) | None => "公布資料",
        Some(kind) => names::fact_kind(kind),
    }
}

/// The key of a part on the page.
fn key(part: Part) -> String {
    super::super::json::part(part).replace(':', "-")
}

fn row(part: Part, name: &'static str, (rows, value): (u8, &str), hint: Option<&'static str>) -> FieldRow {
    FieldRow {
        id: key(part),
        name,
        label: part.words(),
        rows,
        value: value.to_owned(),
        hint,
        most: None,
        faults: Vec::new(),
        anchors: Vec::new(),
    }
}

fn faults(row: &FieldRow, faults: &[Fault]) -> Vec<FaultRow> {
    let of_row = faults.iter().filter(|fault| key(fault.part) == row.id);
    let shown = of_row.enumerate().map(|(at, fault)| FaultRow {
        id: format!("{}-fault-{at}", row.id),
        words: fault.kind.to_string(),
        excerpt: excerpt(&row.value, fault.span),
        phrase: signable(&fault.kind).map(str::to_owned),
    });
    shown.collect()
}

/// The words under `span`, marked, with some before and after.
fn excerpt(text: &str, span: Span) -> Vec<Piece> {
    let (Some(before), Some(behind)) = (text.get(..span.start), text.get(span.end..)) else { return Vec::new() };
    if span.start == span.end {
        return Vec::new();
    }
    let start = before.char_indices().rev().nth(AROUND).map(|(at, _)| at);
    let end = behind.char_indices().nth(AROUND).map(|(at, _)| span.end + at);
    let range = Span::new(start.unwrap_or(0), end.unwrap_or(text.len()));
    let marked = pieces::cut(text, range, &[Paint { span, look: Look::Doubted("待補正") }]);
    pieces::shortened(marked, start.is_some(), end.is_some())
}

/// The words that a person may answer for with a basis.
fn signable(kind: &FaultKind) -> Option<&str> {
    match kind {
        FaultKind::Figure { written, .. }
        | FaultKind::Day { written, .. }
        | FaultKind::Agency { written, .. }
        | FaultKind::UnknownAgency(written)
        | FaultKind::Person { written, .. }
        | FaultKind::Quotation(written)
        | FaultKind::Phone { written, in_contacts: false }
        | FaultKind::Link(written) => Some(written),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;

    #[test]
    fn what_was_emptied_is_gone_and_the_rest_keeps_its_order() {
        let sent = "title=+A%0D%0A&fact=1&fact=&fact=3%00&question=&reply=&question=q&reply=r&question=only";
        let text = typed(&Form::read(&Bytes::from_static(sent.as_bytes())));
        assert_eq!((text.title.as_str(), text.facts), ("A", vec!["1".to_owned(), "3".to_owned()]));
        assert_eq!(text.questions, [("q".into(), "r".into()), ("only".into(), String::new())]);
    }

    #[test]
    fn an_excerpt_marks_the_words_and_is_never_cut_within_a_character() {
        let text = "五甲地區雨水下水道改善工程總經費為新臺幣2億5,000萬元，預定115年8月31日完工。";
        let start = text.find('2').unwrap();
        let end = text.find('，').unwrap();
        let shown = excerpt(text, Span::new(start, end));
        let marked: Vec<&str> =
            shown.iter().filter(|piece| piece.look != Look::Plain).map(|piece| piece.text.as_str()).collect();
        assert_eq!(marked, ["2億5,000萬元"]);
        assert_eq!(shown.first().map(|piece| piece.text.as_str()), Some("…"));
        assert!(excerpt(text, Span::new(1, 2)).is_empty() && excerpt(text, Span::new(0, 0)).is_empty());
    }
}
