//! The register of official statements: the list with its search, and one statement with its versions.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use url::form_urlencoded::{self, Serializer};

use crate::{
    domain::{Entered, FactKind, FactVersion, Field, Level},
    store::{FactFilter, Search},
    web::{
        Desk,
        fault::{Fault, Shared},
        filter,
        frame::{Frame, Section},
        list::Choice,
        moment, names,
        pieces::{self, Paint, Piece},
        report::web_address,
        visitor::Visitor,
    },
};

/// Statements on a page.
pub(super) const PAGE: usize = 30;

/// Characters of a statement in the list.
const LEAD: usize = 90;

/// Reports named on the page of a statement; the list of doubtful reports has all.
const MOST_REPORTS: usize = 20;

/// Disagreements told above the list.
const MOST_DISPUTES: usize = 10;

/// A source of official statements that brought none for so long is looked after: agencies publish on every working day,
/// and the longest holidays last nine.
const STALE: TimeDelta = TimeDelta::days(10);

/// What of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WantedFacts {
    pub search: String,
    pub kind: Option<FactKind>,
    pub agency: String,
    /// Also those that hold no longer.
    pub all: bool,
    pub before: Option<i64>,
}

/// A statement as a row.
#[derive(Debug)]
pub(super) struct FactRow {
    pub address: String,
    pub title: String,
    pub lead: String,
    pub agency: String,
    pub kind: &'static str,
    pub validity: Validity,
    pub clock: String,
    pub iso: String,
    pub revision: u32,
}

/// Whether and until when a statement holds.
#[derive(Debug)]
pub(super) struct Validity {
    /// A class of the state's look.
    pub class: &'static str,
    pub shape: &'static str,
    pub words: &'static str,
    pub from: Option<String>,
    pub until: Option<String>,
}

/// Two statements that disagree.
#[derive(Debug)]
pub(super) struct Dispute {
    /// Address, agency and headline of each.
    pub sides: [(String, String, String); 2],
    pub why: String,
}

/// The page of all statements.
#[derive(Debug, Template)]
#[template(path = "facts.html")]
pub(super) struct FactsPage {
    pub(super) frame: Frame,
    pub(super) wanted: WantedFacts,
    pub(super) kinds: Vec<Choice>,
    pub(super) agencies: Vec<Choice>,
    pub(super) rows: Vec<FactRow>,
    pub(super) total: u64,
    pub(super) next: Option<String>,
    pub(super) disputes: Vec<Dispute>,
    /// Sources that brought nothing for long: name and what is known.
    pub(super) stale: Vec<(String, String)>,
}

/// A version of a statement.
#[derive(Debug)]
pub(super) struct FactVersionRow {
    pub number: u32,
    pub title: String,
    /// What differs from the version before.
    pub changes: Vec<&'static str>,
    pub by: String,
    pub clock: String,
    pub iso: String,
    pub hash: String,
    pub current: bool,
}

/// A report on which a statement gave rise to an alert.
#[derive(Debug)]
pub(super) struct Doubted {
    pub address: String,
    pub outlet: String,
    pub title: Vec<Piece>,
    pub verdict: &'static str,
    pub state: &'static str,
}

/// The page of one statement.
#[derive(Debug, Template)]
#[template(path = "fact.html")]
pub(super) struct FactPage {
    pub(super) frame: Frame,
    pub(super) id: String,
    pub(super) address: String,
    pub(super) title: String,
    pub(super) body: Vec<Vec<Piece>>,
    pub(super) agency: String,
    pub(super) kind: &'static str,
    pub(super) validity: Validity,
    pub(super) published: Option<(String, String)>,
    pub(super) document_no: Option<String>,
    pub(super) original: Option<String>,
    /// The page of the report it was published as.
    pub(super) report: Option<String>,
    pub(super) superseded_by: Option<String>,
    pub(super) versions: Vec<FactVersionRow>,
    pub(super) doubted: Vec<Doubted>,
    /// Whether the visitor may change it, and whether its words are a person's.
    pub(super) may_change: bool,
    pub(super) may_edit: bool,
    pub(super) holds: bool,
    /// Today, as the field of a day wants it.
    pub(super) today: String,
}

impl WantedFacts {
    pub(super) fn read(query: &str) -> Self {
        let mut wanted = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = filter::clean(&value);
            match key.as_ref() {
                "q" => wanted.search = value,
                "kind" => wanted.kind = FactKind::from_name(&value),
                "agency" => wanted.agency = value,
                "all" => wanted.all = value == "1",
                "before" => wanted.before = value.parse().ok(),
                _ => {}
            }
        }
        wanted
    }

    fn address(&self) -> String {
        let mut query = Serializer::new(String::new());
        for (key, value) in [
            ("q", self.search.as_str()),
            ("kind", self.kind.map_or("", FactKind::name)),
            ("agency", &self.agency),
            ("all", if self.all { "1" } else { "" }),
            ("before", &self.before.map(|before| before.to_string()).unwrap_or_default()),
        ] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => "/facts".into(),
            query => format!("/facts?{query}"),
        }
    }
}

impl FactsPage {
    async fn load(desk: &Desk, visitor: Visitor, wanted: WantedFacts) -> Result<Self, Fault> {
        let (store, now) = (&desk.console.store, desk.console.clock.now());
        let page = store.facts(&desk.fact_filter(&wanted), wanted.before, PAGE).await?;
        let agencies = store.fact_agencies().await?.into_iter().map(|(name, n)| Choice {
            chosen: name == wanted.agency,
            name: desk.names.agency(&name).to_owned(),
            count: moment::thousands(n),
            value: name,
        });
        let side = |(id, agency, title): (String, String, String)| {
            (names::fact_address(&id), desk.names.agency(&agency).to_owned(), title)
        };
        let disputes = store
            .disagreements(now, MOST_DISPUTES)
            .await?
            .into_iter()
            .map(|it| Dispute { sides: [side(it.fact), side(it.other)], why: it.why });
        Ok(Self {
            frame: Frame::new(Section::Facts, now, visitor),
            kinds: kinds(wanted.kind),
            agencies: agencies.collect(),
            rows: page.facts.iter().map(|fact| desk.fact_row(fact, now)).collect(),
            total: page.total,
            next: page.next.map(|before| WantedFacts { before: Some(before), ..wanted.clone() }.address()),
            disputes: disputes.collect(),
            stale: desk.stale(now).await?,
            wanted,
        })
    }

    fn total_text(&self) -> String {
        moment::thousands(self.total)
    }

    fn is_first(&self) -> bool {
        self.wanted.before.is_none()
    }

    fn first(&self) -> String {
        WantedFacts { before: None, ..self.wanted.clone() }.address()
    }

    fn is_filtered(&self) -> bool {
        WantedFacts { before: None, ..self.wanted.clone() } != WantedFacts::default()
    }
}

impl FactRow {
    fn is_revised(&self) -> bool {
        self.revision > 1
    }
}

impl Validity {
    fn of(version: &FactVersion, now: DateTime<Utc>) -> Self {
        let it = &version.statement;
        let (class, shape, words) = if it.superseded_by.is_some() {
            ("off", "■", "已被取代")
        } else if !it.holds(now) {
            ("off", "■", "已失效")
        } else if it.from().is_some_and(|from| from > now) {
            ("silent", "◇", "尚未生效")
        } else {
            ("well", "●", "有效")
        };
        let clock = |at: DateTime<Utc>| moment::clock(at, now);
        Self { class, shape, words, from: it.valid_from.map(clock), until: it.valid_to.map(clock) }
    }
}

impl FactPage {
    async fn load(desk: &Desk, visitor: Visitor, id: &str) -> Result<Self, Fault> {
        let (store, now) = (&desk.console.store, desk.console.clock.now());
        let versions = store.fact_versions(id).await?;
        let Some(latest) = versions.first() else { return Err(Fault::Missing) };
        let it = &latest.statement;
        let is_published = versions.iter().any(|version| matches!(version.entered, Entered::Source(_)));
        let befores = versions.iter().skip(1).map(Some).chain([None]);
        let rows = versions.iter().zip(befores).map(|(version, before)| FactVersionRow {
            number: version.revision,
            title: version.statement.title.clone(),
            changes: before.map(|before| changes(before, version)).unwrap_or_default(),
            by: desk.entered_by(&version.entered),
            clock: moment::clock(version.recorded_at, now),
            iso: moment::iso(version.recorded_at),
            hash: version.hash.chars().take(12).collect(),
            current: version.revision == latest.revision,
        });
        let alerts = store.alerts_of_fact(id, MOST_REPORTS).await?;
        let mut doubted: Vec<Doubted> = Vec::new();
        for (outlet, title, finding) in alerts {
            let address = format!("/reports/{}#findings", finding.article_id);
            if doubted.iter().any(|known| known.address == address) {
                continue;
            }
            let marks = store.marks_of(&finding.article_id, finding.revision).await?;
            let mut paints = pieces::paints(&marks, Field::Title, &desk.names);
            paints.retain(Paint::is_mask);
            doubted.push(Doubted {
                address,
                outlet,
                title: pieces::whole(&title, &paints),
                verdict: names::verdict(finding.found.verdict),
                state: match &finding.judged {
                    Some(judged) => names::outcome(judged.outcome),
                    None if finding.found.level == Level::A => "待查證・重大",
                    None => "待查證",
                },
            });
        }
        let may_change = visitor.may_state_for(&it.agency);
        Ok(Self {
            id: id.to_owned(),
            address: names::fact_address(id),
            title: it.title.clone(),
            body: pieces::paragraphs(&it.text, &[]),
            agency: desk.names.agency(&it.agency).to_owned(),
            kind: names::fact_kind(it.kind),
            validity: Validity::of(latest, now),
            published: it.published.map(|at| (moment::clock(at, now), moment::iso(at))),
            document_no: it.document_no.clone(),
            original: it.url.as_deref().and_then(web_address),
            report: is_published.then(|| format!("/reports/{id}")),
            superseded_by: it.superseded_by.as_deref().map(names::fact_address),
            may_change,
            may_edit: may_change && !is_published,
            holds: it.holds(now),
            today: crate::domain::taipei(now).date_naive().to_string(),
            doubted,
            versions: rows.collect(),
            frame: Frame::new(Section::Facts, now, visitor),
        })
    }

    /// Where the form is that puts it right or replaces it.
    fn form(&self, aim: &str) -> String {
        format!("/facts/new?{}", Serializer::new(String::new()).append_pair(aim, &self.id).finish())
    }

    fn current(&self) -> u32 {
        self.versions.iter().find(|version| version.current).map_or(1, |version| version.number)
    }
}

impl Desk {
    /// What the database is asked for.
    pub(super) fn fact_filter(&self, wanted: &WantedFacts) -> FactFilter {
        let words = self.console.segmenter.tokens(&wanted.search);
        FactFilter {
            search: Search { words: words.into_iter().take(filter::MOST_WORDS).collect() },
            kind: wanted.kind,
            agency: wanted.agency.clone(),
            holding: (!wanted.all).then_some(self.console.clock.now()),
        }
    }

    fn fact_row(&self, fact: &FactVersion, now: DateTime<Utc>) -> FactRow {
        let it = &fact.statement;
        let mut lead: String = it.text.chars().take(LEAD).map(|c| if c == '\n' { ' ' } else { c }).collect();
        if it.text.chars().nth(LEAD).is_some() {
            lead.push('…');
        }
        let at = it.published.unwrap_or(fact.recorded_at);
        FactRow {
            address: names::fact_address(&fact.id),
            title: it.title.clone(),
            lead,
            agency: self.names.agency(&it.agency).to_owned(),
            kind: names::fact_kind(it.kind),
            validity: Validity::of(fact, now),
            clock: moment::clock(at, now),
            iso: moment::iso(at),
            revision: fact.revision,
        }
    }

    fn entered_by(&self, entered: &Entered) -> String {
        match entered {
            Entered::Source(source) => format!("來源「{}」", self.source_name(source)),
            Entered::Person(name) if name.starts_with('(') => "檔案匯入".to_owned(),
            Entered::Person(name) => name.clone(),
        }
    }

    /// Sources of official statements that brought none for long.
    async fn stale(&self, now: DateTime<Utc>) -> Result<Vec<(String, String)>, Fault> {
        let last = self.console.store.last_statements().await?;
        let sources = self.console.sources.borrow();
        let official = sources.iter().filter(|source| source.enabled && source.official.is_some());
        let stale = official.filter_map(|source| {
            let at = last.iter().find(|(id, _)| id == source.id.as_str()).map(|(_, at)| *at);
            let known = match at {
                Some(at) if now - at < STALE => return None,
                Some(at) => format!("最近一筆為 {}", moment::ago(at, now)),
                None => "尚無任何資料".to_owned(),
            };
            Some((source.name.clone(), known))
        });
        Ok(stale.collect())
    }
}

/// The kinds as choices.
pub(super) fn kinds(chosen: Option<FactKind>) -> Vec<Choice> {
    let choice = |kind: FactKind| Choice {
        value: kind.name().to_owned(),
        name: names::fact_kind(kind).to_owned(),
        count: String::new(),
        chosen: chosen == Some(kind),
    };
    FactKind::ALL.map(choice).into()
}

/// What a version changed.
fn changes(before: &FactVersion, after: &FactVersion) -> Vec<&'static str> {
    let (was, is) = (&before.statement, &after.statement);
    let all = [
        (was.title != is.title, "標題"),
        (was.text != is.text, "內容"),
        (was.agency != is.agency, "機關"),
        (was.kind != is.kind, "種類"),
        (was.valid_from != is.valid_from || was.published != is.published, "生效時間"),
        (was.valid_to != is.valid_to, "失效時間"),
        (was.superseded_by != is.superseded_by, "由新事實取代"),
        (was.document_no != is.document_no, "文號"),
        (was.url != is.url, "網址"),
    ];
    all.into_iter().filter(|(changed, _)| *changed).map(|(_, what)| what).collect()
}

/// The list. A form sends its empty fields along; they are taken out of the address.
pub(super) async fn list(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let wanted = WantedFacts::read(&query);
    if filter::Wanted::has_blanks(&query) {
        return Redirect::to(&wanted.address()).into_response();
    }
    desk.answer(&visitor, FactsPage::load(&desk, visitor.clone(), wanted).await)
}

/// The page of one statement.
pub(super) async fn one(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    if id.chars().any(char::is_control) {
        return desk.apology(&visitor, &Fault::Missing);
    }
    desk.answer(&visitor, FactPage::load(&desk, visitor.clone(), &id).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_for_and_no_more() {
        for (query, expect) in [
            ("", "/facts"),
            ("q=&kind=x&all=0&before=b", "/facts"),
            ("q=%00+a+&kind=denial&all=1&before=7", "/facts?q=a&kind=denial&all=1&before=7"),
        ] {
            assert_eq!(WantedFacts::read(query).address(), expect);
        }
    }
}
