//! Rules kept between fetches: a day, and a day longer while a site cannot show them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Rules;
use crate::fetch::outcome::FetchError;

/// How long rules are good (RFC 9309 §2.4).
const FRESH: Duration = Duration::from_hours(24);

/// How long the last good rules stand in for a robots.txt that cannot be read, after they ran out.
const STAND_IN: Duration = Duration::from_hours(24);

/// How soon a robots.txt that could not be read is asked for again: a restart of the site should not cost hours.
const RETRY: Duration = Duration::from_mins(5);

/// Sites remembered before those whose rules ran out are forgotten.
const SITES: usize = 4096;

/// The rules of each site (scheme, host and port), on monotonic time.
#[derive(Default)]
pub(in crate::fetch) struct Shelf {
    sites: Mutex<HashMap<String, Entry>>,
}

struct Entry {
    /// What holds now: rules, or why there are none.
    now: Result<Arc<Rules>, FetchError>,
    until: Duration,
    /// When the rules in `now` were read.
    read_at: Duration,
}

impl Shelf {
    /// What holds for `site`, unless it has to be asked.
    pub fn get(&self, site: &str, now: Duration) -> Option<Result<Arc<Rules>, FetchError>> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(site).filter(|entry| now < entry.until).map(|entry| entry.now.clone())
    }

    /// Keeps what asking `site` gave, and says what holds: after a failure the last good rules, while they stand.
    pub fn put(&self, site: &str, found: Result<Rules, FetchError>, now: Duration) -> Result<Arc<Rules>, FetchError> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= SITES {
            sites.retain(|_, entry| now < entry.until);
        }
        let entry = match found {
            Ok(rules) => Entry { now: Ok(Arc::new(rules)), until: now + FRESH, read_at: now },
            Err(error) => match sites.remove(site) {
                Some(Entry { now: Ok(rules), read_at, .. }) if now < read_at + FRESH + STAND_IN => {
                    Entry { now: Ok(rules), until: now + RETRY, read_at }
                }
                _ => Entry { now: Err(error), until: now + RETRY, read_at: now },
            },
        };
        let holds = entry.now.clone();
        sites.insert(site.to_owned(), entry);
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn down() -> FetchError {
        FetchError::Status { place: "http://a.tw/robots.txt".into(), status: 503 }
    }

    #[test]
    fn rules_are_asked_for_once_a_day() {
        let shelf = Shelf::default();
        assert!(shelf.get("a", Duration::ZERO).is_none());
        assert!(shelf.put("a", Ok(Rules::default()), Duration::ZERO).is_ok());
        assert!(shelf.get("a", 23 * HOUR).is_some());
        assert!(shelf.get("a", 24 * HOUR).is_none());
        assert!(shelf.get("b", Duration::ZERO).is_none());
    }

    #[test]
    fn the_last_good_rules_stand_in_for_a_day_and_then_nothing_is_allowed() {
        let (shelf, rules) = (Shelf::default(), Rules::parse(b"user-agent: *\ndisallow: /x"));
        shelf.put("a", Ok(rules.clone()), Duration::ZERO).unwrap();
        assert_eq!(*shelf.put("a", Err(down()), 24 * HOUR).unwrap(), rules);
        assert!(shelf.get("a", 24 * HOUR + RETRY).is_none());
        assert!(shelf.put("a", Err(down()), 47 * HOUR).is_ok());
        assert_eq!(shelf.put("a", Err(down()), 48 * HOUR), Err(down()));
        assert_eq!(shelf.get("a", 48 * HOUR), Some(Err(down())));
        assert!(shelf.put("a", Ok(Rules::default()), 49 * HOUR).is_ok());
    }
}
