//! Tab-separated tables and plain lists. A line that begins with `#` is a comment; a table's first row names its
//! columns.

use chrono::NaiveDate;

use super::{DictionaryError, files};
use crate::domain::{Calendar, CalendarDay, District, Road, UsualPlace, Village, WeightRow};

pub(super) fn districts(text: &str) -> Result<Vec<District>, DictionaryError> {
    rows(files::DISTRICTS, text, "name, zip, name_en and aliases", |[name, zip, _, aliases]| {
        Some(District {
            name: name.to_owned(),
            zip: zip.to_owned(),
            aliases: aliases.split('|').filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
        })
    })
}

pub(super) fn villages(text: &str) -> Result<Vec<Village>, DictionaryError> {
    rows(files::VILLAGES, text, "district and village", |[district, name]| {
        Some(Village { name: name.to_owned(), district: district.to_owned() })
    })
}

pub(super) fn roads(text: &str) -> Result<Vec<Road>, DictionaryError> {
    rows(files::ROADS, text, "district and road", |[district, name]| {
        Some(Road { name: name.to_owned(), district: district.to_owned() })
    })
}

/// Where a road of several districts usually lies; the lane may be empty.
pub(super) fn usual(text: &str) -> Result<Vec<UsualPlace>, DictionaryError> {
    rows(files::USUAL, text, "road, lane and district", |[road, lane, district]| {
        Some(UsualPlace { road: road.to_owned(), lane: lane.to_owned(), district: district.to_owned() })
    })
}

/// Pairs of single characters. These tables have no row of column names: they may hold a comment only.
pub(super) fn characters(file: &'static str, text: &str) -> Result<Vec<(char, char)>, DictionaryError> {
    let parse = |[from, to]: [&str; 2]| Some((one(from)?, one(to)?));
    let named =
        text.lines().find(|line| is_row(line)).is_some_and(|line| line.split('\t').any(|cell| one(cell).is_none()));
    numbered(text)
        .skip(usize::from(named))
        .map(|(line, row)| {
            cells(row).and_then(parse).ok_or(DictionaryError::Row { file, line, expected: "two single characters" })
        })
        .collect()
}

/// Words with the parts of ten thousand texts that have them.
pub(super) fn common(text: &str) -> Result<Vec<(String, u32)>, DictionaryError> {
    let parse = |[word, share]: [&str; 2]| Some((word.to_owned(), share.parse().ok()?));
    numbered(text)
        .map(|(line, row)| {
            let expected = "a word and parts of ten thousand";
            cells(row).and_then(parse).ok_or(DictionaryError::Row { file: files::COMMON, line, expected })
        })
        .collect()
}

/// Weights of the check: row, feature and weight, rows together.
pub(super) fn check_weights(text: &str) -> Result<Vec<WeightRow>, DictionaryError> {
    let parse = |[row, feature, weight]: [&str; 3]| Some((row.to_owned(), feature.to_owned(), weight.parse().ok()?));
    let cells: Vec<(String, String, f64)> = rows(files::CHECK, text, "a row, a feature and its weight", parse)?;
    let mut found: Vec<WeightRow> = Vec::new();
    for (row, feature, weight) in cells {
        match found.last_mut().filter(|(name, _)| *name == row) {
            Some((_, weights)) => weights.push((feature, weight)),
            None => found.push((row, vec![(feature, weight)])),
        }
    }
    Ok(found)
}

/// The working calendar. Every day must be there: a day that was left out would be guessed without a warning.
pub(super) fn workdays(text: &str) -> Result<Calendar, DictionaryError> {
    let expected = "the day after that of the line before, written 2026-03-17, 1 for a day off or 0, and a note";
    let mut days: Vec<CalendarDay> = Vec::new();
    for (line, row) in numbered(text).skip(1) {
        let follows = |date: NaiveDate| days.last().is_none_or(|before| before.date.succ_opt() == Some(date));
        let day = cells(row).and_then(workday).filter(|day| follows(day.date));
        days.push(day.ok_or(DictionaryError::Row { file: files::WORKDAYS, line, expected })?);
    }
    Ok(Calendar::new(days))
}

fn workday([date, off, note]: [&str; 3]) -> Option<CalendarDay> {
    let off = match off {
        "0" => false,
        "1" => true,
        _ => return None,
    };
    Some(CalendarDay { date: date.parse().ok()?, off, note: note.to_owned() })
}

/// One entry a line.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| is_row(line)).map(str::to_owned).collect()
}

fn rows<const N: usize, T>(
    file: &'static str,
    text: &str,
    expected: &'static str,
    parse: impl Fn([&str; N]) -> Option<T>,
) -> Result<Vec<T>, DictionaryError> {
    numbered(text)
        .skip(1)
        .map(|(line, row)| cells(row).and_then(&parse).ok_or(DictionaryError::Row { file, line, expected }))
        .collect()
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| is_row(line))
}

fn is_row(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#')
}

fn cells<const N: usize>(row: &str) -> Option<[&str; N]> {
    let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
    let cells: [&str; N] = cells.try_into().ok()?;
    cells.first().is_some_and(|first| !first.is_empty()).then_some(cells)
}

fn one(cell: &str) -> Option<char> {
    let mut chars = cell.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_row_is_named_by_its_line() {
        let error = villages("# 來源\ndistrict\tvillage\n鳳山區\t中和里\n鳳山區\n").unwrap_err();
        assert!(error.to_string().contains("places/villages.tsv line 4: expected district and village"), "{error}");
    }

    #[test]
    fn a_calendar_with_a_day_left_out_is_refused() {
        let calendar = workdays("date\tday_off\tnote\n2025-02-07\t0\t\n2025-02-08\t0\t補行上班\n").unwrap();
        assert_eq!(calendar.last(), NaiveDate::from_ymd_opt(2025, 2, 8));
        assert!(!calendar.is_off(NaiveDate::from_ymd_opt(2025, 2, 8).unwrap()));
        for wrong in ["2025-02-09\t1\t", "2025-02-07\t0\t", "2025-02-08\t2\t", "2025-02-08\t0", "114-02-08\t0\t"] {
            let error = workdays(&format!("date\tday_off\tnote\n2025-02-07\t0\t\n{wrong}\n")).unwrap_err().to_string();
            assert!(error.starts_with("calendar/workdays.tsv line 3: expected the day after"), "{wrong}: {error}");
        }
        assert_eq!(workdays("date\tday_off\tnote\n").unwrap(), Calendar::default());
    }

    #[test]
    fn a_table_of_characters_needs_no_header() {
        assert_eq!(characters(files::FOLD, "# 註\n臺\t台\n").unwrap(), [('臺', '台')]);
        assert_eq!(characters(files::FOLD, "variant\tcanonical\n臺\t台\n").unwrap(), [('臺', '台')]);
        assert!(characters(files::FOLD, "臺\t台\n臺灣\t台湾\n").is_err());
    }
}
