//! What people keep asking in a period, beside all that the city has said.

use chrono::{DateTime, Utc};

use crate::{
    domain::{Clarification, FaqCandidate, KnownAnswer, Period, Said},
    store::{FactFilter, PublishedRow, Store, StoreError},
    workflow::faq::Questions,
};

/// Statements read at once.
const BATCH: usize = 500;

/// Statements and releases that are looked through, the latest first: the answer to what is asked now is seldom older.
const MOST: usize = 5_000;

/// The questions that were asked more than once in a period, with what comes nearest to an answer: of the statements that
/// hold `now` and of the releases. It reads thousands of sentences, which is work for a thread of its own.
///
/// # Errors
/// When the database does not answer.
pub async fn faq(
    store: &Store,
    questions: &Questions,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Vec<FaqCandidate>, StoreError> {
    let asked = store.asked(period).await?;
    let mut answers: Vec<KnownAnswer> = store.published(None, MOST).await?.iter().map(release).collect();
    let filter = FactFilter { holding: Some(now), ..FactFilter::default() };
    let mut before = None;
    while answers.len() < MOST {
        let page = store.facts(&filter, before, BATCH).await?;
        answers.extend(page.facts.into_iter().map(|version| KnownAnswer {
            said: Said::Statement(version.id),
            title: version.statement.title,
            text: version.statement.text,
            agency: version.statement.agency,
        }));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(questions.candidates(&asked, &answers))
}

fn release(row: &PublishedRow) -> KnownAnswer {
    let it = &row.release.releasing;
    KnownAnswer {
        title: it.text.title.clone(),
        text: said(&it.text),
        agency: it.agency.clone(),
        said: Said::Release(format!("{}-{}", row.case_number, it.revision)),
    }
}

/// What a release says, sentence by sentence.
fn said(text: &Clarification) -> String {
    let asked = text.questions.iter().flat_map(|(question, reply)| [question, reply]);
    let parts = text.facts.iter().chain([&text.measures]).chain(asked);
    parts.map(String::as_str).collect::<Vec<_>>().join("\n")
}
