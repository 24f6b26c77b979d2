//! Pages in Big5, sent as old servers send them: without saying so in the header.

use encoding_rs::BIG5;

use super::answer::Answer;

/// The page in Big5. A character Big5 lacks becomes a numeric reference; a test holds that the day has none.
pub(super) fn html(page: &str) -> Answer {
    let (bytes, _, _) = BIG5.encode(page);
    Answer::ok("text/html", bytes.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{day::Day, sources::Outlet};

    #[test]
    fn the_neighbourhood_paper_writes_only_what_big5_has() {
        let day = Day::staged().unwrap();
        for report in day.reports.iter().filter(|r| r.outlet == Outlet::Jiugang) {
            for line in [report.title.as_str(), report.byline.as_str()].into_iter().chain(report.text.lines()) {
                assert!(!BIG5.encode(line).2, "{}: {line}", report.key);
            }
        }
        let markup = [
            include_str!("markup/jiugang.html"),
            include_str!("markup/jiugang_list.html"),
            include_str!("markup/jiugang_row.html"),
        ];
        assert!(markup.into_iter().all(|text| !BIG5.encode(text).2));
    }
}
