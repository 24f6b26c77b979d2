//! Following redirects by hand, since every hop must pass the address rules.

use url::Url;

use super::guard::Blocked;

/// The longest `Location` that is read, in bytes: servers and browsers take about this much.
const LOCATION_CAP: usize = 8 * 1024;

/// The addresses of one fetch, first to present.
#[derive(Debug)]
pub(super) struct Trail {
    seen: Vec<Url>,
    most: usize,
    allow_downgrade: bool,
    /// Every hop so far was permanent.
    for_good: bool,
    /// Where the permanent hops at the beginning led.
    moved: Option<Url>,
}

impl Trail {
    /// Begins at `url`, without its credentials and fragment, and allows `most` hops.
    pub fn new(url: &Url, most: usize, allow_downgrade: bool) -> Self {
        Self { seen: vec![bare(url.clone())], most, allow_downgrade, for_good: true, moved: None }
    }

    /// The address to ask now.
    pub fn here(&self) -> Option<&Url> {
        self.seen.last()
    }

    /// Goes where an answer with `status` and `location` leads.
    pub fn follow(&mut self, status: u16, location: Option<&[u8]>) -> Result<(), Blocked> {
        let from = self.here().ok_or(Blocked::Redirect)?;
        let text = location.filter(|bytes| bytes.len() <= LOCATION_CAP).ok_or(Blocked::Redirect)?;
        let text = std::str::from_utf8(text).map_err(|_| Blocked::Redirect)?.trim();
        if text.is_empty() {
            return Err(Blocked::Redirect);
        }
        let to = bare(from.join(text).map_err(|_| Blocked::Redirect)?);
        let downgrade = from.scheme() == "https" && to.scheme() == "http";
        if (downgrade && !self.allow_downgrade) || self.seen.contains(&to) || self.seen.len() > self.most {
            return Err(Blocked::Redirect);
        }
        self.for_good &= matches!(status, 301 | 308);
        if self.for_good {
            self.moved = Some(to.clone());
        }
        self.seen.push(to);
        Ok(())
    }

    /// Whether cookies meant for the first address may go to the present one: the same host, not less protected.
    pub fn at_home(&self) -> bool {
        match (self.seen.first(), self.here()) {
            (Some(first), Some(here)) => {
                first.host() == here.host()
                    && (first.origin() == here.origin() || (first.scheme(), here.scheme()) == ("http", "https"))
            }
            _ => false,
        }
    }

    /// Where the first address has moved for good, when that is another host.
    pub fn moved_to(&self) -> Option<Url> {
        self.moved.clone().filter(|to| self.seen.first().is_some_and(|first| first.host() != to.host()))
    }
}

/// Whether `status` sends the reader elsewhere.
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Drops what is never sent: credentials, which would become an `Authorization` header, and the fragment.
fn bare(mut url: Url) -> Url {
    // These fail only for addresses that cannot hold credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, location: &str, expect: Result<&str, Blocked>) {
        let mut trail = Trail::new(&Url::parse(from).unwrap(), 5, false);
        let went = trail.follow(302, Some(location.as_bytes()));
        let there = went.map(|()| trail.here().unwrap().as_str());
        assert_eq!(there, expect, "{from} -> {location:?}");
    }

    #[test]
    fn a_location_is_read_against_the_present_address() {
        check("https://a.tw/x/y", "../z?q", Ok("https://a.tw/z?q"));
        check("https://a.tw/x", "//b.tw", Ok("https://b.tw/"));
        check("http://a.tw/x", "https://b.tw/最新", Ok("https://b.tw/%E6%9C%80%E6%96%B0"));
        check("http://a.tw/", "http://user:pw@b.tw/#top", Ok("http://b.tw/"));
        check("http://a.tw/", "file:///etc/passwd", Ok("file:///etc/passwd"));
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        for location in ["", "  ", "http://", "http://[fe80::1%25eth0]/", &format!("/{}", "x".repeat(65536))] {
            check("http://a.tw/", location, Err(Blocked::Redirect));
        }
        check("https://a.tw/", "http://a.tw/x", Err(Blocked::Redirect));
        check("http://a.tw/", "/", Err(Blocked::Redirect));
        let mut trail = Trail::new(&Url::parse("http://a.tw/").unwrap(), 5, false);
        assert_eq!(trail.follow(302, None), Err(Blocked::Redirect));
        assert_eq!(trail.follow(302, Some(b"/\xff")), Err(Blocked::Redirect));
    }

    #[test]
    fn line_breaks_in_a_location_never_reach_a_header() {
        check("http://a.tw/", "/x\r\nSet-Cookie: a=b", Ok("http://a.tw/xSet-Cookie:%20a=b"));
    }

    #[test]
    fn a_source_may_allow_https_to_http() {
        let mut trail = Trail::new(&Url::parse("https://a.tw/").unwrap(), 5, true);
        assert_eq!(trail.follow(302, Some(b"http://a.tw/")), Ok(()));
        assert!(!trail.at_home());
    }

    #[test]
    fn five_hops_are_followed_and_no_sixth() {
        let mut trail = Trail::new(&Url::parse("http://a.tw/0").unwrap(), 5, false);
        for hop in 1..=5 {
            assert_eq!(trail.follow(302, Some(format!("/{hop}").as_bytes())), Ok(()));
        }
        assert_eq!(trail.follow(302, Some(b"/6")), Err(Blocked::Redirect));
    }

    #[test]
    fn only_permanent_hops_to_another_host_count_as_a_move() {
        let walk = |hops: &[(u16, &str)]| {
            let mut trail = Trail::new(&Url::parse("http://a.tw/").unwrap(), 5, false);
            for (status, to) in hops {
                trail.follow(*status, Some(to.as_bytes())).unwrap();
            }
            trail.moved_to().map(|url| url.to_string())
        };
        assert_eq!(
            walk(&[(301, "https://a.tw/"), (308, "https://b.tw/x"), (302, "/y")]),
            Some("https://b.tw/x".into())
        );
        assert_eq!(walk(&[(301, "https://a.tw/")]), None);
        assert_eq!(walk(&[(302, "http://b.tw/"), (301, "http://c.tw/")]), None);
    }

    #[test]
    fn cookies_stay_at_home() {
        for (to, expect) in
            [("/x", true), ("https://a.tw/", true), ("http://a.tw:8080/", false), ("http://b.a.tw/", false)]
        {
            let mut trail = Trail::new(&Url::parse("http://a.tw/").unwrap(), 5, false);
            trail.follow(302, Some(to.as_bytes())).unwrap();
            assert_eq!(trail.at_home(), expect, "{to}");
        }
    }
}
