//! What a form sent.

use axum::body::Bytes;
use url::form_urlencoded;

/// The fields of a form, in its order.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body; what is no form has no fields.
    pub fn read(body: &Bytes) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field as it was typed; a missing one is empty.
    pub fn typed(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// All fields, in their order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a field was sent, empty or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// A field without space around it, when there is something in it. Control characters have no place in a line, and
    /// PostgreSQL refuses NUL.
    pub fn line(&self, name: &str) -> Option<String> {
        let line: String = self.typed(name).chars().filter(|c| !c.is_control()).collect();
        Some(line.trim().to_owned()).filter(|line| !line.is_empty())
    }

    /// All values of a field that may come more than once.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_field_by_field() {
        let form = Form::read(&Bytes::from_static(b"role=admin&name=+wang%00+&role=approver&empty="));
        assert_eq!(form.all("role").collect::<Vec<_>>(), ["admin", "approver"]);
        assert_eq!((form.line("name"), form.line("empty"), form.line("none")), (Some("wang".into()), None, None));
        assert_eq!(form.typed("name"), " wang\0 ");
        assert_eq!(Form::read(&Bytes::from_static(b"\xff\xfe")).typed("name"), "");
    }
}
