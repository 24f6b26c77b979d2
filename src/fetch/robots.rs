//! robots.txt by RFC 9309: what a site asks of programs that read it.
//!
//! Beyond the standard, as the large crawlers do: common misspellings of the keys, a missing colon, `Crawl-delay`,
//! and a rule for `…/index.html` that also covers its folder.

mod pattern;
pub(super) mod shelf;

use std::time::Duration;

use pattern::Pattern;

/// Bytes of a file that are read (RFC 9309 §2.5 asks for at least 500 KiB).
pub const FILE_CAP: usize = 500 * 1024;

/// Bytes of a line that are read: eight times the longest address old browsers took (2083).
const LINE_CAP: usize = 8 * 2083;

/// Keys that mean `disallow`: the standard's, and the ways it is often misspelt.
const DISALLOW: [&str; 6] = ["disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"];

/// Keys that open a group.
const USER_AGENT: [&str; 3] = ["user-agent", "useragent", "user agent"];

/// Keys that ask for a pause between two requests.
const CRAWL_DELAY: [&str; 2] = ["crawl-delay", "crawldelay"];

/// The name that stands for every program without a group of its own.
const ANYONE: &str = "*";

/// Where a site keeps its rules.
const OWN_PATH: &str = "/robots.txt";

/// The rules of one robots.txt.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    groups: Vec<Group>,
    delays: Vec<(String, Duration)>,
}

/// Rules for the programs named at its head.
#[derive(Debug, Clone, PartialEq, Default)]
struct Group {
    agents: Vec<String>,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    allow: bool,
    pattern: Pattern,
}

/// Whether `agent` may fetch `url` by the text of a robots.txt.
#[must_use]
pub fn robots_allowed(robots_txt: &[u8], agent: &str, url: &str) -> bool {
    Rules::parse(robots_txt).allows(agent, url)
}

impl Rules {
    /// Reads a file. Nothing in it is an error: what cannot be understood is passed over, as RFC 9309 asks.
    #[must_use]
    pub fn parse(file: &[u8]) -> Self {
        let file = file.get(..FILE_CAP).unwrap_or(file);
        let mut reader = Reader::default();
        for line in without_bom(file).split(|byte| matches!(byte, b'\n' | b'\r')) {
            let line = String::from_utf8_lossy(line.get(..LINE_CAP).unwrap_or(line));
            if let Some((key, value)) = key_and_value(&line) {
                reader.take(&key.to_ascii_lowercase(), value);
            }
        }
        reader.rules
    }

    /// Whether `agent` may fetch `url`. `agent` is the product token or a whole `User-Agent`, of which the part
    /// before `/` counts; `url` is a URL or the part of it after the host.
    ///
    /// An address with characters beyond ASCII is forbidden where its percent-encoded form, which is what would be sent,
    /// is. It is allowed by name only as it is written: Google's published cases ask for that, and it errs on the side of
    /// the site. The file itself is always allowed (RFC 9309 §2.2.2).
    #[must_use]
    pub fn allows(&self, agent: &str, url: &str) -> bool {
        let target = path_and_query(url);
        if target.split('?').next() == Some(OWN_PATH) {
            return true;
        }
        let written = pattern::capital_escapes(&target);
        let encoded = pattern::encoded(&target);
        let sent = pattern::capital_escapes(&encoded);
        let agent = token(agent);
        let own = if self.names(agent) { agent } else { ANYONE };
        self.groups
            .iter()
            .filter(|group| group.is_for(own))
            .flat_map(|group| &group.rules)
            .filter(|rule| rule.pattern.matches(if rule.allow { written.as_bytes() } else { sent.as_bytes() }))
            // The longest pattern wins; of two equally long ones the one that allows.
            .max_by_key(|rule| (rule.pattern.len(), rule.allow))
            .is_none_or(|rule| rule.allow)
    }

    /// The pause `agent` is asked to make between two requests; the longest where several are written.
    #[must_use]
    pub fn crawl_delay(&self, agent: &str) -> Option<Duration> {
        let agent = token(agent);
        let own = if self.names(agent) { agent } else { ANYONE };
        self.delays.iter().filter(|(name, _)| name.eq_ignore_ascii_case(own)).map(|(_, delay)| *delay).max()
    }

    fn names(&self, agent: &str) -> bool {
        self.groups.iter().any(|group| group.is_for(agent))
    }
}

impl Group {
    fn is_for(&self, agent: &str) -> bool {
        self.agents.iter().any(|name| name.eq_ignore_ascii_case(agent))
    }
}

/// Gathers lines into groups.
#[derive(Default)]
struct Reader {
    rules: Rules,
    /// The names at the head of the open group, for `Crawl-delay`, which must not change how rules are grouped
    /// (RFC 9309 §2.2.4: other records may not interfere).
    delayed: Vec<String>,
    closed_for_names: bool,
    closed_for_delays: bool,
}

impl Reader {
    fn take(&mut self, key: &str, value: &str) {
        if USER_AGENT.contains(&key) {
            self.name(value);
        } else if key == "allow" {
            self.rule(true, value);
        } else if DISALLOW.contains(&key) {
            self.rule(false, value);
        } else if CRAWL_DELAY.contains(&key) {
            self.delay(value);
        }
    }

    fn name(&mut self, value: &str) {
        let name = listed_token(value);
        if self.closed_for_names || self.rules.groups.is_empty() {
            self.rules.groups.push(Group::default());
            self.closed_for_names = false;
        }
        if self.closed_for_delays {
            self.delayed.clear();
            self.closed_for_delays = false;
        }
        if let Some(group) = self.rules.groups.last_mut() {
            group.agents.push(name.to_owned());
        }
        self.delayed.push(name.to_owned());
    }

    fn rule(&mut self, allow: bool, value: &str) {
        // A rule before any name belongs to nobody.
        let Some(group) = self.rules.groups.last_mut() else { return };
        (self.closed_for_names, self.closed_for_delays) = (true, true);
        if value.is_empty() {
            return;
        }
        if allow && let Some(folder) = folder_of_index(value) {
            group.rules.push(Rule { allow, pattern: Pattern::new(&format!("{folder}$")) });
        }
        group.rules.push(Rule { allow, pattern: Pattern::new(value) });
    }

    fn delay(&mut self, value: &str) {
        let Some(delay) = value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) else {
            return;
        };
        self.closed_for_delays = true;
        if self.delayed.is_empty() {
            // Written before any name, it is meant for everyone.
            self.rules.delays.push((ANYONE.to_owned(), delay));
        }
        self.rules.delays.extend(self.delayed.iter().map(|name| (name.clone(), delay)));
    }
}

/// The file without a byte order mark, whole or cut short.
fn without_bom(file: &[u8]) -> &[u8] {
    [0xef, 0xbb, 0xbf]
        .iter()
        .fold((file, true), |(rest, going), mark| match rest.split_first() {
            Some((first, after)) if going && first == mark => (after, true),
            _ => (rest, false),
        })
        .0
}

/// Key and value of a line; a missing colon is forgiven where exactly two words remain.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next().unwrap_or_default().trim_matches(is_blank);
    if let Some((key, value)) = line.split_once(':') {
        return Some((key.trim_matches(is_blank), value.trim_matches(is_blank)));
    }
    let (key, value) = line.split_once(is_blank)?;
    let value = value.trim_matches(is_blank);
    (!value.contains(is_blank)).then_some((key, value))
}

fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{b}'
}

/// The name in a `User-agent` line: the leading product token, or `*`.
fn listed_token(value: &str) -> &str {
    if value.strip_prefix(ANYONE).is_some_and(|rest| rest.is_empty() || rest.starts_with(is_blank)) {
        return ANYONE;
    }
    value.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).next().unwrap_or_default()
}

/// The product token of the program that asks. Nobody is called `*`.
fn token(agent: &str) -> &str {
    let token = agent.split('/').next().unwrap_or_default().trim_matches(is_blank);
    if token == ANYONE { "" } else { token }
}

/// `/a/` for `/a/index.html`, which names the same page on most servers.
fn folder_of_index(value: &str) -> Option<&str> {
    let (before, name) = value.rsplit_once('/')?;
    name.starts_with("index.htm").then(|| value.get(..=before.len())).flatten()
}

/// What follows the host: path and query, without fragment, beginning with `/`.
fn path_and_query(url: &str) -> std::borrow::Cow<'_, str> {
    let url = url.split('#').next().unwrap_or_default();
    let has_host = url.starts_with("//") || !url.starts_with(['/', '?', ';']);
    let after_host = if has_host {
        let scheme = url.find("://").filter(|at| url.find(['/', '?', ';']).is_none_or(|path| *at < path));
        let start = scheme.map_or(if url.starts_with("//") { 2 } else { 0 }, |at| at + 3);
        let rest = url.get(start..).unwrap_or_default();
        rest.find(['/', '?', ';']).and_then(|at| rest.get(at..)).unwrap_or_default()
    } else {
        url
    };
    if after_host.starts_with('/') { after_host.into() } else { format!("/{after_host}").into() }
}

#[cfg(test)]
mod tests;
