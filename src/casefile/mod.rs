//! What a case's file holds, in the form the workflow takes it: the matter of a first draft, and what was seen of the
//! reports. It joins what the store keeps with what `workflow` writes and judges, for the daemon, the console and the
//! command line; it decides nothing itself.

mod asked;
mod counted;
mod earlier;
mod telling;
mod tracked;

use chrono::{DateTime, Utc};

use crate::{
    domain::{Answer, Assignment, City, ClaimKind, Clarification, Contact, Field, Office, Span, taipei},
    store::{CaseReport, Dossier, Quoted},
    text,
    workflow::{
        draft::{self, About, Disputed, Outlet, Stated},
        roster,
    },
};

pub use asked::faq;
pub use counted::counted;
pub use earlier::{earlier_releases, earlier_texts, release_of};
pub use telling::{Note, WATCHED, matter};
pub use tracked::{TrackedReport, Watched, judged, summary, watched};

/// The sort of an outlet that is no board, no timeline and no channel.
const NEWS: [&str; 2] = ["news", "manual"];

/// The draft that is laid before people: of what the reports of the case say otherwise than official statements.
#[must_use]
pub fn first_draft(
    city: &City,
    office: &Office,
    dossier: &Dossier,
    (issuer, answer): (Assignment, Answer),
    now: DateTime<Utc>,
) -> Clarification {
    let mut quoted: Vec<&Quoted> = dossier.quoted.iter().collect();
    quoted.sort_by(|a, b| b.finding.found.score.total_cmp(&a.finding.found.score));
    let disputed = quoted.into_iter().map(|it| disputed(&dossier.reports, it)).collect();
    let contacts = contacts(office, dossier, &issuer);
    draft::draft(&city.drafting.templates, &About { answer, disputed, issuer, contacts, now })
}

/// Whom the press may ask about what an agency or its unit says in a case: the unit's own contacts, else those of the
/// agency.
#[must_use]
pub fn contacts(office: &Office, dossier: &Dossier, issuer: &Assignment) -> Vec<Contact> {
    let unit = roster::unit_of(&dossier.roster, Some(issuer));
    let own = unit.map(|unit| unit.contacts.clone()).filter(|contacts| !contacts.is_empty());
    own.unwrap_or_else(|| office.contacts_of(&issuer.agency))
}

/// Who speaks in a case: the agency it was given to; before that the one that stated the fact, when it is the city's own;
/// else the office.
#[must_use]
pub fn speaker(city: &City, office: &Office, dossier: &Dossier) -> Assignment {
    if let Some(to) = dossier.case.stage.assignment() {
        return to.clone();
    }
    let stated = dossier.quoted.iter().filter_map(|it| it.fact.as_ref()).find_map(|fact| {
        let (at, _) = city.body(&fact.statement.agency)?;
        city.agencies.get(at).filter(|agency| agency.city)
    });
    let agency = stated.map_or_else(|| office.name.clone(), |agency| agency.name.clone());
    Assignment { agency, unit: None }
}

fn disputed(reports: &[CaseReport], quoted: &Quoted) -> Disputed {
    let found = &quoted.finding.found;
    let fact = quoted.fact.as_ref().zip(found.fact.as_ref()).map(|(version, words)| {
        let it = &version.statement;
        let text = field(words.quote.field, &it.title, &it.text);
        let part = words.quote.part.of(text).unwrap_or_default();
        Stated {
            sentence: without_number(sentence(text, words.quote.span)).to_owned(),
            agency: it.agency.clone(),
            day: it.published.map(|at| taipei(at).date_naive()),
            document_no: it.document_no.clone(),
            url: it.url.clone(),
            in_charge: (found.kind == ClaimKind::Agency).then(|| part.to_owned()).filter(|it| !it.is_empty()),
        }
    });
    Disputed {
        verdict: found.verdict,
        kind: found.kind,
        outlets: outlets(reports, quoted),
        claim: quoted.claim().to_owned(),
        sentence: sentence(field(found.claim.field, &quoted.title, &quoted.text), found.claim.span).to_owned(),
        fact,
    }
}

/// Who makes the claim: the outlet it was found at, and every other report of the case that has its deciding words.
fn outlets(reports: &[CaseReport], quoted: &Quoted) -> Vec<Outlet> {
    let mut outlets: Vec<Outlet> = Vec::new();
    let own = |it: &&CaseReport| it.article_id == quoted.finding.article_id;
    let says = |it: &&CaseReport| [&it.title, &it.text].into_iter().any(|text| text.contains(quoted.claimed()));
    let others = reports.iter().filter(|it| !own(it) && says(it));
    for it in reports.iter().filter(own).chain(others) {
        if !outlets.iter().any(|known| known.name == it.outlet) {
            outlets.push(Outlet {
                name: it.outlet.clone(),
                day: Some(taipei(it.published.unwrap_or(it.fetched)).date_naive()),
                is_post: !NEWS.contains(&it.sort.as_str()),
            });
        }
    }
    outlets
}

fn field<'a>(of: Field, title: &'a str, text: &'a str) -> &'a str {
    match of {
        Field::Title => title,
        Field::Text => text,
    }
}

/// The sentence that a span lies in.
fn sentence(of: &str, span: Span) -> &str {
    let whole = text::sentences(of).into_iter().find(|it| it.start <= span.start && span.end <= it.end);
    whole.unwrap_or(span).of(of).unwrap_or_default()
}

/// A sentence without the number that a release gives it in its list (二、).
fn without_number(sentence: &str) -> &str {
    let rest = sentence.trim_start_matches(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十']);
    if rest.len() < sentence.len() { rest.strip_prefix('、').unwrap_or(sentence) } else { sentence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_list_is_no_part_of_a_fact() {
        assert_eq!(without_number("一、經費：總經費2億元。"), "經費：總經費2億元。");
        assert_eq!(without_number("十二、期程：8月完工。"), "期程：8月完工。");
        assert_eq!(without_number("一處工廠、三戶受損。"), "一處工廠、三戶受損。");
        assert_eq!(without_number("總經費2億元。"), "總經費2億元。");
    }

    #[test]
    fn a_claim_is_told_in_its_sentence() {
        let text = "市府動工。總經費25億元，8月完工。里長很高興。";
        let at = text.find("25億元").unwrap();
        assert_eq!(sentence(text, Span::new(at, at + 8)), "總經費25億元，8月完工。");
    }
}
