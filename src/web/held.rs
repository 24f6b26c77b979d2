//! What somebody sent after their log-in had run out: it is kept in the page of the log-in and sent again behind it, so that
//! no word is lost where no script runs. It never leaves the browser's own pages.

use askama::Template;
use axum::body::Bytes;
use url::form_urlencoded;

use crate::web::{form::Form, frame::Frame};

/// Before the name of a held field in the form of the log-in.
const PREFIX: &str = "held:";

/// The field that says where it was sent.
const TO: &str = "held-to";

/// Where forms with words of people go. What sets passwords and keys is not held.
const HELD: [&str; 5] = ["/cases", "/units", "/closures", "/facts", "/reports"];

/// Fields of a form and where they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub to: String,
    pub fields: Vec<(String, String)>,
}

/// The page behind the log-in.
#[derive(Debug, Template)]
#[template(path = "held.html")]
pub(super) struct HeldPage {
    pub(super) frame: Frame,
    pub(super) held: Held,
    /// Where to go when it is not sent.
    pub(super) next: String,
}

impl Held {
    /// The form that was sent to this path, when it is one with words of people in it.
    pub fn sent(path: &str, body: &Bytes) -> Option<Self> {
        let fields: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
        (may_be_held(path) && !fields.is_empty()).then(|| Self { to: path.to_owned(), fields })
    }

    /// The same out of the form of the log-in.
    pub fn carried(form: &Form) -> Option<Self> {
        let fields: Vec<_> = form
            .fields()
            .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.to_owned())))
            .collect();
        let to = form.typed(TO);
        (may_be_held(to) && !fields.is_empty()).then(|| Self { to: to.to_owned(), fields })
    }

    /// The fields under the names they have in the form of the log-in.
    pub fn carrying(&self) -> impl Iterator<Item = (String, &str)> {
        let own = self.fields.iter().map(|(name, value)| (format!("{PREFIX}{name}"), value.as_str()));
        std::iter::once((TO.to_owned(), self.to.as_str())).chain(own)
    }

    /// The words that people typed, for them to see that they are there.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        const LONG: usize = 12;
        let values = self.fields.iter().map(|(_, value)| value.as_str());
        values.filter(|value| value.chars().count() >= LONG)
    }
}

fn may_be_held(path: &str) -> bool {
    let known =
        HELD.iter().any(|root| path == *root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')));
    // What a script keeps by itself it sends again by itself.
    known && !path.ends_with("/note") && !path.contains("..") && !path.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forms_of_these_pages_are_held() {
        let body = Bytes::from_static(b"lead=%E6%96%87&base=1");
        let held = Held::sent("/cases/c1/draft", &body).unwrap();
        assert_eq!(held.fields, [("lead".into(), "文".into()), ("base".into(), "1".into())]);
        for path in ["/password", "/keys", "/casesx", "//evil.example/cases", "/cases/c1/draft/note", "/cases/../keys"]
        {
            assert_eq!(Held::sent(path, &body), None, "{path}");
        }
        assert_eq!(Held::sent("/cases", &Bytes::new()), None);
    }

    #[test]
    fn what_is_held_comes_through_the_log_in_as_it_was() {
        let body = Bytes::from_static(b"fact=1&fact=2&held%3Ax=y");
        let held = Held::sent("/cases/c1/draft", &body).unwrap();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("name", "wang").append_pair("password", "x");
        for (name, value) in held.carrying() {
            form.append_pair(&name, value);
        }
        assert_eq!(Held::carried(&Form::read(&Bytes::from(form.finish()))), Some(held));
        assert_eq!(Held::carried(&Form::read(&Bytes::from_static(b"held-to=/keys&held%3Aa=1"))), None);
    }
}
