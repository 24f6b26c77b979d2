//! Statements laid out for comparing, as many as there is room for: those asked for of late. Laying one out again costs a
//! fifth of a millisecond and changes nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use super::{Fact, record::Record};

/// What a statement takes beside its sheet: keys, places and the rest of it.
const BESIDE: usize = 256;

/// Statements laid out, shared by all threads. It holds the lock only to look and to put, never while one is laid out.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// By where their records lie.
    facts: HashMap<usize, Kept>,
    /// The same in the order in which they are looked at when room is needed (the clock algorithm, a second chance for
    /// what was used since).
    turn: VecDeque<usize>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    fact: Arc<Fact>,
    /// Holds the record where it lies, so that no other one comes to lie there.
    record: Record,
    bytes: usize,
    used: bool,
}

impl Cache {
    /// The statement of a record, where it is held.
    pub(super) fn get(&self, record: &Record) -> Option<Arc<Fact>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = held.facts.get_mut(&record.place())?;
        kept.used = true;
        Some(Arc::clone(&kept.fact))
    }

    /// Keeps a statement and drops others until all take no more than `most` bytes.
    pub(super) fn put(&self, record: &Record, fact: Fact, most: usize) -> Arc<Fact> {
        let (fact, bytes) = sized(fact);
        let kept = Kept { fact: Arc::clone(&fact), record: record.clone(), bytes, used: false };
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.make_room(most.saturating_sub(bytes));
        held.put(kept);
        fact
    }

    /// Keeps a statement where there is room without dropping another.
    pub(super) fn put_beside(&self, record: &Record, fact: Fact, most: usize) {
        let (fact, bytes) = sized(fact);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.bytes + bytes <= most {
            held.put(Kept { fact, record: record.clone(), bytes, used: false });
        }
    }

    /// What all of them take.
    pub(super) fn bytes(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

impl Held {
    fn put(&mut self, kept: Kept) {
        let place = kept.record.place();
        self.bytes += kept.bytes;
        match self.facts.insert(place, kept) {
            // Two threads laid the same one out.
            Some(before) => self.bytes -= before.bytes,
            None => self.turn.push_back(place),
        }
    }

    fn make_room(&mut self, most: usize) {
        while self.bytes > most {
            let Some(place) = self.turn.pop_front() else { return };
            match self.facts.get_mut(&place) {
                Some(kept) if kept.used => {
                    kept.used = false;
                    self.turn.push_back(place);
                }
                _ => self.bytes -= self.facts.remove(&place).map_or(0, |kept| kept.bytes),
            }
        }
    }
}

fn sized(mut fact: Fact) -> (Arc<Fact>, usize) {
    fact.sheet.shrink();
    let texts = fact.id.len() + fact.agency.len() + fact.url.as_ref().map_or(0, String::len);
    let bytes = size_of::<Fact>() + texts + fact.sheet.held() + BESIDE;
    (Arc::new(fact), bytes)
}
