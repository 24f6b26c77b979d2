//! A part of the register that is never changed: statements, and by which words each is found. Later registers share it
//! with earlier ones and only note which of its statements no longer hold.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use super::record::Record;

/// The most statements of one segment, so that a place takes two bytes, scores of all of them stay in the processor's
/// cache, and joining two copies no more than this many.
pub(super) const MOST: usize = 1 << 16;

/// Where a statement stands in its segment.
pub(super) type Place = u16;

/// A statement as it is put in.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) record: Record,
    /// Which statement of the register it is, from the first one on. One that takes another's place takes its number too.
    pub(super) order: u32,
    /// The words by which it is found, each once.
    pub(super) words: Vec<u64>,
}

/// Statements and their index.
#[derive(Debug, Default)]
struct Segment {
    records: Box<[Record]>,
    orders: Box<[u32]>,
    /// Places in the order of the hashes of their ids.
    ids: Box<[(u32, Place)]>,
    index: Index,
    /// What all of this takes in memory.
    bytes: usize,
}

/// Words in order, where the places of each end, and these places in order.
#[derive(Debug, Default)]
struct Index {
    words: Vec<u64>,
    ends: Vec<u32>,
    places: Vec<Place>,
}

/// A segment with those of its statements that no longer hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    segment: Arc<Segment>,
    /// A bit a place; empty where all hold.
    gone: Arc<Vec<u64>>,
    gone_count: usize,
}

impl Part {
    /// A part of at most [`MOST`] statements; what is beyond is left out.
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let mut pairs: Vec<(u64, Place)> = (0..=Place::MAX)
            .zip(&entries)
            .flat_map(|(place, entry)| entry.words.iter().map(move |word| (*word, place)))
            .collect();
        pairs.sort_unstable();
        let mut index = Index::default();
        for same in pairs.chunk_by(|a, b| a.0 == b.0) {
            index.add(same.first().map_or(0, |it| it.0), same.iter().map(|it| it.1));
        }
        let (records, orders) = entries.into_iter().take(MOST).map(|it| (it.record, it.order)).unzip();
        Self::of(records, orders, index)
    }

    /// Both parts in one, without what no longer holds.
    pub(super) fn with(&self, other: &Self) -> Self {
        let (mut records, mut orders) = (Vec::with_capacity(MOST), Vec::with_capacity(MOST));
        let [ours, theirs] = [self, other].map(|part| {
            let all = (0..=Place::MAX).zip(part.segment.records.iter().zip(&part.segment.orders));
            let moved = all.map(|(place, (record, order))| {
                let to = Place::try_from(records.len()).ok().filter(|_| part.holds(place))?;
                records.push(record.clone());
                orders.push(*order);
                Some(to)
            });
            moved.collect::<Vec<Option<Place>>>()
        });
        let to = |moved: &[Option<Place>], places: &[Place]| -> Vec<Place> {
            places.iter().filter_map(|place| *moved.get(usize::from(*place))?).collect()
        };
        let (mut left, mut right) = (self.segment.index.all().peekable(), other.segment.index.all().peekable());
        let mut index = Index::default();
        loop {
            let word = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) => a.0.min(b.0),
                (Some(a), None) => a.0,
                (None, Some(b)) => b.0,
                (None, None) => break,
            };
            let ours = left.next_if(|it| it.0 == word).map(|it| to(&ours, it.1));
            let theirs = right.next_if(|it| it.0 == word).map(|it| to(&theirs, it.1));
            index.add(word, ours.into_iter().chain(theirs).flatten());
        }
        Self::of(records, orders, index)
    }

    fn of(records: Vec<Record>, orders: Vec<u32>, mut index: Index) -> Self {
        let places = records.iter().zip(0..=Place::MAX);
        let mut ids: Vec<(u32, Place)> = places.filter_map(|(it, place)| Some((hash(&it.id()?), place))).collect();
        ids.sort_unstable();
        index.shrink();
        let bytes = records.iter().map(Record::bytes).sum::<usize>()
            + size_of_val(&*records)
            + size_of_val(&*orders)
            + size_of_val(&*ids)
            + index.bytes();
        let segment = Segment { records: records.into(), orders: orders.into(), ids: ids.into(), index, bytes };
        Self { segment: Arc::new(segment), gone: Arc::default(), gone_count: 0 }
    }

    /// How many statements hold.
    pub(super) fn len(&self) -> usize {
        self.segment.records.len() - self.gone_count
    }

    /// How many do not any longer.
    pub(super) fn gone(&self) -> usize {
        self.gone_count
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.segment.records.len()
    }

    /// The places of the statements that have a word, among them some that no longer hold.
    pub(super) fn having(&self, word: u64) -> &[Place] {
        self.segment.index.having(word)
    }

    /// How many of these hold.
    pub(super) fn holding(&self, places: &[Place]) -> usize {
        if self.gone_count == 0 { places.len() } else { places.iter().filter(|place| self.holds(**place)).count() }
    }

    pub(super) fn holds(&self, place: Place) -> bool {
        let bits = self.gone.get(usize::from(place / 64)).copied().unwrap_or_default();
        bits & (1 << (place % 64)) == 0
    }

    pub(super) fn record(&self, place: Place) -> Option<&Record> {
        self.segment.records.get(usize::from(place))
    }

    pub(super) fn order(&self, place: Place) -> u32 {
        self.segment.orders.get(usize::from(place)).copied().unwrap_or_default()
    }

    /// Where the statement of an id stands that holds.
    pub(super) fn find(&self, id: &str) -> Option<Place> {
        let (ids, hash) = (&self.segment.ids, hash(id));
        let from = ids.partition_point(|it| it.0 < hash);
        let same = ids.iter().skip(from).take_while(|it| it.0 == hash).map(|it| it.1);
        same.filter(|place| self.holds(*place))
            .find(|place| self.record(*place).and_then(Record::id).is_some_and(|other| other == id))
    }

    /// Notes that the statement at a place no longer holds.
    pub(super) fn remove(&mut self, place: Place) {
        let gone = Arc::make_mut(&mut self.gone);
        gone.resize(self.segment.records.len().div_ceil(64), 0);
        if let Some(bits) = gone.get_mut(usize::from(place / 64)) {
            self.gone_count += usize::from(*bits & (1 << (place % 64)) == 0);
            *bits |= 1 << (place % 64);
        }
    }

    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.segment.bytes + size_of_val(&**self.gone)
    }
}

impl Index {
    /// Adds a word behind all others.
    fn add(&mut self, word: u64, having: impl Iterator<Item = Place>) {
        let before = self.places.len();
        self.places.extend(having);
        if self.places.len() > before {
            self.words.push(word);
            // A segment has fewer places of words than four bytes can count.
            self.ends.push(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        }
    }

    fn shrink(&mut self) {
        self.words.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.places.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.words) + size_of_val(&*self.ends) + size_of_val(&*self.places)
    }

    fn having(&self, word: u64) -> &[Place] {
        self.words.binary_search(&word).map_or(&[], |at| self.places_at(at))
    }

    fn all(&self) -> impl Iterator<Item = (u64, &[Place])> {
        self.words.iter().enumerate().map(|(at, word)| (*word, self.places_at(at)))
    }

    fn places_at(&self, at: usize) -> &[Place] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| usize::try_from(*end).unwrap_or(usize::MAX));
        self.places.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }
}

fn hash(id: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let [a, b, c, d, ..] = hasher.finish().to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
