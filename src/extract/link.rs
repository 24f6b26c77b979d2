//! Addresses: made absolute, and brought to one form so that the same report is stored once.

use url::Url;

/// Query parameters that say where a reader came from and not what is read. `utm_*` is dropped as a family. Sources:
/// the click identifiers that Google, Meta, Microsoft, Yahoo, Twitter, LINE, Mailchimp and `HubSpot` document, and the
/// `from`, `ref`, `source` family that Taiwanese portals add to shared links.
const TRACKERS: [&str; 40] = [
    "__twitter_impression",
    "_ga",
    "_gl",
    "at_campaign",
    "at_medium",
    "chdtv",
    "cmpid",
    "dclid",
    "ecid",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "fbclid",
    "from",
    "from_device",
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "hss_channel",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "ref",
    "ref_src",
    "ref_url",
    "referer",
    "referrer",
    "si",
    "spm",
    "twclid",
    "wbraid",
    "yclid",
];

/// Makes a link absolute. Nothing comes back for what is not a web address (`javascript:`, `data:`, `mailto:`), for a
/// bare fragment and for what cannot be parsed.
#[must_use]
pub fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.starts_with('#') {
        return None;
    }
    base.join(href).ok().filter(is_web)
}

/// Parses an address that stands by itself; web addresses only.
#[must_use]
pub fn absolute(href: &str) -> Option<Url> {
    Url::parse(href.trim()).ok().filter(is_web)
}

/// One text for all spellings of an address: host in lower case, default port, credentials, fragment and trackers off;
/// the other parameters keep their order, and a slash at the end stays.
#[must_use]
pub fn canonical(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    // Both fail only for addresses that cannot carry credentials, which then have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let kept: Vec<&str> =
        url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !is_tracker(pair)).collect();
    let query = kept.join("&");
    url.set_query((!query.is_empty()).then_some(&query));
    url.into()
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

fn is_tracker(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("utm_") || TRACKERS.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expect: &str) {
        assert_eq!(canonical(&Url::parse(address).unwrap()), expect);
    }

    #[test]
    fn only_web_addresses_are_links() {
        let base = Url::parse("https://news.example.tw/list/").unwrap();
        for bad in
            ["javascript:void(0)", "data:text/html,x", "mailto:a@b.tw", "", " ", "#top", "ftp://a.tw/", "http://"]
        {
            assert_eq!(resolve(&base, bad), None, "{bad}");
        }
        assert_eq!(resolve(&base, " ../a?id=1 ").unwrap().as_str(), "https://news.example.tw/a?id=1");
        assert_eq!(resolve(&base, "//m.example.tw/x").unwrap().as_str(), "https://m.example.tw/x");
    }

    #[test]
    fn trackers_go_and_the_rest_keeps_its_order() {
        check(
            "https://News.Example.tw:443/a?id=2&utm_source=line&b=1&fbclid=X#c",
            "https://news.example.tw/a?id=2&b=1",
        );
        check("http://example.tw:8080/a/?from=app", "http://example.tw:8080/a/");
        check("https://u:p@example.tw/a?UTM_Medium=x&formid=9", "https://example.tw/a?formid=9");
    }

    #[test]
    fn the_list_of_trackers_is_sorted_and_has_no_double() {
        assert!(TRACKERS.is_sorted_by(|a, b| a < b));
    }
}
