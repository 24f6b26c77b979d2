//! What `analyze`, `stories` and `check` read.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::value::RawValue;
use url::Url;

use crate::domain::TAIPEI;

/// A document's id as its sender wrote it: text, a number, or none. It goes back unchanged, sign for sign: a number is
/// never read as one, so it may be of any length and keep its zeros.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct DocumentId(Option<Box<RawValue>>);

impl PartialEq for DocumentId {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_deref().map(RawValue::get) == other.0.as_deref().map(RawValue::get)
    }
}

impl<'de> Deserialize<'de> for DocumentId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = Option::<Box<RawValue>>::deserialize(from)?;
        match written.as_deref().map(RawValue::get) {
            Some(id) if id.starts_with(['{', '[', 't', 'f']) => {
                Err(D::Error::custom(format!("the id {id} is neither text nor a number")))
            }
            _ => Ok(Self(written)),
        }
    }
}

/// A report, a post or a message to analyse. Everything may be missing; a missing title or text is empty.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct Document {
    /// The sender's id.
    #[serde(default)]
    pub id: DocumentId,
    /// The headline.
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub title: String,
    /// The body.
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub text: String,
    /// Where it was found.
    #[serde(default)]
    pub url: Option<String>,
    /// Who published it.
    #[serde(default)]
    pub outlet: Option<String>,
    /// By what way it came.
    #[serde(default)]
    pub channel: Option<String>,
    /// When it appeared, RFC 3339; without an offset Taipei is meant.
    #[serde(default)]
    pub published_at: Option<String>,
}

impl Document {
    /// Reads a document from a line of JSON Lines.
    ///
    /// # Errors
    /// When the line is no JSON object, or a field is not what it should be.
    pub fn from_line(line: &str) -> Result<Self, serde_json::Error> {
        // An array of the fields in their order would do for a struct, and `[]` for an empty document.
        if line.trim_start().starts_with('[') {
            return Err(serde_json::Error::custom(
                "a document is an object {\"id\", \"title\", \"text\"}, not an array",
            ));
        }
        serde_json::from_str(line)
    }

    /// The time it appeared, when one is given that can be read.
    #[must_use]
    pub fn published(&self) -> Option<DateTime<Utc>> {
        self.published_at.as_deref().and_then(instant)
    }

    /// Who published it: the outlet, else the host of its address, else nothing.
    #[must_use]
    pub fn outlet_or_host(&self) -> String {
        let named = self.outlet.as_deref().map(str::trim).filter(|outlet| !outlet.is_empty()).map(str::to_owned);
        let host = || Some(Url::parse(self.url.as_deref()?).ok()?.host_str()?.trim_start_matches("www.").to_owned());
        named.or_else(host).unwrap_or_default()
    }
}

/// An instant as documents write it: RFC 3339, or a date with or without a time, which Taipei is meant by.
#[must_use]
pub fn instant(written: &str) -> Option<DateTime<Utc>> {
    let written = written.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(written) {
        return Some(at.to_utc());
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(written, format).ok())
        .or_else(|| NaiveDate::parse_from_str(written, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    Some(local.and_local_timezone(TAIPEI).single()?.to_utc())
}

fn text_or_nothing<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_back_as_it_came() {
        for id in [r#""a1""#, r#""\u9ad8\/1""#, "17", "null", "123456789012345678901234567890", "1.50", "-0", "1e400"] {
            let document = Document::from_line(&format!("{{\"id\": {id} ,\"text\":\"路燈\"}}")).unwrap();
            assert_eq!(serde_json::to_string(&document.id).unwrap(), id);
        }
        assert_eq!(serde_json::to_string(&Document::default().id).unwrap(), "null");
    }

    #[test]
    fn a_line_that_is_no_document_is_refused() {
        for line in [
            "[]",
            " []",
            r#"["a","路燈","不亮"]"#,
            "17",
            r#""路燈""#,
            "null",
            "true",
            r#"{"id":[1]}"#,
            r#"{"id":true}"#,
            "{",
        ] {
            assert!(Document::from_line(line).is_err(), "{line}");
        }
        assert!(Document::from_line("[]").unwrap_err().to_string().contains("not an array"));
    }

    #[test]
    fn what_is_missing_is_empty() {
        let document: Document = serde_json::from_str(r#"{"title":null,"extra":1}"#).unwrap();
        assert_eq!(document, Document::default());
    }

    #[test]
    fn an_outlet_without_a_name_is_known_by_its_address() {
        for (line, expect) in [
            (r#"{"outlet":" 木棉日報 ","url":"https://www.kapok.example/1"}"#, "木棉日報"),
            (r#"{"outlet":"","url":"https://www.kapok.example/1"}"#, "kapok.example"),
            (r#"{"url":"kapok"}"#, ""),
            ("{}", ""),
        ] {
            assert_eq!(Document::from_line(line).unwrap().outlet_or_host(), expect, "{line}");
        }
    }

    #[test]
    fn a_time_without_offset_is_taipei() {
        let midnight = instant("2026-03-17T00:00:00+08:00");
        assert!(midnight.is_some());
        for written in ["2026-03-17", "2026-03-17T00:00:00", "2026-03-16T16:00:00Z"] {
            assert_eq!(instant(written), midnight);
        }
        assert_eq!(instant("昨天"), None);
    }
}
