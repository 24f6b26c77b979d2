//! The filter of the list as its address holds it. Whatever the address says becomes a filter: what cannot be
//! understood is left out, never an error.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use url::form_urlencoded::{self, Serializer};

use crate::{
    domain::{Label, TAIPEI, TextKind},
    store::{Filter, Search, Stage},
    text::Segmenter,
};

/// Characters of a search or a name that are looked at; no headline is longer.
const LONGEST: usize = 100;

/// Words of one search; every further one costs the index a look.
pub(super) const MOST_WORDS: usize = 16;

/// Which reports by whether they concern the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scope {
    /// Those that do.
    #[default]
    City,
    /// All.
    All,
    /// Those that do not.
    Other,
}

impl Scope {
    pub(super) const ALL: [Self; 3] = [Self::City, Self::All, Self::Other];

    /// The name in the address.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::All => "all",
            Self::Other => "other",
        }
    }

    /// The name on screen.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::City => "市政相關",
            Self::All => "全部",
            Self::Other => "非市政",
        }
    }
}

/// The filter as written in the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wanted {
    pub search: String,
    pub outlet: String,
    pub service: String,
    pub agency: String,
    pub district: String,
    pub source: String,
    pub toward_city: Option<Label>,
    pub kind: Option<TextKind>,
    pub scope: Scope,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Only what a person should look at.
    pub doubtful: bool,
    /// Every report by itself instead of one row a story.
    pub apart: bool,
    pub after: Option<Stage>,
}

/// One condition of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Search,
    Outlet,
    Service,
    Agency,
    District,
    Source,
    TowardCity,
    Kind,
    Scope,
    From,
    To,
    Check,
    Stories,
}

/// The one value of `check` in the address.
pub(super) const DOUBTFUL: &str = "doubtful";

/// The one value of `stories` in the address.
const APART: &str = "apart";

impl Wanted {
    /// Everything a source brought, whatever it is about.
    pub(super) fn of_source(id: &str) -> Self {
        Self { source: id.to_owned(), scope: Scope::All, apart: true, ..Self::default() }
    }

    /// Reads a query string; of a repeated key the last counts.
    pub(super) fn read(query: &str) -> Self {
        let mut wanted = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = clean(&value);
            match key.as_ref() {
                "q" => wanted.search = value,
                "outlet" => wanted.outlet = value,
                "service" => wanted.service = value,
                "agency" => wanted.agency = value,
                "district" => wanted.district = value,
                "source" => wanted.source = value,
                "sentiment" => wanted.toward_city = Label::from_name(&value),
                "kind" => wanted.kind = TextKind::from_name(&value),
                "scope" => {
                    wanted.scope = Scope::ALL.into_iter().find(|scope| scope.name() == value).unwrap_or_default();
                }
                "from" => wanted.from = day(&value),
                "to" => wanted.to = day(&value),
                "check" => wanted.doubtful = value == DOUBTFUL,
                "stories" => wanted.apart = value == APART,
                "after" => wanted.after = stage(&value),
                _ => {}
            }
        }
        wanted
    }

    /// Whether a form sent its empty fields along, so that a shorter address says the same.
    pub(super) fn has_blanks(query: &str) -> bool {
        form_urlencoded::parse(query.as_bytes()).any(|(_, value)| value.is_empty())
    }

    /// The query string, without what is not asked for.
    pub(super) fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        for (key, value) in [
            ("q", self.search.as_str()),
            ("outlet", &self.outlet),
            ("service", &self.service),
            ("agency", &self.agency),
            ("district", &self.district),
            ("source", &self.source),
            ("sentiment", self.toward_city.map_or("", Label::name)),
            ("kind", self.kind.map_or("", TextKind::name)),
            ("scope", if self.scope == Scope::default() { "" } else { self.scope.name() }),
            ("from", &self.from.map(|day| day.to_string()).unwrap_or_default()),
            ("to", &self.to.map(|day| day.to_string()).unwrap_or_default()),
            ("check", if self.doubtful { DOUBTFUL } else { "" }),
            ("stories", if self.apart { APART } else { "" }),
            ("after", &self.after.map(|at| format!("{}-{}", at.sort_at, at.number)).unwrap_or_default()),
        ] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        query.finish()
    }

    /// The address of the list.
    pub(super) fn address(&self) -> String {
        match self.query() {
            query if query.is_empty() => "/".into(),
            query => format!("/?{query}"),
        }
    }

    /// What a person should look at, of all reports.
    pub(super) fn all_doubtful() -> Self {
        Self { doubtful: true, ..Self::default() }
    }

    /// The same from the first page.
    pub(super) fn first_page(&self) -> Self {
        Self { after: None, ..self.clone() }
    }

    /// The same without one condition, from the first page.
    pub(super) fn without(&self, condition: Condition) -> Self {
        let mut rest = self.first_page();
        match condition {
            Condition::Search => rest.search.clear(),
            Condition::Outlet => rest.outlet.clear(),
            Condition::Service => rest.service.clear(),
            Condition::Agency => rest.agency.clear(),
            Condition::District => rest.district.clear(),
            Condition::Source => rest.source.clear(),
            Condition::TowardCity => rest.toward_city = None,
            Condition::Kind => rest.kind = None,
            Condition::Scope => rest.scope = Scope::default(),
            Condition::From => rest.from = None,
            Condition::To => rest.to = None,
            Condition::Check => rest.doubtful = false,
            Condition::Stories => rest.apart = false,
        }
        rest
    }

    /// The filter for the store. Days are Taipei's and `to` is included.
    pub(super) fn filter(&self, segmenter: &Segmenter) -> Filter {
        let mut words = segmenter.tokens(&self.search);
        words.truncate(MOST_WORDS);
        Filter {
            search: Search { words },
            outlet: self.outlet.clone(),
            service: self.service.clone(),
            agency: self.agency.clone(),
            district: self.district.clone(),
            toward_city: self.toward_city,
            kind: self.kind,
            source: self.source.clone(),
            in_scope: match self.scope {
                Scope::City => Some(true),
                Scope::All => None,
                Scope::Other => Some(false),
            },
            since: self.from.and_then(midnight),
            until: self.to.and_then(|day| day.checked_add_days(Days::new(1))).and_then(midnight),
            doubtful: self.doubtful,
            singly: self.apart,
        }
    }
}

/// Control characters have no place in a name and PostgreSQL refuses NUL.
pub(super) fn clean(value: &str) -> String {
    let text: String = value.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    text.trim().to_owned()
}

fn day(value: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?;
    (1900..=9999).contains(&day.year()).then_some(day)
}

fn midnight(day: NaiveDate) -> Option<chrono::DateTime<Utc>> {
    let midnight = TAIPEI.from_local_datetime(&day.and_time(NaiveTime::MIN)).single()?;
    Some(midnight.to_utc())
}

fn stage(value: &str) -> Option<Stage> {
    let (sort_at, number) = value.rsplit_once('-')?;
    Some(Stage { sort_at: sort_at.parse().ok()?, number: number.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expect: &str) {
        assert_eq!(Wanted::read(query).query(), expect);
    }

    #[test]
    fn an_address_says_what_is_asked_for_and_no_more() {
        check("", "");
        check("q=&outlet=&scope=city&from=&sentiment=", "");
        check("q=+a+&scope=all&kind=notice", "q=a&kind=notice&scope=all");
        check("from=2026-03-01&to=2026-03-17&after=-5-3", "from=2026-03-01&to=2026-03-17&after=-5-3");
        check("stories=together&kind=notice", "kind=notice");
        check("stories=apart&after=5-3", "stories=apart&after=5-3");
        check("check=doubtful&scope=all", "scope=all&check=doubtful");
        check("check=1", "");
    }

    #[test]
    fn what_cannot_be_understood_is_left_out() {
        check("scope=1&sentiment=bad&kind=%FF&from=yesterday&to=-9999-01-01&after=x&after=1-&x=y", "");
        check("outlet=a&outlet=b", "outlet=b");
        check("outlet=%00a%0d%0a", "outlet=a");
        check(&format!("q={}", "x".repeat(10_000)), &format!("q={}", "x".repeat(LONGEST)));
    }

    #[test]
    fn a_day_is_taipeis_and_the_last_one_is_included() {
        let segmenter = Segmenter::new(&crate::domain::City::default());
        let filter = Wanted::read("from=2026-03-17&to=2026-03-17").filter(&segmenter);
        assert_eq!(filter.since.unwrap().to_rfc3339(), "2026-03-16T16:00:00+00:00");
        assert_eq!(filter.until.unwrap().to_rfc3339(), "2026-03-17T16:00:00+00:00");
    }
}
