//! The API described for programs (`OpenAPI` 3.1): every route under `/api/v1` with its parameters, who may use it and what it
//! answers. It is put together from the table of operations and that of access, so that it cannot say something else than
//! what is checked at the door.

mod operations;

use axum::{extract::State, response::Response};
use serde_json::{Map, Value, json};

use crate::{
    domain::Role,
    web::{
        access::{Gate, RULES, Rule},
        casework::api,
        fault::Shared,
    },
};
use operations::{OPERATIONS, Operation};

/// A parameter of an address.
pub(super) type Parameter = (&'static str, &'static str, &'static str);

/// What parts of a path are.
const IN_PATHS: [Parameter; 5] = [
    ("id", "string", "key of the case"),
    ("slug", "string", "case number and revision, 1-2; with .odt, .pdf or .txt the same as a file"),
    ("revision", "string", "number of the revision; with .odt, .pdf or .txt the same as a file"),
    ("proposal", "string", "key of the proposal"),
    ("substitute", "string", "key of the substitution"),
];

/// The whole description. `base` is where people open the console.
#[must_use]
pub fn openapi(base: Option<&str>) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(operation.method.to_lowercase(), described(operation));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Clarion (澄訊)", "version": env!("CARGO_PKG_VERSION"),
            "description": "What the pages of the console do, for programs. A program shows a key that somebody made under \
                            /keys and acts in the name and with the roles of that account. Times are RFC 3339; fields are \
                            added and never changed.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": json!([{ "url": base.unwrap_or("/") }]),
        "paths": paths,
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457",
                    "properties": {
                        "title": { "type": "string" }, "detail": { "type": "string" },
                        "status": { "type": "integer" },
                        "reason": { "type": "string", "description": "what does not change: stale, not_your_role, gate …" },
                        "number": { "type": ["string", "null"], "description": "stands in the log, for faults of the program" },
                    },
                },
                "Clarification": operations::clarification(),
            },
        },
    })
}

/// The rule of access of an operation.
fn rule(operation: &Operation) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.method == operation.method && rule.path == operation.path)
}

fn described(operation: &Operation) -> Value {
    let gate = rule(operation).map(|rule| rule.gate);
    let in_path = IN_PATHS.iter().filter(|it| operation.path.contains(&format!("{{{}}}", it.0)));
    let parameter = |(name, kind, words): &Parameter, place: &str| {
        json!({
            "name": name, "in": place, "required": place == "path", "description": words, "schema": schema(kind),
        })
    };
    let in_path = in_path.map(|it| parameter(it, "path"));
    let parameters: Vec<Value> = in_path.chain(operation.query.iter().map(|it| parameter(it, "query"))).collect();
    let mut told = json!({
        "summary": operation.summary,
        "description": who(gate),
        "parameters": parameters,
        "responses": responses(operation, gate),
    });
    if let Some(told) = told.as_object_mut() {
        if gate != Some(Gate::Anybody) {
            told.insert("security".into(), json!([{ "key": [] }]));
        }
        if let Some(body) = operation.body {
            let content = json!({ "application/json": { "schema": body() } });
            told.insert("requestBody".into(), json!({ "required": true, "content": content }));
        }
    }
    told
}

/// Who may use it, in a sentence.
fn who(gate: Option<Gate>) -> String {
    match gate {
        Some(Gate::Holders(roles)) => {
            let names: Vec<&str> = roles.iter().copied().map(Role::name).collect();
            format!("For accounts with one of these roles: {}.", names.join(", "))
        }
        Some(Gate::Persons) => "For every account.".to_owned(),
        Some(Gate::Readers) => "For every account, and for anybody where reading is open.".to_owned(),
        Some(Gate::Anybody) => "For anybody.".to_owned(),
        Some(Gate::Machines) | None => "For nobody.".to_owned(),
    }
}

fn responses(operation: &Operation, gate: Option<Gate>) -> Value {
    let fields: Map<String, Value> =
        operation.answer.iter().map(|(name, kind)| ((*name).to_owned(), schema(kind))).collect();
    let mut content = json!({ "application/json": { "schema": { "type": "object", "properties": fields } } });
    if let (true, Some(content)) = (operation.has_files, content.as_object_mut()) {
        for media in ["application/vnd.oasis.opendocument.text", "application/pdf", "text/plain"] {
            content.insert(media.to_owned(), json!({}));
        }
    }
    let mut all = Map::new();
    all.insert(operation.status.to_string(), json!({ "description": "done", "content": content }));
    let mut refusal = |status: u16, words: &str| {
        let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
        all.insert(status.to_string(), json!({ "description": words, "content": content }));
    };
    if gate != Some(Gate::Anybody) {
        refusal(401, "no key, or one that has ended");
    }
    if matches!(gate, Some(Gate::Holders(_))) {
        refusal(403, "the account may not do this");
    }
    if operation.path.contains('{') {
        refusal(404, "there is no such thing");
    }
    if operation.method == "POST" {
        refusal(400, "the body cannot be read");
        refusal(409, "what was looked at has changed meanwhile");
        refusal(422, "what was sent cannot be; `detail` says why");
    }
    if operation.has_files {
        refusal(501, "there is no program that makes PDF");
    }
    refusal(503, "busy; try again");
    Value::Object(all)
}

/// A type by its short name: `string`, `integer`, `number`, `boolean`, `object`, `date`, `time`, with `[]` a list of it and
/// with `?` one that may be null.
fn schema(kind: &str) -> Value {
    if let Some(of) = kind.strip_suffix("[]") {
        return json!({ "type": "array", "items": schema(of) });
    }
    let (name, may_be_null) = kind.strip_suffix('?').map_or((kind, false), |name| (name, true));
    let (name, format) = match name {
        "date" => ("string", Some("date")),
        "time" => ("string", Some("date-time")),
        name => (name, None),
    };
    let mut told = if may_be_null { json!({ "type": [name, "null"] }) } else { json!({ "type": name }) };
    if let (Some(format), Some(told)) = (format, told.as_object_mut()) {
        told.insert("format".into(), format.into());
    }
    told
}

/// The description.
pub(super) async fn document(State(desk): State<Shared>) -> Response {
    api::answer(&openapi(Some(desk.console.base.as_str())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_of_the_api_is_described_and_nothing_else_is() {
        let routes: BTreeSet<(&str, &str)> =
            RULES.iter().filter(|rule| rule.path.starts_with("/api/")).map(|rule| (rule.method, rule.path)).collect();
        let described: BTreeSet<(&str, &str)> = OPERATIONS.iter().map(|it| (it.method, it.path)).collect();
        assert_eq!(described, routes, "add what is missing to web/openapi/operations.rs (left) or access.rs (right)");
        assert_eq!(described.len(), OPERATIONS.len(), "each once");
    }

    #[test]
    fn every_operation_says_what_it_takes_who_may_use_it_and_what_it_answers() {
        let told = openapi(None);
        assert_eq!(told["openapi"], "3.1.0");
        for operation in OPERATIONS {
            let it = &told["paths"][operation.path][operation.method.to_lowercase()];
            let place = format!("{} {}", operation.method, operation.path);
            assert!(!operation.summary.is_empty() && !operation.answer.is_empty(), "{place}");
            let in_path = it["parameters"].as_array().unwrap().iter().filter(|it| it["in"] == "path").count();
            assert_eq!(in_path, operation.path.matches('{').count(), "{place}: every part of the path is described");
            assert_eq!(it["security"].is_array(), rule(operation).unwrap().gate != Gate::Anybody, "{place}");
            assert!(it["responses"][operation.status.to_string()]["content"].is_object(), "{place}");
            assert!(it["responses"]["401"].is_object(), "{place}");
            assert_eq!(it["requestBody"].is_object(), operation.body.is_some(), "{place}");
            assert!(operation.body.is_none() || operation.method == "POST", "{place}");
        }
        let step = &told["paths"]["/api/v1/cases/{id}/steps"]["post"];
        assert!(step["description"].as_str().unwrap().contains("duty_officer"), "{step}");
        assert!(step["requestBody"]["content"]["application/json"]["schema"]["properties"]["step"].is_object());
        assert!(step["responses"]["409"].is_object() && step["responses"]["403"].is_object());
        let file = &told["paths"]["/api/v1/releases/{slug}"]["get"]["responses"];
        assert!(file["200"]["content"]["application/pdf"].is_object() && file["501"].is_object());
    }

    #[test]
    fn short_names_are_types() {
        assert_eq!(schema("string?"), json!({ "type": ["string", "null"] }));
        assert_eq!(schema("date"), json!({ "type": "string", "format": "date" }));
        assert_eq!(schema("integer?[]"), json!({ "type": "array", "items": { "type": ["integer", "null"] } }));
    }
}
