//! Measures the stages on real data and prints the figures beside their targets. It may read files; it may not train or
//! tune anything.

mod agreement;
pub mod capacity;
pub mod charset;
pub mod feeds;
pub mod misreports;
mod mutate;
pub mod news_pages;
mod releases;
pub mod robots;
pub mod score;
pub mod segmentation;
pub mod stories;
mod tally;
pub mod understanding;

use std::{fmt, path::Path};

use chrono::{DateTime, Utc};

pub use tally::Tally;

/// One figure with its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// What came out, 0 to 1.
    pub reached: f64,
    /// On how many questions.
    pub of: usize,
    /// The bounds that 95 of 100 samples of the questions fall between.
    pub interval: Option<(f64, f64)>,
    /// The least that is asked for, 0 to 1; none where the figure only informs.
    pub target: Option<f64>,
}

impl Figure {
    fn new(tally: Tally, target: Option<f64>) -> Self {
        let (reached, of) = (tally.share(), tally.total);
        Self { name: tally.name, reached, of, interval: None, target }
    }

    /// Whether the target was reached.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.target.is_none_or(|target| self.reached >= target)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, reached, of, interval, target } = self;
        write!(f, "{name:<48} {of:>6}  {reached:.4}")?;
        match interval {
            Some((low, high)) => write!(f, " [{low:.3}, {high:.3}]")?,
            None => write!(f, "               ")?,
        }
        match target {
            Some(target) => write!(f, "  target {target:.4}  {}", if self.holds() { "reached" } else { "NOT REACHED" }),
            None => Ok(()),
        }
    }
}

/// Measures every set that is there, and names each that is not.
///
/// # Errors
/// When a set is there but cannot be read.
pub fn all(folder: &Path, now: DateTime<Utc>) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    for (set, measure) in SETS {
        let dir = folder.join(set);
        if dir.is_dir() {
            lines.extend(measure(&dir, now)?.iter().map(ToString::to_string));
        } else {
            lines.push(format!("{set}: not there, not measured"));
        }
    }
    Ok(lines)
}

type Measure = fn(&Path, DateTime<Utc>) -> anyhow::Result<Vec<Figure>>;

const SETS: [(&str, Measure); 4] =
    [("news_pages", news), ("charset", charsets), ("feeds", all_feeds), ("robots", all_robots)];

fn charsets(dir: &Path, _: DateTime<Utc>) -> anyhow::Result<Vec<Figure>> {
    let score = charset::score(dir)?;
    Ok(vec![Figure::new(score.named, Some(1.0)), Figure::new(score.refused, Some(1.0))])
}

fn all_feeds(dir: &Path, now: DateTime<Utc>) -> anyhow::Result<Vec<Figure>> {
    let score = feeds::score(dir, now)?;
    let mut all = score.all_fields();
    all.name = "feed entries, all fields".into();
    let named = |mut tally: Tally| {
        tally.name = format!("feed {}", tally.name);
        Figure::new(tally, None)
    };
    let mut figures: Vec<Figure> = score.fields.into_iter().map(named).collect();
    figures.push(Figure::new(all, Some(0.95)));
    Ok(figures)
}

fn news(dir: &Path, _: DateTime<Utc>) -> anyhow::Result<Vec<Figure>> {
    let score = news_pages::score(dir)?;
    let named = |tally: Tally| Tally { name: format!("news page {}", tally.name), ..tally };
    Ok(score.parts().into_iter().map(|tally| Figure::new(named(tally), Some(1.0))).collect())
}

fn all_robots(dir: &Path, _: DateTime<Utc>) -> anyhow::Result<Vec<Figure>> {
    let robots::Score { google, real_files, .. } = robots::score(dir)?;
    Ok(vec![Figure::new(google, Some(1.0)), Figure::new(real_files, Some(1.0))])
}
