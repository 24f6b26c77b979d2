//! One character for another, byte length kept.

use std::collections::HashMap;

/// The last code point of the basic plane, where nearly all Chinese in use is written.
const BASIC_PLANE: usize = 0x1_0000;

/// A one-to-one character table. Only pairs of equal UTF-8 length are taken, so a folded copy of a text has the
/// same byte offsets as the text.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    /// Indexed by code point; zero where a character stays. A character of this plane is folded to another of it, as both
    /// have the same length.
    basic: Vec<u16>,
    /// The supplementary planes, where hardly anything is folded.
    supplementary: HashMap<char, char>,
}

impl Fold {
    /// A table of `(from, to)` pairs; a pair of unequal UTF-8 length is left out.
    #[must_use]
    pub fn new(pairs: &[(char, char)]) -> Self {
        let mut fold = Self { basic: vec![0; BASIC_PLANE], supplementary: HashMap::new() };
        for &(from, to) in pairs.iter().filter(|(from, to)| from.len_utf8() == to.len_utf8() && from != to) {
            match (fold.basic.get_mut(from as usize), u16::try_from(u32::from(to))) {
                (Some(slot), Ok(to)) => *slot = to,
                _ => {
                    fold.supplementary.insert(from, to);
                }
            }
        }
        fold
    }

    /// What `c` is folded to; itself when the table does not name it.
    #[must_use]
    pub fn char(&self, c: char) -> char {
        match self.basic.get(c as usize) {
            Some(0) => c,
            Some(&to) => char::from_u32(u32::from(to)).unwrap_or(c),
            None => self.supplementary.get(&c).copied().unwrap_or(c),
        }
    }

    /// A folded copy of the same byte length and character boundaries.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        folded.extend(text.chars().map(|c| if c.is_ascii() { c } else { self.char(c) }));
        folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_folded_text_keeps_every_offset() {
        let fold = Fold::new(&[('臺', '台'), ('灣', '湾'), ('高', 'a')]);
        assert_eq!(fold.apply("臺灣高雄 abc"), "台湾高雄 abc");
    }

    proptest! {
        #[test]
        fn boundaries_stay_whatever_the_text(text: String) {
            let folded = Fold::new(&[('臺', '台'), ('é', 'ö'), ('𠀀', '𠀁')]).apply(&text);
            prop_assert_eq!(
                folded.char_indices().map(|(at, _)| at).collect::<Vec<_>>(),
                text.char_indices().map(|(at, _)| at).collect::<Vec<_>>()
            );
        }
    }
}
