//! A usual release, a hostile one, an empty one and a draft. Outlets and events are invented.

use chrono::{DateTime, NaiveDate, Utc};
use url::Url;

use crate::domain::{Answer, AnsweredReport, CitedStatement, Clarification, Publication, Release, Verdict};

pub(super) fn at(written: &str) -> DateTime<Utc> {
    written.parse().unwrap()
}

pub(super) fn url(written: &str) -> Url {
    Url::parse(written).unwrap()
}

pub(super) fn usual() -> Release {
    Release {
        number: "澄115-0012".into(),
        revision: 2,
        agency: "高雄市政府水利局".into(),
        unit: "水利養護科".into(),
        answer: Answer::Clarification,
        issued: Some(Publication { first: at("2026-03-17T06:30:00Z"), at: at("2026-03-17T16:05:00Z") }),
        url: url("https://news.city.example/releases/115-0012"),
        reports: vec![
            AnsweredReport {
                outlet: "示範新聞網".into(),
                title: "抽水站「全數停擺」".into(),
                url: Some(url("https://demo-news.example/a?x=1&y=2")),
                day: NaiveDate::from_ymd_opt(2026, 3, 16),
                claim: "全市抽水站已停擺三天".into(),
                verdict: Verdict::Contradicted,
            },
            AnsweredReport {
                outlet: "樣本日報".into(),
                title: "抽水站停擺".into(),
                url: Some(url("javascript:alert(1)")),
                day: NaiveDate::from_ymd_opt(2026, 3, 17),
                claim: " 全市抽水站已停擺三天".into(),
                verdict: Verdict::Contradicted,
            },
        ],
        statements: vec![CitedStatement {
            agency: "高雄市政府水利局".into(),
            title: "抽水站例行維護公告".into(),
            document_no: Some("高市水字第11530001號".into()),
            url: None,
        }],
        text: Clarification {
            title: "有關示範新聞網報導「抽水站全數停擺」，水利局澄清說明".into(),
            lead: "針對示範新聞網3月16日報導指「全市抽水站已停擺三天」，與事實不符，水利局說明如下：".into(),
            facts: vec!["全市56座抽水站於115年3月14日至16日均正常運轉。".into(), "例行維護僅2座，每座2小時。".into()],
            jurisdiction: "本案屬水利局權責。".into(),
            measures: "汛期前將完成全數檢查。".into(),
            appeal: "請民眾勿轉傳，如有疑問請撥1999。".into(),
            contacts: "王科長小明 07-0000000#2500\n陳股長小華 07-0000000#2513".into(),
            card: "全市56座抽水站均正常運轉，並無停擺。".into(),
            questions: vec![("抽水站有停嗎？".into(), "沒有，均正常運轉。".into())],
        },
    }
}

pub(super) const HOSTILE: &str =
    "]]> <script>alert(1)</script> {{ 7*7 }} &amp; & \"'  \u{0}\u{202e}倒\tT\n行--> </p> %s ' OR 1=1";

pub(super) fn hostile() -> Release {
    let all = || String::from(HOSTILE);
    Release {
        number: all(),
        agency: all(),
        unit: all(),
        reports: vec![AnsweredReport {
            outlet: all(),
            title: all(),
            url: Some(url("https://demo.example/]]>?<&\"")),
            day: None,
            claim: all(),
            verdict: Verdict::Denied,
        }],
        statements: vec![CitedStatement { agency: all(), title: all(), document_no: Some(all()), url: None }],
        text: Clarification {
            title: "長".repeat(3500) + HOSTILE,
            lead: all(),
            facts: vec![all(), String::new(), all()],
            jurisdiction: all(),
            measures: all(),
            appeal: all(),
            contacts: all(),
            card: all().repeat(9),
            questions: vec![(all(), all()), (String::new(), String::new())],
        },
        ..usual()
    }
}

pub(super) fn empty() -> Release {
    Release {
        unit: String::new(),
        issued: None,
        reports: Vec::new(),
        statements: Vec::new(),
        text: Clarification::default(),
        ..usual()
    }
}

pub(super) fn draft() -> Release {
    Release { issued: None, ..usual() }
}

pub(super) fn samples() -> [Release; 4] {
    [usual(), hostile(), empty(), draft()]
}
