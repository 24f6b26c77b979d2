//! What the gate finds, in the JSON of the API and of what is kept with a release.

use serde_json::{Value, json};

use crate::{
    domain::{Anchor, Part, Rest},
    store::Quoted,
    wire,
    workflow::gate::Fault,
};

/// The name of a part: `title`, `fact:0`.
pub(in crate::web) fn part(part: Part) -> String {
    match part {
        Part::Title => "title".into(),
        Part::Lead => "lead".into(),
        Part::Fact(at) => format!("fact:{at}"),
        Part::Jurisdiction => "jurisdiction".into(),
        Part::Measures => "measures".into(),
        Part::Appeal => "appeal".into(),
        Part::Contacts => "contacts".into(),
        Part::Card => "card".into(),
        Part::Question(at) => format!("question:{at}"),
        Part::Reply(at) => format!("reply:{at}"),
    }
}

/// What words of a text rest on.
pub(in crate::web) fn anchors(anchors: &[Anchor]) -> Value {
    let of = |anchor: &Anchor| {
        let rest = match &anchor.rest {
            Rest::Source { id, revision, in_title, span } => json!({
                "source": id, "revision": revision, "field": if *in_title { "title" } else { "text" },
                "span": [span.start, span.end],
            }),
            Rest::Basis(at) => json!({ "basis": at }),
            Rest::Record { id, revision } => json!({ "source": id, "revision": revision, "field": "record" }),
        };
        json!({ "part": part(anchor.part), "span": [anchor.span.start, anchor.span.end], "rests_on": rest })
    };
    anchors.iter().map(of).collect()
}

/// The short name of a fault.
pub(in crate::web) fn fault_name(fault: &Fault) -> &'static str {
    fault.kind.name()
}

/// Faults of a text, each with the sentence for the person.
pub(in crate::web) fn faults(faults: &[Fault]) -> Value {
    let of = |fault: &Fault| {
        json!({
            "part": part(fault.part), "span": [fault.span.start, fault.span.end], "kind": fault_name(fault),
            "words": fault.kind.to_string(),
        })
    };
    faults.iter().map(of).collect()
}

/// An alert of a case, with both sentences.
pub(in crate::web) fn quoted(quoted: &Quoted) -> Value {
    let found = &quoted.finding.found;
    let fact = quoted.fact.as_ref().zip(found.fact.as_ref()).map(|(version, words)| {
        let text = match words.quote.field {
            crate::domain::Field::Title => &version.statement.title,
            crate::domain::Field::Text => &version.statement.text,
        };
        json!({
            "id": version.id, "revision": version.revision, "agency": version.statement.agency,
            "title": version.statement.title, "url": version.statement.url,
            "text": words.quote.span.of(text).unwrap_or_default(),
            "part": words.quote.part.of(text).unwrap_or_default(),
        })
    });
    json!({
        "id": quoted.finding.id, "report": quoted.finding.article_id, "revision": quoted.finding.revision,
        "outlet": quoted.outlet, "verdict": found.verdict.name(), "kind": found.kind.name(),
        "level": found.level.name(), "score": found.score, "why": found.why,
        "claim": { "text": quoted.claim(), "part": quoted.claimed() }, "fact": fact,
        "found_at": wire::time(quoted.finding.found_at),
        "outcome": quoted.finding.judged.as_ref().map(|judged| judged.outcome.name()),
    })
}
