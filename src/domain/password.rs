//! What may be a password. The rules are those of 資通系統防護基準 (附表十) and of OWASP ASVS 5.0, 6.2.

use std::{collections::HashSet, fmt};

use super::UserName;

/// Characters of a password, at the least.
const SHORTEST: usize = 12;

/// Bytes of a password, at the most: hashing must not become a way to keep the machine busy.
pub const LONGEST_PASSWORD: usize = 1024;

/// Different characters of a password, at the least: `aaaaaaaaaaaa` and `121212121212` are long and nothing else.
const VARIETY: usize = 5;

/// How many passwords back a new one must differ from.
pub const REMEMBERED_PASSWORDS: usize = 3;

/// The name of the program is the first thing tried.
const PROGRAM: &str = "clarion";

/// What the commonest passwords of twelve and more characters are made of, in small letters. Shorter ones are refused by
/// their length.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "123456789",
    "987654321",
    "qwertyuiop",
    "1qaz2wsx",
    "qazwsxedc",
    "1q2w3e4r",
    "zxcvbnm",
    "asdfghjkl",
    "abcdefgh",
    "iloveyou",
    "letmein",
    "welcome",
    "administrator",
    "adminadmin",
    "changeme",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "5201314",
    "woaini",
    "ji32k7au4a83",
    "a123456789",
    "taiwan",
    "wj/6m06",
    "au4a83",
];

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer than 12 characters.
    #[error("a password has at least 12 characters")]
    Short,
    /// More than a kibibyte.
    #[error("a password has at most 1024 bytes")]
    Long,
    /// Among the first that are tried.
    #[error("the password is common or too uniform")]
    Common,
    /// It holds the user's, the city's or the program's name.
    #[error("the password holds the name of the user, the city or the program")]
    Telling,
    /// It was in use before.
    #[error("the password is one of the last three")]
    Used,
}

/// A password that keeps the rules. It is never shown, not even to a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Reads a new password of a user; `city_words` are names of the city.
    ///
    /// # Errors
    /// When it breaks a rule.
    pub fn parse(text: &str, user: &UserName, city_words: &[String]) -> Result<Self, PasswordFault> {
        if text.len() > LONGEST_PASSWORD {
            return Err(PasswordFault::Long);
        }
        if text.chars().count() < SHORTEST {
            return Err(PasswordFault::Short);
        }
        let small = text.to_lowercase();
        if small.chars().collect::<HashSet<_>>().len() < VARIETY || is_common(&small) {
            return Err(PasswordFault::Common);
        }
        let names = city_words.iter().map(String::as_str).chain([user.as_str(), PROGRAM]);
        if names.map(str::to_lowercase).any(|name| !name.is_empty() && small.contains(&name)) {
            return Err(PasswordFault::Telling);
        }
        Ok(Self(text.to_owned()))
    }

    /// The bytes to be hashed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Whether little is left of a password when a common one, digits and signs are taken out.
fn is_common(small: &str) -> bool {
    COMMON.iter().filter(|common| small.contains(**common)).any(|common| {
        let rest = small.replace(common, "");
        rest.chars().filter(|c| c.is_alphabetic()).count() < VARIETY
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<PasswordFault>) {
        let user = UserName::parse("wang").unwrap();
        let words = ["高雄".to_owned(), "Kaohsiung".to_owned()];
        assert_eq!(Password::parse(text, &user, &words).err(), expect, "{text:.40}");
    }

    #[test]
    fn twelve_characters_to_a_kibibyte() {
        check("q7#mLp2vXz9", Some(PasswordFault::Short));
        check("q7#mLp2vXz9t", None);
        check("騎樓下的貓愛看夜市燈火", Some(PasswordFault::Short));
        check("騎樓下的貓最愛看夜市燈火", None);
        check(&"q7#mLp2v".repeat(128), None);
        check(&"q7#mLp2v".repeat(129), Some(PasswordFault::Long));
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for common in ["password1234", "Passw0rd!2026", "1qaz2wsx3edc", "aaaaaaaaaaaa", "121212121212", "ji32k7au4a83"]
        {
            check(common, Some(PasswordFault::Common));
        }
        check("welcome to the night market", None);
    }

    #[test]
    fn names_of_user_city_and_program_are_refused() {
        for telling in ["xx-WANG-7#mLp2v", "我愛高雄的夜晚和港邊風", "kaohsiung-7#mLp2", "Clarion-7#mLp2v"] {
            let long = format!("{telling}9t!k");
            check(&long, Some(PasswordFault::Telling));
        }
    }

    #[test]
    fn a_password_is_never_written_out() {
        let user = UserName::parse("wang").unwrap();
        let password = Password::parse("q7#mLp2vXz9t", &user, &[]).unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
