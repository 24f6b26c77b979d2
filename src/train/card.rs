//! The card beside a model: what it was made from and how.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Corpus, FOLDS, HELD_OUT, Origin, Recipe, recipe};
use crate::{classify::Model, domain::Target};

impl Corpus {
    /// The card of a model that was trained on what [`super::may_ship`] accepts.
    #[must_use]
    pub fn card(&self, target: Target, model: &Model, bytes: usize) -> String {
        let Recipe { cost, balance, contrast, passes, kept } = Recipe::of(target);
        let evenly = if contrast > 0.0 {
            format!(", values multiplied by how unevenly they are spread (log-count ratio, mixed {contrast} with 1)")
        } else {
            String::new()
        };
        let roles = if target == Target::Scope { "the parts that places play in it, " } else { "" };
        let mut card = format!(
            "# Model `{}`\n\n{}. Labels: {}. Made by `clarion train`; the figures it reaches are printed by `make eval`.\n\n",
            target.name(),
            question(target),
            model.labels.len(),
        );
        card.push_str("| texts | number | weight | licence |\n|---|---|---|---|\n");
        let mut counts: BTreeMap<Origin, usize> = BTreeMap::new();
        for example in self.examples().iter().filter(|it| it.label(target).is_some() && super::may_ship(it)) {
            *counts.entry(example.origin).or_default() += 1;
        }
        for (origin, count) in counts {
            let weight = recipe::weight(origin, target);
            // Writing into a string does not fail.
            let _ = writeln!(card, "| {} | {count} | {weight} | {} |", origin.name(), licence(origin));
        }
        let _ = write!(
            card,
            "\nMethod: linear support vector machine, one label against the others, squared hinge loss, cost {cost}, rare \
             labels lifted by the power {balance}{evenly}, at most {passes} passes; hashed character n-grams of 1 to 3, the \
             finds of the dictionaries, {roles}and the statements of the rules. Probabilities by temperature {:.3}, fitted on a fold that the \
             probing model had not seen. The {kept} largest weights are kept in 8 bits; {bytes} bytes.\n\nSplit: texts are \
             dealt into {FOLDS} folds by a hash of their letters, so that copies stay together. Fold {HELD_OUT} of the texts \
             written for this project was never trained on. For the open data the figures come from a model trained by the \
             same recipe without fold {HELD_OUT}; the one shipped was then trained on all of it.\n",
            model.temperature,
        );
        card
    }
}

fn question(target: Target) -> &'static str {
    match target {
        Target::Scope => "Whether a text is about this city and a public matter",
        Target::Service => "Which service of the closed list a text is about",
        Target::Category => "Which category of the city's 1999 field-work line a text would be given",
        Target::Agency => "Which agency and unit are in charge",
        Target::Kind => "What sort of text it is",
        Target::Sentiment => "The tone of the whole text",
        Target::TowardCity => "The tone toward the city's government",
    }
}

fn licence(origin: Origin) -> &'static str {
    match origin {
        Origin::Cases | Origin::Citizens => "政府資料開放授權條款第 1 版, 高雄市政府 (Open1999 派工受理案件資料)",
        Origin::Site => "facts (names), published by 高雄市政府",
        Origin::Question | Origin::Answer => "published by 高雄市政府 (1999 常見問答); weights only",
        Origin::OtherQuestion | Origin::OtherAnswer => "MIT, published by 臺北市政府 (市民服務常見問答)",
        Origin::Written | Origin::WrittenCase | Origin::WrittenQuestion => "Apache-2.0, written for this project",
        Origin::Given => "the user's own",
    }
}
