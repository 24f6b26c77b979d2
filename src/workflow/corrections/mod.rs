//! Whether the outlets corrected: when reports are visited again, what changed in them, what that comes to, and whether
//! the matter dies down. It fetches nothing and accuses nobody: it says what stands on a page, with the words that show it.

mod difference;
mod outcome;
mod page;
mod phrases;
mod schedule;
mod summary;
mod value;
mod wave;

pub use difference::{Difference, Run, RunKind, Side, difference};
pub use outcome::{Judge, Told, is_gone};
pub use summary::{Copy, Summary, summary, time_in_words};
pub use wave::{Hour, SecondWave, Volume, WavePolicy, Witness, second_wave, volume};
