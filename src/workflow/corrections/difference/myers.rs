//! The shortest way from one list of words to another, by Myers (An O(ND) Difference Algorithm and Its Variations,
//! Algorithmica 1, 1986), as long as there is work left for it.

/// One word's fate, by its place in the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Keep(usize, usize),
    Remove(usize),
    Add(usize),
}

/// Work that may still be done. Counted in steps and not in time, so that a text compares the same on every machine.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new(work: usize) -> Self {
        Self { left: work }
    }

    fn spend(&mut self, work: usize) -> Option<()> {
        self.left = self.left.checked_sub(work)?;
        Some(())
    }
}

/// Everything removed, then everything added.
pub(super) fn apart(old: usize, new: usize) -> Vec<Step> {
    (0..old).map(Step::Remove).chain((0..new).map(Step::Add)).collect()
}

/// What both lists begin and end with is kept, and all between is replaced.
pub(super) fn ends(old: &[u32], new: &[u32]) -> Vec<Step> {
    let (head, tail) = common_ends(old, new);
    let middle = apart(old.len() - head - tail, new.len() - head - tail);
    whole(old.len(), new.len(), head, tail, middle)
}

/// The shortest way, or nothing when it takes more work than is left. What was spent stays spent.
pub(super) fn steps(old: &[u32], new: &[u32], budget: &mut Budget) -> Option<Vec<Step>> {
    let (head, tail) = common_ends(old, new);
    budget.spend(head + tail + 1)?;
    let inner = (old.get(head..old.len() - tail)?, new.get(head..new.len() - tail)?);
    let middle = if inner.0.is_empty() || inner.1.is_empty() {
        apart(inner.0.len(), inner.1.len())
    } else {
        shortest(inner.0, inner.1, budget)?
    };
    Some(whole(old.len(), new.len(), head, tail, middle))
}

/// How many words both begin with, and how many both end with after that.
fn common_ends(old: &[u32], new: &[u32]) -> (usize, usize) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    (head, tail)
}

fn whole(old: usize, new: usize, head: usize, tail: usize, middle: Vec<Step>) -> Vec<Step> {
    let shifted = middle.into_iter().map(|step| match step {
        Step::Keep(left, right) => Step::Keep(left + head, right + head),
        Step::Remove(left) => Step::Remove(left + head),
        Step::Add(right) => Step::Add(right + head),
    });
    let end = (0..tail).map(|at| Step::Keep(old - tail + at, new - tail + at));
    (0..head).map(|at| Step::Keep(at, at)).chain(shifted).chain(end).collect()
}

/// The furthest place in the old list on each diagonal, for one number of changes. Diagonals of one round are two apart.
struct Furthest {
    /// From diagonal `-changes` on, every second one.
    places: Vec<usize>,
}

impl Furthest {
    /// On the diagonal with so many more removals than additions as `nth` says: `nth` removals.
    fn at(&self, nth: usize) -> Option<usize> {
        self.places.get(nth).copied()
    }
}

/// The greedy search, round by round: `rounds[d]` holds how far one gets with `d` changes, of which `nth` are removals.
fn shortest(old: &[u32], new: &[u32], budget: &mut Budget) -> Option<Vec<Step>> {
    let mut rounds: Vec<Furthest> = Vec::new();
    for changes in 0..=old.len() + new.len() {
        budget.spend(changes + 1)?;
        let mut places = Vec::with_capacity(changes + 1);
        for removals in 0..=changes {
            let additions = changes - removals;
            let from = start(rounds.last(), removals, additions);
            let mut left = from;
            let mut right = (left + additions).saturating_sub(removals);
            let begun = left;
            while old.get(left).is_some_and(|word| new.get(right) == Some(word)) {
                left += 1;
                right += 1;
            }
            budget.spend(left - begun)?;
            places.push(left);
            if left >= old.len() && right >= new.len() && left + additions == right + removals {
                rounds.push(Furthest { places });
                return Some(walk_back(&rounds, changes, removals, (old.len(), new.len())));
            }
        }
        rounds.push(Furthest { places });
    }
    None
}

/// Where a round begins on a diagonal: one removal or one addition after the better of its neighbours.
fn start(before: Option<&Furthest>, removals: usize, additions: usize) -> usize {
    let Some(before) = before else { return 0 };
    let by_removal = removals.checked_sub(1).and_then(|nth| before.at(nth)).map(|left| left + 1);
    let by_addition = if additions > 0 { before.at(removals) } else { None };
    by_removal.max(by_addition).unwrap_or_default()
}

/// The way from the end back to the beginning.
fn walk_back(rounds: &[Furthest], changes: usize, removals: usize, end: (usize, usize)) -> Vec<Step> {
    let (mut left, mut right) = end;
    let (mut removals, mut found) = (removals, Vec::with_capacity(left + right));
    for round in (0..=changes).rev() {
        let before = round.checked_sub(1).and_then(|at| rounds.get(at));
        let begun = start(before, removals, round - removals);
        while left > begun {
            (left, right) = (left - 1, right.saturating_sub(1));
            found.push(Step::Keep(left, right));
        }
        let Some(before) = before else { break };
        let removed = removals.checked_sub(1).and_then(|nth| before.at(nth)).map(|place| place + 1) == Some(begun);
        if removed {
            removals -= 1;
            left -= 1;
            found.push(Step::Remove(left));
        } else {
            right = right.saturating_sub(1);
            found.push(Step::Add(right));
        }
    }
    found.reverse();
    found
}
