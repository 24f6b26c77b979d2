//! Which parts of a text changed from one revision to the next.

use std::collections::BTreeMap;

use crate::domain::{Clarification, Part};

/// The parts that differ, in the order in which they are read, as they were and as they are; a part that is not there is
/// empty.
#[must_use]
pub fn difference<'a>(earlier: &'a Clarification, later: &'a Clarification) -> Vec<(Part, &'a str, &'a str)> {
    let mut parts: BTreeMap<Part, (&str, &str)> = BTreeMap::new();
    for (part, text) in earlier.parts() {
        parts.entry(part).or_default().0 = text;
    }
    for (part, text) in later.parts() {
        parts.entry(part).or_default().1 = text;
    }
    parts
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|(part, (before, after))| (part, before, after))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_that_changed_are_told_with_both_texts() {
        let earlier = Clarification {
            title: "標題".into(),
            facts: vec!["甲".into(), "乙".into()],
            appeal: "呼籲".into(),
            ..Clarification::default()
        };
        let later = Clarification {
            title: "標題".into(),
            lead: "導言".into(),
            facts: vec!["甲".into()],
            appeal: "再呼籲".into(),
            ..Clarification::default()
        };
        assert_eq!(
            difference(&earlier, &later),
            [(Part::Lead, "", "導言"), (Part::Fact(1), "乙", ""), (Part::Appeal, "呼籲", "再呼籲")]
        );
        assert!(difference(&earlier, &earlier).is_empty());
    }
}
