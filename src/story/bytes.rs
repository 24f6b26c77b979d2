//! What a report is known by as bytes, for whoever keeps it: a version, the sketch, the names. All numbers are
//! little-endian.

use chrono::{DateTime, Utc};

use super::{
    report::{Names, Report},
    sketch::Sketch,
};

/// Changes with everything that makes two sketches of one text differ: shingles, hashes, places, credits.
const VERSION: u8 = 3;

impl<Id> Report<Id> {
    /// What the report is known by, apart from what its owner knows of it anyhow: half a kilobyte, and little more where it names much.
    #[must_use]
    pub fn known_by(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        match &self.sketch {
            Some(sketch) => bytes.extend(sketch.numbers().flat_map(u32::to_le_bytes)),
            None => bytes.extend(0_u32.to_le_bytes()),
        }
        for names in self.names.lists() {
            // Lists are far shorter than a byte can say.
            let names = names.get(..names.len().min(usize::from(u8::MAX))).unwrap_or_default();
            bytes.push(u8::try_from(names.len()).unwrap_or(u8::MAX));
            bytes.extend(names.iter().flat_map(|name| name.to_le_bytes()));
        }
        bytes
    }

    /// A report as it was, from what it is known by. None when that was written by another version: such a report can
    /// be compared with none of today's.
    #[must_use]
    pub fn recalled(
        id: Id,
        outlet: String,
        at: Option<DateTime<Utc>>,
        syndicated: bool,
        known_by: &[u8],
    ) -> Option<Self> {
        let (version, mut rest) = known_by.split_first()?;
        if *version != VERSION {
            return None;
        }
        let shingles = number(&mut rest)?;
        let mut places = || Sketch::from_numbers(shingles, std::iter::from_fn(|| number(&mut rest)));
        let sketch = if shingles == 0 { None } else { Some(places()?) };
        let mut lists = Vec::new();
        for _ in 0..Names::LISTS {
            let (count, after) = rest.split_first()?;
            rest = after;
            lists.push((0..*count).map(|_| name(&mut rest)).collect::<Option<Vec<u64>>>()?);
        }
        let names = Names::from_lists(lists)?;
        rest.is_empty().then_some(Self { id, outlet, at, syndicated, sketch, names })
    }
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

fn name(bytes: &mut &[u8]) -> Option<u64> {
    let (name, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Entity;

    fn recalled(known_by: &[u8]) -> Option<Report<u8>> {
        Report::recalled(1, "木棉日報".into(), None, true, known_by)
    }

    #[test]
    fn a_report_comes_back_as_it_was() {
        let named = [
            Entity::Site("五甲二路"),
            Entity::District("鳳山區"),
            Entity::Figure("52人"),
            Entity::Service("flood"),
            Entity::Asked("如何"),
        ];
        for words in [&["鳳山區", "積水"][..], &[]] {
            let report = Report::new(1, "木棉日報", None, Some("中央社"), words.iter().copied(), named);
            assert_eq!(recalled(&report.known_by()), Some(report));
        }
    }

    #[test]
    fn what_is_cut_off_or_of_another_version_is_no_report() {
        let whole = Report::new(1, "", None, None, ["積水"], [Entity::District("鳳山區")]).known_by();
        for end in 0..whole.len() {
            assert_eq!(recalled(&whole[..end]), None, "{end}");
        }
        assert_eq!(recalled(&[&whole[..], &[0]].concat()), None);
        assert_eq!(recalled(&[&[VERSION + 1], &whole[1..]].concat()), None);
    }
}
