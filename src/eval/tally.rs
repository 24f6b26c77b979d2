//! Counts of right answers.

/// How many answers of one sort were right.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// What was asked.
    pub name: String,
    /// Right answers.
    pub right: usize,
    /// Questions.
    pub total: usize,
}

impl Tally {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), right: 0, total: 0 }
    }

    /// Counts one answer.
    pub fn count(&mut self, right: bool) {
        self.right += usize::from(right);
        self.total += 1;
    }

    /// The share of right answers, 0 to 1; 1 when nothing was asked.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.total == 0 { 1.0 } else { self.right as f64 / self.total as f64 }
    }
}
