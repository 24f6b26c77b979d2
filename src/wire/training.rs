//! Corrections as examples to learn from: a report with what a person says of it, and nothing a person did not say.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::domain::{Judgement, taipei};

/// One line: `{"id","title","text","published_at"}` and, of the rest, what was corrected: `in_scope`, `service`, `agency`
/// and `unit`, `kind`, `toward_city`. A service or agency of null says that there is none.
#[must_use]
pub fn example(
    id: &str,
    title: &str,
    text: &str,
    published_at: Option<DateTime<Utc>>,
    judgements: &[Judgement],
) -> Value {
    let mut line = Map::new();
    let mut put = |key: &str, value: Value| drop(line.insert(key.to_owned(), value));
    put("id", json!(id));
    put("title", json!(title));
    put("text", json!(text));
    put("published_at", json!(published_at.map(|at| taipei(at).to_rfc3339())));
    for judgement in judgements {
        match judgement {
            Judgement::Scope(inside) => put("in_scope", json!(inside)),
            Judgement::Service(services) => put("service", json!(services.first().map(|it| &it.name))),
            Judgement::Agency(agencies) => {
                put("agency", json!(agencies.first().map(|it| &it.name)));
                put("unit", json!(agencies.first().and_then(|it| it.unit.as_ref())));
            }
            Judgement::Kind(kind) => put("kind", json!(kind.name())),
            Judgement::TowardCity(label) => put("toward_city", json!(label.name())),
        }
    }
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AgencyGuess, Label};

    #[test]
    fn only_what_was_corrected_is_told() {
        let agency = AgencyGuess { name: "高雄市政府工務局".into(), unit: None, score: 1.0, city: true };
        let judgements =
            [Judgement::Scope(true), Judgement::Agency(vec![agency]), Judgement::TowardCity(Label::Neutral)];
        let line = example("1", "題", "文", Some(DateTime::UNIX_EPOCH), &judgements).to_string();
        let expect = r#"{"id":"1","title":"題","text":"文","published_at":"1970-01-01T08:00:00+08:00","in_scope":true,"agency":"高雄市政府工務局","unit":null,"toward_city":"neutral"}"#;
        assert_eq!(line, expect);
        let none = example("1", "", "", None, &[Judgement::Service(Vec::new())]).to_string();
        assert_eq!(none, r#"{"id":"1","title":"","text":"","published_at":null,"service":null}"#);
    }
}
