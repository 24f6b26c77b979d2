//! Official statements as the register keeps them: whole, in versions, with the time for which they hold.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::session::hex;

/// Bytes of a statement's text. The longest releases have some 20 KB; what is longer is no statement but a file.
pub const LONGEST_STATEMENT: usize = 200 << 10;

/// Characters of a headline, a name or a number.
const LONGEST_LINE: usize = 300;

/// What sort of statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// 新聞稿
    Release,
    /// 核定事項
    Decision,
    /// 權責分工
    Jurisdiction,
    /// 澄清說明: something is not so.
    Denial,
    /// 人工登錄
    Hand,
}

impl FactKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Release, Self::Decision, Self::Jurisdiction, Self::Denial, Self::Hand];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Decision => "decision",
            Self::Jurisdiction => "jurisdiction",
            Self::Denial => "denial",
            Self::Hand => "hand",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What sort of release it is by its headline: one that puts something straight, or any other.
    #[must_use]
    pub fn of_release(title: &str) -> Self {
        if DENYING.iter().any(|word| title.contains(word)) { Self::Denial } else { Self::Release }
    }
}

/// Words by which agencies head a statement that something is not so.
const DENYING: [&str; 7] = ["澄清", "闢謠", "不實", "並無此事", "絕無", "謠言", "誤傳"];

/// What is wrong with a statement that is to be kept. The words are for the person who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    /// Nothing is stated.
    #[error("標題與內容不得皆為空白")]
    Empty,
    /// Nobody states it.
    #[error("缺少發布機關")]
    NoAgency,
    /// A field that is one line is longer than any.
    #[error("標題、機關、文號或識別碼過長（上限 300 字）")]
    LongLine,
    /// The text is a file.
    #[error("內容過長（上限 200 KB）")]
    LongText,
    /// It ends before it begins.
    #[error("失效時間早於生效時間")]
    Backward,
    /// It is superseded by itself.
    #[error("不得以自身取代自身")]
    Itself,
}

/// An official statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What sort it is.
    pub kind: FactKind,
    /// Who says it.
    pub agency: String,
    /// The headline; may be empty.
    pub title: String,
    /// The whole text.
    pub text: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// The number of the document.
    pub document_no: Option<String>,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// From when it holds; from its publication without one.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when it holds.
    pub valid_to: Option<DateTime<Utc>>,
    /// The id of the statement that took its place.
    pub superseded_by: Option<String>,
}

impl Statement {
    /// What an agency published at `published`, as its page says it.
    #[must_use]
    pub fn released(agency: &str, (title, text): (&str, &str), url: &str, published: DateTime<Utc>) -> Self {
        Self {
            kind: FactKind::of_release(title),
            agency: agency.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            url: Some(url.to_owned()),
            document_no: None,
            published: Some(published),
            valid_from: None,
            valid_to: None,
            superseded_by: None,
        }
    }

    /// The statement as it can be kept under `id`: without NUL, which PostgreSQL refuses, and with empty fields left out.
    ///
    /// # Errors
    /// [`StatementFault`] when it states nothing, nobody states it, it is too long, or its times are out of order.
    pub fn checked(mut self, id: &str) -> Result<Self, StatementFault> {
        for line in [&mut self.agency, &mut self.title] {
            *line = one_line(line);
        }
        for line in [&mut self.url, &mut self.document_no, &mut self.superseded_by] {
            *line = line.as_deref().map(one_line).filter(|line| !line.is_empty());
        }
        if self.text.contains('\0') {
            self.text = self.text.replace('\0', "");
        }
        let lines = [Some(&self.agency), Some(&self.title), self.document_no.as_ref(), self.superseded_by.as_ref()];
        if lines.into_iter().flatten().any(|line| line.chars().count() > LONGEST_LINE)
            || id.chars().count() > LONGEST_LINE
        {
            return Err(StatementFault::LongLine);
        }
        if self.text.len() > LONGEST_STATEMENT {
            return Err(StatementFault::LongText);
        }
        if self.title.is_empty() && self.text.trim().is_empty() {
            return Err(StatementFault::Empty);
        }
        if self.agency.is_empty() {
            return Err(StatementFault::NoAgency);
        }
        if self.valid_from.or(self.published).zip(self.valid_to).is_some_and(|(from, to)| to < from) {
            return Err(StatementFault::Backward);
        }
        if self.superseded_by.as_deref() == Some(id) {
            return Err(StatementFault::Itself);
        }
        Ok(self)
    }

    /// SHA-256 over title and text, in hex: what findings quote is told by it. Each is preceded by its length.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for field in [&self.title, &self.text] {
            hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hex(&hash.finalize())
    }

    /// From when it holds.
    #[must_use]
    pub fn from(&self) -> Option<DateTime<Utc>> {
        self.valid_from.or(self.published)
    }

    /// Whether it holds at `now`, or will.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.superseded_by.is_none() && self.valid_to.is_none_or(|until| until >= now)
    }
}

fn one_line(text: &str) -> String {
    let kept: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    kept.trim().to_owned()
}

/// Who brought a statement into the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// The source of that id published it.
    Source(String),
    /// A person, by the name the audit log knows.
    Person(String),
}

/// One version of a statement. A version is never changed; what changes is a further one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactVersion {
    /// Grows with every version of any statement.
    pub number: i64,
    /// The statement's key.
    pub id: String,
    /// Which version it is, from 1.
    pub revision: u32,
    /// What it says.
    pub statement: Statement,
    /// See [`Statement::hash`].
    pub hash: String,
    /// Who brought it in.
    pub entered: Entered,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            kind: FactKind::Hand,
            agency: "水利局".into(),
            title: "總經費2.5億元".into(),
            text: String::new(),
            url: None,
            document_no: None,
            published: None,
            valid_from: None,
            valid_to: None,
            superseded_by: None,
        }
    }

    #[test]
    fn what_states_nothing_or_ends_before_it_begins_is_refused() {
        let hour = |hour: i64| DateTime::from_timestamp(hour * 3600, 0);
        for (statement, fault) in [
            (Statement { title: " ".into(), ..statement() }, StatementFault::Empty),
            (Statement { agency: "\n".into(), ..statement() }, StatementFault::NoAgency),
            (Statement { title: "長".repeat(301), ..statement() }, StatementFault::LongLine),
            (Statement { text: "x".repeat(LONGEST_STATEMENT + 1), ..statement() }, StatementFault::LongText),
            (Statement { published: hour(2), valid_to: hour(1), ..statement() }, StatementFault::Backward),
            (Statement { superseded_by: Some("f1".into()), ..statement() }, StatementFault::Itself),
        ] {
            assert_eq!(statement.checked("f1"), Err(fault));
        }
        let kept = Statement { text: "a\0b".into(), url: Some(" ".into()), ..statement() }.checked("f1").unwrap();
        assert_eq!((kept.text.as_str(), kept.url), ("ab", None));
    }

    #[test]
    fn words_that_move_from_title_to_text_make_another_hash() {
        let moved = Statement { title: "總經費".into(), text: "2.5億元".into(), ..statement() };
        assert_ne!(moved.hash(), statement().hash());
        let ended = Statement { valid_to: Some(DateTime::UNIX_EPOCH), ..statement() };
        assert_eq!(ended.hash(), statement().hash(), "an end of its validity changes no byte of what it says");
        assert!(
            statement().holds(DateTime::UNIX_EPOCH) && !ended.holds(DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(1))
        );
    }
}
