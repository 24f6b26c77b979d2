//! What the API does, operation by operation.

use serde_json::{Value, json};

use super::Parameter;

/// One route with its method.
pub(super) struct Operation {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The route.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What may be asked behind the question mark.
    pub query: &'static [Parameter],
    /// What is sent with it.
    pub body: Option<fn() -> Value>,
    /// The status of what was done.
    pub status: u16,
    /// The fields of the answer with their types.
    pub answer: &'static [(&'static str, &'static str)],
    /// Whether endings of the address ask for the same as a file.
    pub has_files: bool,
}

const fn get(
    path: &'static str,
    summary: &'static str,
    query: &'static [Parameter],
    answer: &'static [(&'static str, &'static str)],
) -> Operation {
    Operation { method: "GET", path, summary, query, body: None, status: 200, answer, has_files: false }
}

const fn post(
    path: &'static str,
    summary: &'static str,
    body: fn() -> Value,
    answer: &'static [(&'static str, &'static str)],
) -> Operation {
    Operation { method: "POST", path, summary, query: &[], body: Some(body), status: 200, answer, has_files: false }
}

/// Every operation.
pub(super) const OPERATIONS: &[Operation] = &[
    get("/api/v1/openapi.json", "this description", &[], &[("openapi", "string"), ("paths", "object")]),
    get(
        "/api/v1/facts",
        "official statements that hold, the latest recorded first, thirty at a time, without their texts",
        &[
            ("q", "string", "words that must all be in it"),
            ("kind", "string", "release, decision, jurisdiction, denial or hand"),
            ("agency", "string", "who says it, as it was entered"),
            ("all", "integer", "1 for those that hold no longer too"),
            ("before", "integer", "`next` of the page before"),
        ],
        &[("facts", "object[]"), ("total", "integer"), ("next", "integer?")],
    ),
    Operation {
        status: 201,
        ..post(
            "/api/v1/facts",
            "enters a statement, or one in the place of another",
            statement,
            &[("id", "string"), ("revision", "integer")],
        )
    },
    get(
        "/api/v1/facts/{id}",
        "a statement whole, with its versions and the alerts it gave rise to",
        &[],
        &[("fact", "object"), ("revision", "integer"), ("versions", "object[]"), ("alerts", "object[]")],
    ),
    post(
        "/api/v1/facts/{id}",
        "puts a statement right: a further version of it",
        statement,
        &[("id", "string"), ("revision", "integer")],
    ),
    post("/api/v1/facts/{id}/end", "ends its validity", ending, &[("id", "string"), ("revision", "integer")]),
    get(
        "/api/v1/cases",
        "cases, the latest first, fifty at a time",
        &[
            ("state", "string", "states, several with commas: to_verify, assigned, verifying, drafting, reviewing …"),
            ("level", "string", "A, B or C"),
            ("agency", "string", "the agency it was given to, by its full name"),
            ("before", "integer", "`next` of the page before"),
        ],
        &[("cases", "object[]"), ("total", "integer"), ("next", "integer?")],
    ),
    Operation {
        status: 201,
        ..post("/api/v1/cases", "opens a case by hand", case, &[("id", "string"), ("number", "integer")])
    },
    get(
        "/api/v1/cases/{id}",
        "a case with everything it rests on",
        &[],
        &[
            ("case", "object"),
            ("steps", "string[]"),
            ("clocks", "object[]"),
            ("findings", "object[]"),
            ("reports", "object[]"),
            ("draft", "object?"),
            ("bases", "object[]"),
            ("messages", "object[]"),
            ("timeline", "object[]"),
        ],
    ),
    post("/api/v1/cases/{id}/steps", "takes a step", step, &[("case", "object")]),
    get("/api/v1/cases/{id}/drafts", "all revisions of the draft, the latest first", &[], &[("drafts", "object[]")]),
    post(
        "/api/v1/cases/{id}/drafts",
        "keeps a revision of the draft",
        draft,
        &[("revision", "integer"), ("hash", "string")],
    ),
    Operation {
        has_files: true,
        ..get(
            "/api/v1/cases/{id}/drafts/{revision}",
            "one revision of the draft; as a file it bears 預擬稿",
            &[],
            &[("draft", "object")],
        )
    },
    get(
        "/api/v1/cases/{id}/gate",
        "what stands in the way of the latest revision",
        &[],
        &[
            ("revision", "integer"),
            ("hash", "string"),
            ("clean", "boolean"),
            ("faults", "object[]"),
            ("anchors", "object[]"),
        ],
    ),
    get(
        "/api/v1/cases/{id}/proposals",
        "what a language model proposed for the draft, and what became of it",
        &[],
        &[("proposals", "object[]")],
    ),
    Operation {
        method: "POST",
        status: 201,
        ..get(
            "/api/v1/cases/{id}/proposals",
            "asks the language model for better words; only a person takes them over",
            &[],
            &[("id", "string"), ("notice", "string")],
        )
    },
    post(
        "/api/v1/cases/{id}/proposals/{proposal}",
        "takes a proposal over as a further revision, or drops it",
        decision,
        &[("taken", "boolean"), ("revision", "integer?")],
    ),
    post("/api/v1/cases/{id}/overdue", "explains a missed goal", overdue, &[("case", "object")]),
    post("/api/v1/cases/{id}/level", "changes the level, with the clock", level, &[("case", "object")]),
    post("/api/v1/cases/{id}/extension", "extends the time of a complaint", extension, &[("case", "object")]),
    post(
        "/api/v1/cases/{id}/explained",
        "answers for a clause of the draft that disagrees with an earlier statement",
        explained,
        &[("id", "string")],
    ),
    post("/api/v1/cases/{id}/bases", "signs for words of the draft", basis, &[("id", "string")]),
    post("/api/v1/cases/{id}/sources", "lays an official statement beside the case", source, &[("fact", "string")]),
    get(
        "/api/v1/cases/{id}/corrections",
        "what every outlet made of it",
        &[],
        &[
            ("summary", "object"),
            ("released_at", "time?"),
            ("volume", "object?"),
            ("second_wave", "object?"),
            ("outlets_corrected_first", "boolean"),
            ("corrections", "object[]"),
        ],
    ),
    get(
        "/api/v1/releases",
        "what went out, the latest first, fifty at a time",
        &[("before", "integer", "`next` of the page before")],
        &[("releases", "object[]"), ("next", "integer?")],
    ),
    Operation {
        has_files: true,
        ..get(
            "/api/v1/releases/{slug}",
            "one release",
            &[],
            &[
                ("number", "integer"),
                ("slug", "string"),
                ("case", "string"),
                ("case_number", "integer"),
                ("revision", "integer"),
                ("hash", "string"),
                ("answer", "string"),
                ("agency", "string"),
                ("unit", "string?"),
                ("issued_at", "time"),
                ("issued_by", "string"),
                ("url", "string?"),
                ("text", "object"),
                ("sources", "object[]"),
                ("anchors", "object[]"),
            ],
        )
    },
    get(
        "/api/v1/messages",
        "messages and what became of them, the latest first",
        &[("subject", "string", "key of a case; all without")],
        &[("messages", "object[]")],
    ),
    post(
        "/api/v1/messages/{id}/resend",
        "sends a message again that was given up or held",
        resend,
        &[("id", "string"), ("state", "string")],
    ),
    get("/api/v1/units", "the units below the agencies, with members and substitutes", &[], &[("units", "object[]")]),
    post("/api/v1/units", "adds a unit or changes one", unit, &[("id", "string")]),
    post("/api/v1/units/{id}/members", "says who belongs to a unit", unit_member, &[("account", "string")]),
    post("/api/v1/units/{id}/substitutes", "says who stands in, from when until when", substitute, &[("id", "string")]),
    Operation {
        method: "POST",
        ..get(
            "/api/v1/units/{id}/substitutes/{substitute}/withdraw",
            "takes a substitution back",
            &[],
            &[("id", "string")],
        )
    },
    get("/api/v1/closures", "times on which work was suspended", &[], &[("closures", "object[]")]),
    post(
        "/api/v1/closures",
        "enters one",
        closure,
        &[
            ("id", "string"),
            ("day", "date"),
            ("district", "string?"),
            ("from", "string?"),
            ("until", "string?"),
            ("valid_from", "time"),
            ("note", "string"),
            ("by", "string"),
        ],
    ),
    get(
        "/api/v1/statistics",
        "the figures of a month, or of a year month by month (then `whole` and `months`); this month without parameters",
        &[("year", "integer", "of the common era"), ("month", "integer", "1 to 12; the whole year without")],
        &[
            ("office", "string"),
            ("from", "time"),
            ("until", "time"),
            ("made_at", "time"),
            ("cases", "integer"),
            ("levels", "object[]"),
            ("services", "object[]"),
            ("districts", "object[]"),
            ("hours", "integer[]"),
            ("weekdays", "integer[]"),
            ("served", "object[]"),
            ("goals", "object[]"),
            ("states", "object[]"),
            ("remedies", "object[]"),
            ("satisfaction", "object?"),
            ("whole", "object"),
            ("months", "object?[]"),
        ],
    ),
    get(
        "/api/v1/faq",
        "what was asked more than once; this month so far without parameters",
        &[("from", "date", "the first day"), ("to", "date", "the last day, 93 at most")],
        &[("from", "date"), ("to", "date"), ("candidates", "object[]")],
    ),
];

fn object(required: &[&str], properties: &Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

fn case() -> Value {
    let text = json!({ "type": "string" });
    object(
        &["level", "title"],
        &json!({
            "level": { "enum": ["A", "B", "C"] }, "title": text, "matter": text, "place": text, "district": text,
            "service": text, "report": text, "known_at": { "type": "string", "format": "date-time" },
        }),
    )
}

fn step() -> Value {
    let text = json!({ "type": "string" });
    object(
        &["step"],
        &json!({
            "step": text,
            "version": { "type": "integer", "description": "of the case as it was looked at; without it as it is now" },
            "reason": text, "agency": text, "unit": text,
            "hash": { "type": "string", "description": "of the text that is submitted, consented to or published" },
            "channels": { "type": "array", "items": text }, "outcome": text,
        }),
    )
}

fn draft() -> Value {
    let base = json!({ "type": "integer", "description": "the revision it was written from" });
    object(&["base", "text"], &json!({ "base": base, "text": { "$ref": "#/components/schemas/Clarification" } }))
}

fn statement() -> Value {
    let text = json!({ "type": "string" });
    let time = json!({ "type": "string", "examples": ["2026-03-17T10:00:00+08:00", "2026-03-17", "115/03/17"] });
    json!({
        "type": "object", "required": ["agency"],
        "properties": {
            "kind": { "enum": ["release", "decision", "jurisdiction", "denial", "hand"] }, "agency": text, "title": text,
            "text": text, "subject": text, "attribute": text, "value": text, "unit": text, "place": text, "status": text,
            "published_at": time, "valid_from": time, "valid_to": time, "document_no": text, "url": text,
            "supersedes": { "type": "string", "description": "key of the statement whose place it takes" },
            "revision": {
                "type": "integer", "description": "the version that was looked at of what is put right or replaced",
            },
        },
    })
}

fn ending() -> Value {
    let revision = json!({ "type": "integer", "description": "the version that was looked at" });
    let to = json!({ "type": "string", "format": "date", "description": "its last day; today ends it now" });
    object(&["revision", "to"], &json!({ "revision": revision, "to": to }))
}

fn decision() -> Value {
    object(&["decision"], &json!({ "decision": { "enum": ["take", "drop"] } }))
}

fn overdue() -> Value {
    let (text, time) = (json!({ "type": "string" }), json!({ "type": "string", "format": "date-time" }));
    object(&["reason", "progress", "expected_at"], &json!({ "reason": text, "progress": text, "expected_at": time }))
}

fn level() -> Value {
    let version = json!({ "type": "integer", "description": "of the case as it was looked at" });
    object(
        &["level", "reason"],
        &json!({ "level": { "enum": ["A", "B", "C"] }, "reason": { "type": "string" }, "version": version }),
    )
}

fn extension() -> Value {
    let version = json!({ "type": "integer", "description": "of the case as it was looked at" });
    let to = json!({ "type": "string", "format": "date", "description": "the new last day" });
    object(&["to", "reason"], &json!({ "to": to, "reason": { "type": "string" }, "version": version }))
}

fn explained() -> Value {
    let key = json!({ "type": "string", "description": "of the disagreement, as the gate tells it" });
    object(&["key", "note"], &json!({ "key": key, "note": { "type": "string" } }))
}

fn resend() -> Value {
    let knows = json!({ "type": "boolean", "description": "whether it is known that it may have arrived" });
    object(&["reason"], &json!({ "reason": { "type": "string" }, "knows": knows }))
}

fn unit() -> Value {
    let (text, texts) = (json!({ "type": "string" }), json!({ "type": "array", "items": { "type": "string" } }));
    object(
        &["agency", "name"],
        &json!({
            "id": { "type": "string", "description": "of the unit that is changed; without it one is added" },
            "version": { "type": "integer" }, "agency": text, "name": text, "contacts": texts, "channels": texts,
            "services": texts, "districts": texts, "words": texts,
        }),
    )
}

fn unit_member() -> Value {
    let flag = json!({ "type": "boolean" });
    object(&["account"], &json!({ "account": { "type": "string" }, "member": flag, "head": flag }))
}

fn substitute() -> Value {
    let text = json!({ "type": "string" });
    let whom = json!({ "type": "string", "description": "`unit:KEY` or `person:ACCOUNT`" });
    object(
        &["of", "by", "from", "until"],
        &json!({ "of": whom, "by": whom, "from": text, "until": text, "note": text }),
    )
}

fn basis() -> Value {
    object(&["phrase", "basis"], &json!({ "phrase": { "type": "string" }, "basis": { "type": "string" } }))
}

fn source() -> Value {
    object(&["fact"], &json!({ "fact": { "type": "string", "description": "key of the statement" } }))
}

fn closure() -> Value {
    let (text, clock) = (json!({ "type": "string" }), json!({ "type": "string", "examples": ["12:00"] }));
    json!({
        "type": "object", "required": ["day"],
        "properties": {
            "day": { "type": "string", "format": "date" }, "district": text, "from": clock, "until": clock,
            "valid_from": { "type": "string", "format": "date-time" }, "note": text,
        },
    })
}

/// The text of a draft or a release.
pub(super) fn clarification() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "title": text, "lead": text, "facts": { "type": "array", "items": text }, "jurisdiction": text,
            "measures": text, "appeal": text, "contacts": text, "card": text,
            "questions": {
                "type": "array",
                "items": { "type": "object", "properties": { "question": text, "reply": text } },
            },
        },
    })
}
