//! A text that is never shown: a token, a password, an address that is itself the key.

use std::fmt;

/// What stands where a secret was.
const HIDDEN: &str = "•••";

/// A secret. What prints it, prints dots, so that none gets into a log by way of a struct around it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text, without the blanks and the line end that a file has around it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text itself, for the one who sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` with dots where this secret stands in it: servers like to repeat what they were sent.
    #[must_use]
    pub fn hide_in(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, HIDDEN) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_and_is_taken_out_of_what_others_print() {
        let secret = Secret::new(" s3cret\n");
        assert_eq!(secret.reveal(), "s3cret");
        assert_eq!(format!("{:?}", Some(&secret)), "Some(•••)");
        assert_eq!(secret.hide_in("no token s3cret here"), "no token ••• here");
        assert_eq!(Secret::new("").hide_in("nothing to hide"), "nothing to hide");
    }
}
