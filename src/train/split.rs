//! Which texts are kept back.

use sha2::{Digest, Sha256};

use super::Example;

/// Texts are dealt into this many folds.
pub const FOLDS: u32 = 5;

/// The fold that measuring never trains on.
pub const HELD_OUT: u32 = 0;

/// The fold of a text, told by the letters in it, so that copies of a text fall into the same one whatever set they stand
/// in, and so do texts that differ by a number alone; an answer falls into that of its question.
#[must_use]
pub fn fold(example: &Example) -> u32 {
    let letters: String = example.kin().chars().filter(|c| c.is_alphabetic()).collect();
    let hash = Sha256::digest(letters.as_bytes());
    hash.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes) % FOLDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Origin;

    #[test]
    fn an_answer_is_held_back_with_its_question() {
        let folds = |text: &str| fold(&Example::new(Origin::Question, "", text));
        for question in ["如何報修路燈？", "怎麼辦托育補助", "公車卡遺失了", "哪裡可以打疫苗", "殯儀館的電話"]
        {
            let answer = Example::new(Origin::Answer, "", "請撥打1999。").answering(question);
            assert_eq!(fold(&answer), folds(question), "{question}");
        }
        assert_eq!(folds("路燈3盞"), folds("路燈8盞"));
    }
}
