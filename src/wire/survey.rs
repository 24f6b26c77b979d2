//! Answers to surveys as offices keep them in tables.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::Value;

use super::{
    fact::whole_day,
    records::{ColumnName, Record, RowFault, records},
};
use crate::domain::{Score, Survey, Surveyed, sha256_hex};

/// The columns, each with the heads it may have.
const COLUMNS: [ColumnName; 7] = [
    ("key", &["識別碼", "問卷編號"]),
    ("case", &["案件", "案件編號"]),
    ("number_1999", &["1999", "1999案號", "1999 案號", "案號"]),
    ("date", &["日期", "調查日期", "填答日期"]),
    ("score", &["分數", "滿意度"]),
    ("channel", &["管道", "調查管道"]),
    ("comment", &["意見", "其他意見"]),
];

/// The longest number of the 1999 line, key and channel, in characters; those in use have fewer than twenty.
const LONGEST_NAME: usize = 40;

/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 1000;

/// Digits with which a number may be a mobile telephone (09 and eight more) and no number of a matter.
const MOBILE_DIGITS: usize = 10;

/// An answer that was read, or why it was not, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyRead {
    /// The line it begins on, from 1.
    pub line: usize,
    /// The answer, its comment as it was written and its case as it was named.
    pub read: Result<Survey, RowFault>,
}

/// Reads answers from JSON Lines, or, where the first sign is no brace, from a table whose first row names its columns. A
/// row without a key of its own is known by what it is about, its day and its channel.
#[must_use]
pub fn surveys(text: &str, today: NaiveDate) -> Vec<SurveyRead> {
    let read = |it: Record| SurveyRead { line: it.line, read: it.fields.and_then(|fields| survey(&fields, today)) };
    records(text, &COLUMNS).into_iter().map(read).collect()
}

fn survey(fields: &HashMap<&'static str, String>, today: NaiveDate) -> Result<Survey, RowFault> {
    let get = |name: &str| fields.get(name).map_or("", String::as_str);
    for (name, longest) in [("key", LONGEST_NAME), ("channel", LONGEST_NAME), ("comment", LONGEST_COMMENT)] {
        if get(name).chars().count() > longest {
            return Err(RowFault::TooLong(name, longest));
        }
    }
    let about = match (get("case"), get("number_1999")) {
        (case, "") if !case.is_empty() => Surveyed::Case(case.to_owned()),
        ("", number) if is_number(number) => Surveyed::Line1999(number.to_owned()),
        ("", number) if !number.is_empty() => return Err(RowFault::Number(number.to_owned())),
        _ => return Err(RowFault::NotOneMatter),
    };
    let written = get("date");
    let day = match whole_day(written) {
        Some(day) if day > today => return Err(RowFault::Future(written.to_owned())),
        Some(day) => day,
        None if written.is_empty() => return Err(RowFault::NoDay),
        None => return Err(RowFault::Time("date", written.to_owned())),
    };
    let score = Score::parse(get("score")).ok_or_else(|| RowFault::Score(get("score").to_owned()))?;
    let key = match get("key") {
        "" => derived(&[get("case"), get("number_1999"), &day.to_string(), get("channel")]),
        key => key.to_owned(),
    };
    let comment = fields.get("comment").cloned();
    Ok(Survey { key, about, day, score, channel: get("channel").to_owned(), comment })
}

/// Whether it may be the number of a matter. The number of a telephone or of an identity card is somebody's own.
fn is_number(written: &str) -> bool {
    let is_mobile = written.len() == MOBILE_DIGITS && written.starts_with("09");
    let rest = written.strip_prefix(|first: char| first.is_ascii_alphabetic());
    let is_card = rest.is_some_and(|rest| rest.len() == 9 && rest.bytes().all(|it| it.is_ascii_digit()));
    let is_plain = written.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    (1..=LONGEST_NAME).contains(&written.len()) && is_plain && !is_mobile && !is_card
}

fn derived(parts: &[&str]) -> String {
    let hash = sha256_hex(Value::from(parts.to_vec()).to_string().as_bytes());
    format!("import:{}", hash.get(..24).unwrap_or(&hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<SurveyRead> {
        surveys(text, NaiveDate::from_ymd_opt(2026, 4, 1).unwrap())
    }

    #[test]
    fn tables_and_json_lines_in_either_calendar_say_the_same() {
        let table =
            read("\u{feff}1999案號,調查日期,滿意度,管道,意見\r\nKC-115-0001,115/03/17,滿意,電話,\"很快,謝謝\"\r\n");
        let lines = read(
            "{\"number_1999\":\"KC-115-0001\",\"date\":\"2026-03-17\",\"score\":4,\"channel\":\"電話\",\
             \"comment\":\"很快,謝謝\"}\n",
        );
        let (table, lines) = (table[0].read.clone().unwrap(), lines[0].read.clone().unwrap());
        assert_eq!(table, lines);
        assert_eq!(table.about, Surveyed::Line1999("KC-115-0001".into()));
        assert_eq!((table.score.step(), table.day), (4, NaiveDate::from_ymd_opt(2026, 3, 17).unwrap()));
        assert!(table.key.starts_with("import:"));
    }

    #[test]
    fn a_bad_row_is_told_with_its_line_and_reason_and_the_rest_goes_on() {
        let text = "case,number_1999,date,score,channel\n\
                    1,,2026-03-17,5,網路\n\
                    ,,2026-03-17,5,網路\n\
                    1,KC-1,2026-03-17,5,\n\
                    ,0912345678,2026-03-17,5,\n\
                    ,A123456789,2026-03-17,5,\n\
                    1,,2026-04-02,5,\n\
                    1,,,5,\n\
                    1,,上週,5,\n\
                    1,,2026-03-17,很好,\n";
        let told: Vec<(usize, String)> = read(text)
            .into_iter()
            .map(|it| (it.line, it.read.map_or_else(|fault| fault.to_string(), |it| it.score.step().to_string())))
            .collect();
        let expect = [
            "5",
            "須填案件（case）或 1999 案號（number_1999），且只填其一",
            "須填案件（case）或 1999 案號（number_1999），且只填其一",
            "1999 案號「0912345678」須為 40 字以內的英數字與連字號",
            "1999 案號「A123456789」須為 40 字以內的英數字與連字號",
            "日期 2026-04-02 在今天之後",
            "缺少日期（date）",
            "date「上週」不是日期或時間，請寫成 2026-03-17 或 115/03/17",
            "分數「很好」須為 1 至 5，或非常滿意、滿意、普通、不滿意、非常不滿意",
        ];
        assert_eq!(told, (2..).zip(expect.map(str::to_owned)).collect::<Vec<_>>());
    }
}
