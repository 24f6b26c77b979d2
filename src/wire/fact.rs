//! Official statements as they are imported and exported: whole ones, and rows of a table that are written out as one
//! plain sentence each.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::{
    instant,
    records::{Record, RowFault, of_object, records},
};
use crate::domain::{FactKind, FactVersion, Statement, TAIPEI, ad_date, sha256_hex, taipei};

/// The columns, each with the heads it may have.
const COLUMNS: [(&str, &[&str]); 17] = [
    ("id", &["識別碼", "編號"]),
    ("kind", &["種類"]),
    ("title", &["標題"]),
    ("text", &["內容", "全文"]),
    ("subject", &["主題", "名稱"]),
    ("attribute", &["項目", "屬性"]),
    ("value", &["數值", "值"]),
    ("unit", &["單位"]),
    ("agency", &["機關", "發布機關", "權責機關"]),
    ("place", &["地點", "地址"]),
    ("status", &["狀態"]),
    ("published_at", &["發布時間", "發布日期"]),
    ("valid_from", &["生效時間", "生效日期"]),
    ("valid_to", &["失效時間", "失效日期"]),
    ("document_no", &["文號"]),
    ("url", &["網址"]),
    ("superseded_by", &["取代者"]),
];

/// Words of an attribute that says who is responsible.
const RESPONSIBLE: [&str; 5] = ["權責", "主管機關", "管理機關", "維護單位", "管養"];

/// A statement that was read, or why it was not, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRead {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Its key and what it says.
    pub read: Result<(String, Statement), RowFault>,
}

/// Reads statements from JSON Lines, or, where the first sign is no brace, from a table whose first row names its columns.
#[must_use]
pub fn facts(text: &str) -> Vec<FactRead> {
    let statement = |it: Record| FactRead { line: it.line, read: it.fields.and_then(|it| Fields(it).statement()) };
    records(text, &COLUMNS).into_iter().map(statement).collect()
}

/// Reads a statement from an object, as a line of JSON Lines holds one: its key and what it says.
///
/// # Errors
/// [`RowFault`] for the person who wrote it.
pub fn fact(object: &Map<String, Value>) -> Result<(String, Statement), RowFault> {
    Fields(of_object(object, &COLUMNS)?).statement()
}

/// What a row says, by column; nothing empty.
struct Fields(HashMap<&'static str, String>);

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn time(&self, name: &'static str) -> Result<Option<DateTime<Utc>>, RowFault> {
        let Some(written) = self.0.get(name) else { return Ok(None) };
        let read = if name == "valid_to" { last_moment(written) } else { moment(written) };
        read.map(Some).ok_or_else(|| RowFault::Time(name, written.clone()))
    }

    /// Its key and what it says.
    fn statement(&self) -> Result<(String, Statement), RowFault> {
        let is_whole =
            !self.get("text").is_empty() || (!self.get("title").is_empty() && self.get("subject").is_empty());
        let (title, text) = if is_whole {
            (self.get("title").to_owned(), self.get("text").to_owned())
        } else {
            (format!("{}{}", self.get("subject"), self.get("attribute")), self.sentence()?)
        };
        let kind = match self.get("kind") {
            "" if is_whole => FactKind::of_release(&title),
            "" if RESPONSIBLE.iter().any(|word| self.get("attribute").contains(word)) => FactKind::Jurisdiction,
            "" => FactKind::Decision,
            name => FactKind::from_name(name).ok_or_else(|| RowFault::Kind(name.to_owned()))?,
        };
        let statement = Statement {
            kind,
            agency: self.get("agency").to_owned(),
            title,
            text,
            url: self.owned("url"),
            document_no: self.owned("document_no"),
            published: self.time("published_at")?,
            valid_from: self.time("valid_from")?,
            valid_to: self.time("valid_to")?,
            superseded_by: self.owned("superseded_by"),
        };
        let id = self.owned("id").unwrap_or_else(|| self.key(is_whole));
        let statement = statement.checked(&id)?;
        Ok((id, statement))
    }

    /// What a row without an id is known by: a table that is imported again with another value changes the statement, and
    /// another period of validity is another statement.
    fn key(&self, is_whole: bool) -> String {
        let named: &[&str] = match (is_whole, self.get("url").is_empty()) {
            (true, false) => &["url"],
            (true, true) => &["agency", "title", "document_no", "published_at"],
            (false, _) => &["agency", "place", "subject", "attribute", "valid_from"],
        };
        let parts: Vec<String> = named.iter().map(|name| self.get(name).to_owned()).collect();
        let hash = sha256_hex(Value::from(parts).to_string().as_bytes());
        format!("import:{}", hash.get(..24).unwrap_or(&hash))
    }

    /// A row of a table as one sentence: 鳳山區大東停車場的小型車費率為每小時30元，目前暫停。
    fn sentence(&self) -> Result<String, RowFault> {
        let [place, subject, attribute, value, unit, status] =
            ["place", "subject", "attribute", "value", "unit", "status"].map(|name| self.get(name));
        if subject.is_empty() {
            return Err(RowFault::NoSubject);
        }
        if value.is_empty() && status.is_empty() {
            return Err(RowFault::NoValue);
        }
        let place = if subject.contains(place) { "" } else { place };
        let of = if attribute.is_empty() || attribute.starts_with('的') { "" } else { "的" };
        let mut sentence = format!("{place}{subject}{of}{attribute}");
        if !value.is_empty() {
            // 元/小時 is read as 每小時…元.
            let (unit, per) = unit.split_once('/').unwrap_or((unit, ""));
            let each = if per.is_empty() { "" } else { "每" };
            sentence.extend(["為", each, per, value, unit]);
        }
        if !status.is_empty() {
            sentence.extend([if value.is_empty() { "" } else { "，" }, "目前", status]);
        }
        sentence.push('。');
        Ok(sentence)
    }
}

/// An instant as tables write it: RFC 3339, a day with or without a time, a day of the Republic's calendar.
#[must_use]
pub fn moment(written: &str) -> Option<DateTime<Utc>> {
    instant(written).or_else(|| midnight(day(written)?))
}

/// The same, where a day alone is meant to its end.
#[must_use]
pub fn last_moment(written: &str) -> Option<DateTime<Utc>> {
    match whole_day(written) {
        Some(day) => Some(midnight(day.succ_opt()?)? - TimeDelta::microseconds(1)),
        None => moment(written),
    }
}

/// A day as tables write it: 2026-03-17, or one of the Republic's calendar such as 115/03/17.
#[must_use]
pub fn whole_day(written: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(written.trim(), "%Y-%m-%d").ok().or_else(|| day(written))
}

fn midnight(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.and_hms_opt(0, 0, 0)?.and_local_timezone(TAIPEI).single()?.to_utc())
}

/// 115/03/17, 115年3月17日, 2026/3/17, 1150317, 20260317.
fn day(written: &str) -> Option<NaiveDate> {
    let written = written.trim().trim_start_matches("民國").trim_end_matches('日');
    let parts: Vec<&str> = written.split(['/', '-', '.', '年', '月']).map(str::trim).collect();
    let [year, month, day] = match parts.as_slice() {
        [year, month, day] => [*year, *month, *day],
        [run] if run.bytes().all(|b| b.is_ascii_digit()) && (run.len() == 7 || run.len() == 8) => {
            let (year, rest) = run.split_at_checked(run.len() - 4)?;
            let (month, day) = rest.split_at_checked(2)?;
            [year, month, day]
        }
        _ => return None,
    };
    let (year, month, day) = (year.parse::<i32>().ok()?, month.parse().ok()?, day.parse().ok()?);
    let read = if year < 1000 { ad_date(year, month, day)? } else { NaiveDate::from_ymd_opt(year, month, day)? };
    (1912..=9999).contains(&read.year()).then_some(read)
}

/// A version as `facts export` writes it, which `facts import` and `check --facts` read.
#[must_use]
pub fn exported(version: &FactVersion) -> Value {
    let it = &version.statement;
    let time = |at: Option<DateTime<Utc>>| at.map(|at| taipei(at).to_rfc3339());
    json!({
        "id": version.id,
        "kind": it.kind.name(),
        "title": it.title,
        "text": it.text,
        "agency": it.agency,
        "published_at": time(it.published),
        "valid_from": time(it.valid_from),
        "valid_to": time(it.valid_to),
        "document_no": it.document_no,
        "url": it.url,
        "superseded_by": it.superseded_by,
        "revision": version.revision,
        "hash": version.hash,
        "recorded_at": time(Some(version.recorded_at)),
    })
}

/// The same without the text, as `facts list` writes it.
#[must_use]
pub fn listed(version: &FactVersion) -> Value {
    let mut listed = exported(version);
    if let Some(fields) = listed.as_object_mut() {
        fields.shift_remove("text");
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Statement) {
        let mut all = facts(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0).read.unwrap()
    }

    #[test]
    fn a_row_of_a_table_becomes_one_plain_sentence() {
        for (row, expect, kind) in [
            (
                "鳳山區,大東停車場,小型車費率,30,元/小時,交通局,",
                "鳳山區大東停車場的小型車費率為每小時30元。",
                FactKind::Decision,
            ),
            ("鳳山區,鳳山區大東停車場,,,,交通局,暫停開放", "鳳山區大東停車場目前暫停開放。", FactKind::Decision),
            (",五甲二路路燈,權責機關,工務局,,工務局,", "五甲二路路燈的權責機關為工務局。", FactKind::Jurisdiction),
            (
                ",典寶溪滯洪池,清淤進度,65,%,水利局,施工中",
                "典寶溪滯洪池的清淤進度為65%，目前施工中。",
                FactKind::Decision,
            ),
        ] {
            let (_, statement) = read(&format!("地點,主題,項目,數值,單位,機關,狀態\n{row}\n"));
            assert_eq!((statement.text.as_str(), statement.kind), (expect, kind));
        }
    }

    #[test]
    fn the_same_row_keeps_its_key_when_its_value_changes() {
        let row = |value: &str, from: &str| {
            read(&format!("subject,attribute,value,unit,agency,valid_from\n旗津渡輪,票價,{value},元,交通局,{from}")).0
        };
        assert_eq!(row("30", "2026-01-01"), row("40", "2026-01-01"));
        assert_ne!(row("30", "2026-01-01"), row("30", "2026-07-01"));
    }

    #[test]
    fn bad_rows_are_told_with_line_and_reason_and_the_rest_is_read() {
        let table = "subject,value,agency,valid_to\n路燈,3,工務局,2026-03-17\n路燈,3,,\n,3,工務局,\n路燈,,工務局,\n\
                     路燈,3,工務局,昨天\n路燈,3,工務局,,多\n";
        let told: Vec<(usize, Option<String>)> =
            facts(table).into_iter().map(|row| (row.line, row.read.err().map(|fault| fault.to_string()))).collect();
        let expect = [
            (2, None),
            (3, Some("缺少發布機關")),
            (4, Some("缺少主題（subject），或標題、內容")),
            (5, Some("缺少數值（value）或狀態（status）")),
            (6, Some("valid_to「昨天」不是日期或時間，請寫成 2026-03-17 或 115/03/17")),
            (7, Some("欄位數 5 多於表頭的 4 欄")),
        ];
        assert_eq!(told, expect.map(|(line, fault)| (line, fault.map(str::to_owned))));
        let lines = "{\"title\":\"甲\",\"agency\":\"水利局\"}\n[1]\n{\"text\":[],\"agency\":\"水利局\"}\n{\"kind\":\"x\",\"title\":\"a\"}";
        let told: Vec<bool> = facts(lines).into_iter().map(|row| row.read.is_ok()).collect();
        assert_eq!(told, [true, false, false, false]);
    }

    #[test]
    fn days_of_the_republic_are_read_and_an_end_includes_its_day() {
        let day = |written: &str| moment(written).map(|at| taipei(at).to_rfc3339());
        for written in
            ["115/03/17", "115年3月17日", "民國115年3月17日", "1150317", "20260317", "2026/3/17", "2026-03-17"]
        {
            assert_eq!(day(written).as_deref(), Some("2026-03-17T00:00:00+08:00"), "{written}");
        }
        assert_eq!(day("115/13/17"), None);
        let end = last_moment("2026-03-17").unwrap();
        assert_eq!(taipei(end).to_rfc3339(), "2026-03-17T23:59:59.999999+08:00");
        assert_eq!(last_moment("2026-03-17T08:00:00+08:00"), moment("2026-03-17T08:00:00+08:00"));
    }

    #[test]
    fn what_is_exported_is_read_as_the_same() {
        let (id, statement) = read(
            "{\"id\":\"f1\",\"title\":\"澄清：並無此事\",\"text\":\"並未停水。\",\"agency\":\"水利局\",\"valid_to\":\"115/03/17\"}",
        );
        assert_eq!(statement.kind, FactKind::Denial);
        let version = FactVersion {
            number: 1,
            id: id.clone(),
            revision: 1,
            hash: statement.hash(),
            statement: statement.clone(),
            entered: crate::domain::Entered::Person("wang".into()),
            recorded_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(read(&exported(&version).to_string()), (id, statement));
        assert!(listed(&version).get("text").is_none());
    }
}
