//! How near every clause of a report is to every clause of a statement.

use super::{similar::Bag, topic::alike};

/// A table with a line a clause of the report and a column a clause of the statement.
#[derive(Debug, Default)]
pub(super) struct Nearness {
    columns: usize,
    cells: Vec<[f64; 3]>,
    /// Of each line and of each column, the two largest sums.
    lines: Vec<[f64; 2]>,
    ends: Vec<[f64; 2]>,
}

impl Nearness {
    /// Compares all clauses of the one with all of the other.
    pub(super) fn new(report: &[[Bag; 3]], statement: &[[Bag; 3]]) -> Self {
        let columns = statement.len();
        let cells: Vec<[f64; 3]> =
            report.iter().flat_map(|own| statement.iter().map(move |other| alike(own, other))).collect();
        let mut lines = vec![[0.0; 2]; report.len()];
        let mut ends = vec![[0.0; 2]; columns];
        for (cells, line) in cells.chunks(columns.max(1)).zip(&mut lines) {
            for (cell, end) in cells.iter().zip(&mut ends) {
                let sum = cell.iter().sum();
                rank(line, sum);
                rank(end, sum);
            }
        }
        Self { columns, cells, lines, ends }
    }

    /// How alike two clauses are: by their words, their sentences', their characters.
    pub(super) fn of(&self, clause: usize, other: usize) -> [f64; 3] {
        if other >= self.columns {
            return [0.0; 3];
        }
        self.cells.get(clause * self.columns + other).copied().unwrap_or_default()
    }

    /// How much nearer two clauses are than the first to any other, and than the second to any other; below 0 when
    /// another one is nearer.
    pub(super) fn ahead(&self, clause: usize, other: usize) -> [f64; 2] {
        let own: f64 = self.of(clause, other).iter().sum();
        let rival =
            |best: Option<&[f64; 2]>| best.map_or(0.0, |[first, second]| if own < *first { *first } else { *second });
        [own - rival(self.lines.get(clause)), own - rival(self.ends.get(other))]
    }

    /// The clause of the statement nearest to one of the report, with how near it is.
    pub(super) fn nearest(&self, clause: usize) -> Option<(usize, f64)> {
        let nears = (0..self.columns).map(|other| (other, self.of(clause, other).iter().sum::<f64>()));
        nears.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }
}

fn rank(best: &mut [f64; 2], sum: f64) {
    let [first, second] = *best;
    if sum > first {
        *best = [sum, first];
    } else if sum > second {
        *best = [first, sum];
    }
}
