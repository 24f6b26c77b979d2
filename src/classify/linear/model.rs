//! The file of a linear model, and the table that all models of a city are joined into.
//!
//! A file is `CLARION1`, the number of labels (u16), for each label its name (length u8, UTF-8), bias and scale (f32), the
//! temperature (f32), the number of buckets (u32), and for each bucket in order its distance from the one before (varint),
//! the number of weights (u8) and each weight as label (u8) and value (i8). All numbers are little-endian. The weight of a
//! label is its value times the label's scale.

use super::features::{BUCKETS, Features, Value, View};
use crate::domain::Target;

const MAGIC: &[u8; 8] = b"CLARION1";

/// Why a model file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model file for {} is damaged ({what}); make it again with `clarion train`", .target.name())]
pub struct ModelError {
    /// What it decides.
    target: Target,
    /// What does not fit.
    what: &'static str,
}

/// What `train` found out, before it is written to a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The labels.
    pub labels: Vec<String>,
    /// One a label.
    pub biases: Vec<f32>,
    /// For each label its weight in each bucket.
    pub weights: Vec<Vec<f32>>,
    /// Margins are divided by it before they become probabilities.
    pub temperature: f32,
}

impl Model {
    /// The file. Of all weights the `most` largest are kept, in 8 bits each.
    #[must_use]
    pub fn to_bytes(&self, most: usize) -> Vec<u8> {
        let dropped = self.largest_dropped(most);
        let largest = |weights: &Vec<f32>| weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
        let scales: Vec<f32> = self.weights.iter().map(|weights| largest(weights) / f32::from(i8::MAX)).collect();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(u16::try_from(self.labels.len()).unwrap_or_default().to_le_bytes());
        for ((label, bias), scale) in self.labels.iter().zip(&self.biases).zip(&scales) {
            bytes.push(u8::try_from(label.len()).unwrap_or_default());
            bytes.extend(label.as_bytes());
            bytes.extend(bias.to_le_bytes());
            bytes.extend(scale.to_le_bytes());
        }
        bytes.extend(self.temperature.to_le_bytes());
        let (mut rows, mut count, mut last) = (Vec::new(), 0_u32, 0);
        for bucket in 0..BUCKETS {
            let row: Vec<u8> = (0_u8..)
                .zip(self.weights.iter().zip(&scales))
                .filter_map(|(label, (weights, scale))| {
                    let weight = weights.get(bucket).copied().filter(|weight| weight.abs() > dropped)?;
                    let value = quantised(weight / scale);
                    (value != 0).then_some([label, value.to_le_bytes()[0]])
                })
                .flatten()
                .collect();
            if row.is_empty() {
                continue;
            }
            push_varint(&mut rows, bucket - last);
            rows.push(u8::try_from(row.len() / 2).unwrap_or_default());
            rows.extend(row);
            count += 1;
            last = bucket;
        }
        bytes.extend(count.to_le_bytes());
        bytes.extend(rows);
        bytes
    }

    /// The size of the largest weight that is not among the `most` largest.
    fn largest_dropped(&self, most: usize) -> f32 {
        let mut sizes: Vec<f32> =
            self.weights.iter().flatten().map(|weight| weight.abs()).filter(|size| *size > 0.0).collect();
        sizes.sort_unstable_by(|left, right| right.total_cmp(left));
        sizes.get(most).copied().unwrap_or_default()
    }
}

/// To the nearest step; the scale makes the largest weight 127.
#[expect(clippy::cast_possible_truncation, reason = "a whole number between -127 and 127 after rounding and clamping")]
fn quantised(steps: f32) -> i8 {
    steps.round().clamp(-127.0, 127.0) as i8
}

fn push_varint(bytes: &mut Vec<u8>, mut value: usize) {
    while let Some(low) = u8::try_from(value & 0x7f).ok().filter(|_| value > 0x7f) {
        bytes.push(low | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap_or_default());
}

/// Bucket, output and value of a weight.
type Weight = (u32, u16, i8);

/// A model read from its file.
#[derive(Debug, Clone, PartialEq)]
struct Head {
    target: Target,
    labels: Vec<String>,
    biases: Vec<f32>,
    scales: Vec<f32>,
    temperature: f32,
    /// Its first output in the joined table.
    first: usize,
}

/// All models of a city in one table, so that each bucket of a text is looked up once.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::classify) struct Linear {
    heads: Vec<Head>,
    /// Where the weights of a bucket begin; one more than there are buckets.
    starts: Vec<u32>,
    /// Output and value of each weight, in a bucket in order of output.
    weights: Vec<(u16, i8)>,
}

/// What the models say of a text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::classify) struct Opinion<'a> {
    linear: &'a Linear,
    margins: Vec<f32>,
}

/// Where the weights of each bucket begin, and all weights in order of bucket. They are counted and not sorted: there are
/// millions, and nothing can be read before this is done.
fn by_bucket(rows: Vec<Weight>) -> (Vec<u32>, Vec<(u16, i8)>) {
    let index = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let mut starts = vec![0_u32; BUCKETS + 1];
    for &(bucket, ..) in &rows {
        if let Some(count) = starts.get_mut(index(bucket) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut next = starts.clone();
    let mut weights = vec![(0_u16, 0_i8); rows.len()];
    for (bucket, output, value) in rows {
        let Some(at) = next.get_mut(index(bucket)) else { continue };
        if let Some(slot) = weights.get_mut(index(*at)) {
            *slot = (output, value);
        }
        *at += 1;
    }
    // A file may give the weights of a bucket in any order; they are looked up by output.
    for ends in starts.windows(2) {
        let [start, end] = ends else { continue };
        let row = weights.get_mut(index(*start)..index(*end)).unwrap_or_default();
        if !row.is_sorted_by_key(|&(output, _)| output) {
            row.sort_by_key(|&(output, _)| output);
        }
    }
    (starts, weights)
}

impl Linear {
    /// Joins the files of a city's models; none is fine.
    pub(in crate::classify) fn new(files: &[(Target, impl AsRef<[u8]>)]) -> Result<Self, ModelError> {
        let mut linear = Self::default();
        let mut rows: Vec<Weight> = Vec::new();
        let mut outputs = 0_usize;
        for (target, bytes) in files {
            let mut reader = Reader { target: *target, rest: bytes.as_ref() };
            let (head, weights) = reader.head(outputs)?;
            rows.extend(weights);
            outputs += head.labels.len();
            linear.heads.push(head);
        }
        (linear.starts, linear.weights) = by_bucket(rows);
        Ok(linear)
    }

    /// What the models say of a text.
    pub(in crate::classify) fn judge(&self, features: &Features) -> Opinion<'_> {
        // All sums of every output are made, which is faster than to ask each time which one is wanted.
        let mut sums = vec![[0.0_f32; 3]; self.heads.iter().map(|head| head.labels.len()).sum()];
        // The table is far larger than a cache. Beginning to read all rows before any is worked on lets the processor wait
        // for them together and not for one after the other.
        let rows: Vec<(&[(u16, i8)], Value)> =
            features.all().iter().map(|value| (self.row(value.bucket), *value)).collect();
        for (row, _) in &rows {
            std::hint::black_box(row.first().copied());
        }
        for (row, value) in rows {
            for &(output, weight) in row {
                if let Some([whole, matter, placed]) = sums.get_mut(usize::from(output)) {
                    let weight = f32::from(weight);
                    *whole += value.whole * weight;
                    *matter += value.matter * weight;
                    *placed += value.placed * weight;
                }
            }
        }
        let parts = self.heads.iter().flat_map(|head| {
            let view = View::of(head.target);
            head.biases.iter().zip(&head.scales).map(move |(bias, scale)| (view, bias, scale))
        });
        let margin = |([whole, matter, placed], (view, bias, scale)): ([f32; 3], (View, &f32, &f32))| {
            let sum = match view {
                View::Whole => whole,
                View::Matter => matter,
                View::Placed => placed,
            };
            bias + scale * sum
        };
        let margins = sums.into_iter().zip(parts).map(margin).collect();
        Opinion { linear: self, margins }
    }

    fn row(&self, bucket: u32) -> &[(u16, i8)] {
        let at = usize::try_from(bucket).unwrap_or(usize::MAX);
        let (Some(&start), Some(&end)) = (self.starts.get(at), self.starts.get(at.saturating_add(1))) else {
            return &[];
        };
        let range = usize::try_from(start).unwrap_or_default()..usize::try_from(end).unwrap_or_default();
        self.weights.get(range).unwrap_or_default()
    }

    fn head(&self, target: Target) -> Option<&Head> {
        self.heads.iter().find(|head| head.target == target)
    }

    /// Where a label stands in the joined table.
    pub(in crate::classify) fn output(&self, target: Target, label: &str) -> Option<Output> {
        let head = self.heads.iter().find(|head| head.target == target)?;
        let at = head.labels.iter().position(|known| known == label)?;
        Some(Output { number: head.first + at, scale: *head.scales.get(at)? })
    }

    /// The weight of a bucket for an output.
    pub(in crate::classify) fn weight(&self, output: Output, bucket: u32) -> f32 {
        let row = self.row(bucket);
        let at = row.partition_point(|&(found, _)| usize::from(found) < output.number);
        let found = row.get(at).filter(|(found, _)| usize::from(*found) == output.number);
        found.map_or(0.0, |&(_, value)| f32::from(value) * output.scale)
    }
}

/// A label of a target in the joined table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::classify) struct Output {
    number: usize,
    scale: f32,
}

impl<'a> Opinion<'a> {
    /// No opinion on anything.
    pub(in crate::classify) fn none(linear: &'a Linear) -> Self {
        Self { linear, margins: Vec::new() }
    }
}

impl Opinion<'_> {
    /// The labels of a target with their probabilities, best first; empty without a model or an opinion.
    pub(in crate::classify) fn ranked(&self, target: Target) -> Vec<(&str, f64)> {
        let Some(head) = self.linear.head(target) else { return Vec::new() };
        let Some(margins) = self.margins.get(head.first..head.first + head.labels.len()) else { return Vec::new() };
        let best = margins.iter().fold(f32::MIN, |best, margin| best.max(*margin));
        let chances: Vec<f64> =
            margins.iter().map(|margin| f64::from((margin - best) / head.temperature).exp()).collect();
        let sum: f64 = chances.iter().sum();
        let mut ranked: Vec<(&str, f64)> =
            head.labels.iter().map(String::as_str).zip(chances.into_iter().map(|chance| chance / sum)).collect();
        // Equal chances keep the order of the labels, which is that of the file.
        ranked.sort_by(|left, right| right.1.total_cmp(&left.1));
        ranked
    }

    /// The probability of a label; none without a model for the target.
    pub(in crate::classify) fn chance(&self, target: Target, label: &str) -> Option<f64> {
        self.ranked(target).into_iter().find(|(known, _)| *known == label).map(|(_, chance)| chance)
    }
}

/// Takes a file apart.
struct Reader<'a> {
    target: Target,
    rest: &'a [u8],
}

impl Reader<'_> {
    /// The head, whose first output is `first`, and its weights as bucket, output and value.
    fn head(&mut self, first: usize) -> Result<(Head, Vec<Weight>), ModelError> {
        if self.take::<8>()? != *MAGIC {
            return Err(self.damaged("it does not begin as one"));
        }
        let labels = u16::from_le_bytes(self.take()?);
        let mut head = Head {
            target: self.target,
            labels: Vec::new(),
            biases: Vec::new(),
            scales: Vec::new(),
            temperature: 1.0,
            first,
        };
        for _ in 0..labels {
            let [length] = self.take()?;
            let (name, rest) =
                self.rest.split_at_checked(usize::from(length)).ok_or_else(|| self.damaged("a label is cut short"))?;
            let name = std::str::from_utf8(name).map_err(|_| self.damaged("a label is not UTF-8"))?;
            head.labels.push(name.to_owned());
            self.rest = rest;
            head.biases.push(f32::from_le_bytes(self.take()?));
            head.scales.push(f32::from_le_bytes(self.take()?));
        }
        head.temperature = f32::from_le_bytes(self.take()?);
        let sound = head.temperature > 0.0 && head.biases.iter().chain(&head.scales).all(|value| value.is_finite());
        if !sound {
            return Err(self.damaged("a number is out of bounds"));
        }
        let buckets = u32::from_le_bytes(self.take()?);
        let mut weights = Vec::new();
        let mut bucket = 0_u32;
        for _ in 0..buckets {
            bucket = bucket.saturating_add(self.varint()?);
            let [count] = self.take()?;
            for _ in 0..count {
                let [label, value] = self.take()?;
                let output = u16::try_from(first + usize::from(label)).ok();
                let output = output
                    .filter(|_| u16::from(label) < labels && usize::try_from(bucket).is_ok_and(|at| at < BUCKETS));
                weights.push((
                    bucket,
                    output.ok_or_else(|| self.damaged("a weight is for nothing"))?,
                    i8::from_le_bytes([value]),
                ));
            }
        }
        if self.rest.is_empty() { Ok((head, weights)) } else { Err(self.damaged("something follows its end")) }
    }

    fn damaged(&self, what: &'static str) -> ModelError {
        ModelError { target: self.target, what }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.damaged("it is cut short"))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn varint(&mut self) -> Result<u32, ModelError> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21] {
            let [byte] = self.take()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.damaged("a distance is too long"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let mut weights = vec![vec![0.0; BUCKETS]; 3];
        weights[0][5] = 2.0;
        weights[1][5] = -1.0;
        weights[2][200_000] = 0.001;
        weights[2][BUCKETS - 1] = 4.0;
        Model {
            labels: ["甲", "乙", "丙"].map(str::to_owned).to_vec(),
            biases: vec![0.0, 0.5, 0.0],
            weights,
            temperature: 0.5,
        }
    }

    #[test]
    fn a_file_says_what_the_model_said() {
        let files = [(Target::Kind, model().to_bytes(usize::MAX)), (Target::Service, model().to_bytes(2))];
        let linear = Linear::new(&files).unwrap();
        let weight = |target, label: &str, bucket| linear.output(target, label).map(|it| linear.weight(it, bucket));
        let near = |found: Option<f32>, expected: f32| assert!((found.unwrap() - expected).abs() < 0.01);
        near(weight(Target::Kind, "甲", 5), 2.0);
        near(weight(Target::Kind, "丙", u32::try_from(BUCKETS).unwrap() - 1), 4.0);
        // Only the two largest were kept.
        near(weight(Target::Service, "乙", 5), 0.0);
        assert_eq!(linear.output(Target::Category, "甲"), None);
        let opinion = Opinion { linear: &linear, margins: vec![0.0, 0.5, 0.0, 9.0, 0.0, 0.0] };
        let ranked = opinion.ranked(Target::Kind);
        assert_eq!(ranked[0].0, "乙");
        assert!((ranked[0].1 / ranked[1].1 - 1.0_f64.exp()).abs() < 1e-6);
        assert!((ranked.iter().map(|(_, chance)| chance).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(opinion.ranked(Target::Category).is_empty());
    }

    #[test]
    fn a_damaged_file_is_refused_and_named() {
        let bytes = model().to_bytes(usize::MAX);
        for cut in 0..bytes.len() {
            let error = Linear::new(&[(Target::Kind, &bytes[..cut])]).unwrap_err();
            assert!(error.to_string().contains("kind"), "{error}");
        }
        assert!(Linear::new(&[(Target::Kind, [bytes, vec![0]].concat())]).is_err());
    }
}
