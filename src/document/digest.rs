//! The 輿情彙整表 as a table of one row a matter, and as a mail that is read on a telephone: there a row is a few lines.

use super::{
    markup::Markup,
    odf::{Cell, Column, Sheet},
    table::{Table, page},
    words::{linkable, one_line, roc_moment},
};
use crate::domain::{Digest, DigestRow, Label};

/// The columns with their widths in millimetres.
const COLUMNS: [(&str, u16); 22] = [
    ("編號", 12),
    ("接獲時間", 32),
    ("媒體／平臺", 28),
    ("版面／看板", 24),
    ("記者／帳號", 20),
    ("標題", 60),
    ("網址", 50),
    ("摘要／爭點", 70),
    ("行政區", 18),
    ("服務類別", 24),
    ("權責機關", 36),
    ("情緒傾向", 16),
    ("等級", 14),
    ("是否需澄清", 20),
    ("處理方式", 40),
    ("回應時限", 32),
    ("實際回應時間", 32),
    ("回應內容／連結", 60),
    ("承辦人", 20),
    ("核稿", 20),
    ("續報", 12),
    ("結案", 32),
];

/// What the table is called.
const TITLE: &str = "輿情彙整表";

/// The table.
#[must_use]
pub fn digest_table(digest: &Digest) -> Table {
    let column = |(title, width): (&str, u16)| Column { title: title.to_owned(), width };
    Table {
        caption: caption(digest),
        sheet: Sheet {
            name: TITLE.to_owned(),
            columns: COLUMNS.map(column).into(),
            rows: digest.rows.iter().map(|row| cells(row).into()).collect(),
        },
    }
}

/// The body of a mail.
#[must_use]
pub fn digest_html(digest: &Digest) -> String {
    let counts = digest.counts();
    page(&format!("{TITLE}　{}", roc_moment(digest.period.until)), |page| {
        page.leaf("p", &[], &caption(digest));
        page.leaf(
            "p",
            &[],
            &format!(
                "案件 {} 件，其中待回應 {} 件、逾時 {} 件；未立案之負面報導 {} 則；續報 {} 則。",
                counts.cases, counts.awaiting, counts.overdue, counts.stories, counts.again
            ),
        );
        let (cases, others): (Vec<_>, Vec<_>) = digest.rows.iter().partition(|row| row.case_number.is_some());
        for (name, rows, none) in
            [("案件", cases, "本期間沒有案件。"), ("未立案之負面報導", others, "本期間沒有未立案之負面報導。")]
        {
            page.leaf("h2", &[("style", "font-size:19px;margin:1.4em 0 0.4em")], name);
            if rows.is_empty() {
                page.leaf("p", &[], none);
            }
            for row in rows {
                section(page, row);
            }
        }
    })
}

fn caption(digest: &Digest) -> String {
    let until = roc_moment(digest.period.until);
    let made = roc_moment(digest.made);
    format!(
        "{}　期間：{} 至 {until}（不含）　製表：{made}，案件為製表時之辦理情形",
        digest.office,
        roc_moment(digest.period.from)
    )
}

fn section(page: &mut Markup, row: &DigestRow) {
    let again = if row.again { "〔續報〕" } else { "" };
    let heading = format!("{}. 〔{}〕{again}{}", row.number, level(row), one_line(&row.title));
    page.leaf("h3", &[("style", "font-size:17px;margin:1em 0 0.2em")], &heading);
    // What stands in the heading is not told twice.
    let told = ["編號", "標題", "等級", "續報", "網址"];
    page.element("p", &[("style", "margin:0")], |page| {
        for ((name, _), cell) in COLUMNS.iter().zip(cells(row)).filter(|((name, _), _)| !told.contains(name)) {
            let words = one_line(&cell.words());
            if !words.is_empty() {
                page.text(&format!("{name}：{words}"));
                page.void("br", &[]);
            }
        }
        let url = row.url.as_deref().and_then(|url| url.parse().ok());
        if let Some(url) = linkable(url.as_ref()) {
            page.leaf("a", &[("href", url.as_str())], url.as_str());
        }
    });
}

fn level(row: &DigestRow) -> &'static str {
    row.level.map_or("參考", |level| level.words())
}

fn cells(row: &DigestRow) -> [Cell; 22] {
    let text = |text: &Option<String>| text.clone().map_or(Cell::Empty, Cell::Text);
    let word = |word: &str| Cell::Text(word.to_owned());
    let moment = |at: Option<_>| at.map_or(Cell::Empty, Cell::Moment);
    let outlet = match (&row.outlet, row.outlets) {
        (Some(outlet), 0 | 1) => word(outlet),
        (Some(outlet), outlets) => Cell::Text(format!("{outlet}等{outlets}家")),
        (None, _) => word("人工立案"),
    };
    let answer = row.answer.as_ref().map(|(title, url)| format!("{title}\n{url}"));
    [
        Cell::Count(i64::try_from(row.number).unwrap_or(i64::MAX)),
        Cell::Moment(row.received),
        outlet,
        text(&row.section),
        text(&row.author),
        word(&row.title),
        text(&row.url),
        word(&row.summary),
        text(&row.district),
        text(&row.service),
        text(&row.agency),
        row.toward_city.map_or(Cell::Empty, |label| word(sentiment(label))),
        word(level(row)),
        word(row.need.words()),
        word(&row.handling),
        moment(row.due),
        moment(row.answered),
        text(&answer),
        text(&row.officer),
        text(&row.reviewer),
        word(if row.again { "是" } else { "" }),
        moment(row.closed),
    ]
}

fn sentiment(label: Label) -> &'static str {
    match label {
        Label::Negative => "負",
        Label::Neutral => "中",
        Label::Positive => "正",
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::{CaseLevel, Need, Period};

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-03-17T{text}:00+08:00").parse().unwrap()
    }

    fn row(number: usize, title: &str) -> DigestRow {
        DigestRow {
            number,
            case_number: Some(7),
            received: at("09:00"),
            outlet: Some("木棉日報".into()),
            outlets: 3,
            section: None,
            author: Some("王○明".into()),
            title: title.into(),
            page: String::new(),
            url: Some("https://a.example/1".into()),
            summary: title.into(),
            district: None,
            service: None,
            agency: None,
            toward_city: Some(Label::Negative),
            level: Some(CaseLevel::A),
            need: Need::Yes,
            handling: "第 7 案（擬稿，澄清稿）".into(),
            due: Some(at("11:00")),
            answered: None,
            answer: None,
            officer: None,
            reviewer: None,
            again: true,
            awaits: true,
            closed: None,
        }
    }

    fn digest(rows: Vec<DigestRow>) -> Digest {
        let period = Period { from: at("08:00"), until: at("10:30") };
        Digest { office: "新聞局".into(), period, made: at("10:31"), rows }
    }

    #[test]
    fn a_row_has_every_column_of_the_table() {
        let table = digest_table(&digest(vec![row(1, "路燈不亮")]));
        let lines = table.lines();
        assert_eq!(lines[0].len(), 22);
        let named = |name: &str| &lines[1][lines[0].iter().position(|it| it == name).unwrap()];
        assert_eq!(named("接獲時間"), "115年3月17日 09:00");
        assert_eq!(named("媒體／平臺"), "木棉日報等3家");
        assert_eq!((named("等級").as_str(), named("續報").as_str(), named("情緒傾向").as_str()), ("重大", "是", "負"));
        assert_eq!(
            table.caption,
            "新聞局　期間：115年3月17日 08:00 至 115年3月17日 10:30（不含）　製表：115年3月17日 10:31，案件為製表時之辦理情形"
        );
    }

    #[test]
    fn a_mail_holds_no_markup_of_others_and_no_address_that_runs() {
        let mut hostile = row(1, "]]> <script>alert(1)</script>");
        hostile.url = Some("javascript:alert(1)".into());
        hostile.answer = Some(("</p><img src=x>".into(), "\"><b>".into()));
        let mail = digest_html(&digest(vec![hostile, row(2, "路燈不亮")]));
        assert!(!mail.contains("<script") && !mail.contains("<img") && !mail.contains("javascript:"), "{mail}");
        assert!(
            mail.contains("2. 〔重大〕〔續報〕路燈不亮") && mail.contains("href=\"https://a.example/1\""),
            "{mail}"
        );
        assert!(mail.contains("本期間沒有未立案之負面報導。") && !mail.contains("本期間沒有案件。"), "{mail}");
    }
}
