//! Pages that stand in the way of a report: bot checks, age gates, log-in walls, maintenance notices. They come with
//! status 200 as often as not and must never be taken for a report.

use super::super::tree;

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// A bot check or captcha.
    BotCheck,
    /// An age confirmation.
    AgeGate,
    /// A log-in or subscription wall.
    LogIn,
    /// A maintenance or overload notice.
    Maintenance,
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BotCheck => "a check against robots; poll the site less often, or ask the outlet for its feed",
            Self::AgeGate => "an age confirmation; send the cookie the site sets for adults (over18=1 on PTT)",
            Self::LogIn => "a log-in page; the report is for subscribers: keep the source to headlines",
            Self::Maintenance => "a maintenance notice; wait, the next round asks again",
        })
    }
}

/// Titles that no report has.
const TITLES: [(&str, Obstacle); 10] = [
    ("just a moment", Obstacle::BotCheck),
    ("attention required! | cloudflare", Obstacle::BotCheck),
    ("請稍候", Obstacle::BotCheck),
    ("checking your browser", Obstacle::BotCheck),
    ("access denied", Obstacle::BotCheck),
    ("security check", Obstacle::BotCheck),
    ("site maintenance", Obstacle::Maintenance),
    ("系統維護", Obstacle::Maintenance),
    ("網站維護", Obstacle::Maintenance),
    ("503 service", Obstacle::Maintenance),
];

/// Marks in the source that mean something only where hardly any text is: many ordinary pages carry them too.
const MARKS: [(&str, Obstacle); 16] = [
    ("/ask/over18", Obstacle::AgeGate),
    ("over18-notice", Obstacle::AgeGate),
    ("cf-browser-verification", Obstacle::BotCheck),
    ("cf-challenge", Obstacle::BotCheck),
    ("challenge-platform", Obstacle::BotCheck),
    ("cf-turnstile", Obstacle::BotCheck),
    ("g-recaptcha", Obstacle::BotCheck),
    ("h-captcha", Obstacle::BotCheck),
    ("_incapsula_resource", Obstacle::BotCheck),
    ("驗證您是人類", Obstacle::BotCheck),
    ("我不是機器人", Obstacle::BotCheck),
    ("系統維護", Obstacle::Maintenance),
    ("網站維護", Obstacle::Maintenance),
    ("維護中", Obstacle::Maintenance),
    ("type=\"password\"", Obstacle::LogIn),
    ("請先登入", Obstacle::LogIn),
];

/// A report is longer than this, in characters of running text; notices are shorter.
const SHORTEST_REPORT: usize = 120;

/// What the page is instead of a report, if it is. `prose` counts the characters of running text found in it.
pub(super) fn met(page: &str, title: Option<&str>, prose: usize) -> Option<Obstacle> {
    if prose >= SHORTEST_REPORT {
        return None;
    }
    let title = title.map(tree::one_line).unwrap_or_default().to_lowercase();
    let titled = TITLES.iter().find(|(mark, _)| title.starts_with(mark));
    titled
        .or_else(|| {
            // Marks are searched in the first part only: a notice is a short page.
            let start = page.get(..page.floor_char_boundary(100_000)).unwrap_or(page).to_lowercase();
            MARKS.iter().find(|(mark, _)| start.contains(mark))
        })
        .map(|(_, obstacle)| *obstacle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_told_from_reports() {
        for (page, title, expect) in [
            ("<title>Just a moment...</title>", "Just a moment...", Some(Obstacle::BotCheck)),
            ("<form action=/ask/over18>", "批踢踢實業坊", Some(Obstacle::AgeGate)),
            ("<p>系統維護中，請稍後再試</p>", "燈塔新聞", Some(Obstacle::Maintenance)),
            ("<input type=\"password\">", "會員登入", Some(Obstacle::LogIn)),
            ("<p>路燈修好了</p>", "路燈", None),
        ] {
            assert_eq!(met(page, Some(title), 5), expect, "{page}");
        }
    }

    #[test]
    fn a_report_on_a_protected_site_is_a_report() {
        assert_eq!(met("<script src=/cdn-cgi/challenge-platform/x></script>", Some("路燈"), 400), None);
        assert_eq!(met("", Some("系統維護多日　監理站今恢復"), 400), None);
    }
}
