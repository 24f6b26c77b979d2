//! An official statement in few bytes: what it says as it was written, and not laid out. A sheet is twenty times as large.

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{Fact, Layout};
use crate::{
    domain::Field,
    text::{pack, unpack},
};

/// What the allocator and the counts of a shared stretch of bytes take.
const SHARED: usize = 32;

/// The bytes of one statement. A copy shares them, so that they tell two statements apart by where they lie.
#[derive(Debug, Clone)]
pub(super) struct Record(Arc<[u8]>);

impl Record {
    pub(super) fn of(fact: &Fact) -> Self {
        let mut bytes = Vec::new();
        put_text(&fact.id, &mut bytes);
        put_text(&fact.agency, &mut bytes);
        put_optional(fact.url.as_deref(), put_text, &mut bytes);
        for time in [fact.published, fact.valid_from, fact.valid_to] {
            put_optional(time, put_time, &mut bytes);
        }
        let day = fact.sheet.published.map(|day| i64::from(day.num_days_from_ce()));
        put_optional(day, put_signed, &mut bytes);
        for field in [Field::Title, Field::Text] {
            put_text(fact.sheet.copy(field).original(), &mut bytes);
        }
        Self(bytes.into())
    }

    /// The statement, laid out anew.
    pub(super) fn fact(&self, layout: &dyn Layout) -> Option<Fact> {
        let rest = &mut &*self.0;
        let (id, agency, url) = (text(rest)?, text(rest)?, optional(rest, text).ok()?);
        let mut next = || optional(rest, time).ok();
        let (published, valid_from, valid_to) = (next()?, next()?, next()?);
        let day =
            optional(rest, signed).ok()?.and_then(|days| NaiveDate::from_num_days_from_ce_opt(days.try_into().ok()?));
        let sheet = layout.lay_out(&text(rest)?, &text(rest)?, day);
        Some(Fact { id, agency, published, valid_from, valid_to, url, sheet })
    }

    pub(super) fn id(&self) -> Option<String> {
        text(&mut &*self.0)
    }

    /// Where it lies, which no other one does as long as this one is held.
    pub(super) fn place(&self) -> usize {
        self.0.as_ptr().addr()
    }

    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() + SHARED
    }
}

/// The bytes end before what they should hold.
#[derive(Debug)]
struct Cut;

/// Seven bits a byte, the lowest first; the highest bit says that more follow (LEB128).
fn put_number(mut number: u64, to: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return to.push(low);
        }
        to.push(low | 0x80);
    }
}

fn number(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Numbers near zero are short, of either sign.
fn put_signed(number: i64, to: &mut Vec<u8>) {
    put_number(((number << 1) ^ (number >> 63)).cast_unsigned(), to);
}

fn signed(from: &mut &[u8]) -> Option<i64> {
    let number = number(from)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

fn put_time(time: DateTime<Utc>, to: &mut Vec<u8>) {
    put_signed(time.timestamp(), to);
    put_number(time.timestamp_subsec_nanos().into(), to);
}

fn time(from: &mut &[u8]) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = (signed(from)?, number(from)?);
    DateTime::from_timestamp(seconds, nanos.try_into().ok()?)
}

fn put_text(text: &str, to: &mut Vec<u8>) {
    let mut packed = Vec::with_capacity(text.len());
    pack(text, &mut packed);
    put_number(packed.len() as u64, to);
    to.append(&mut packed);
}

fn text(from: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(number(from)?).ok()?;
    let (packed, rest) = from.split_at_checked(length)?;
    *from = rest;
    unpack(packed)
}

fn put_optional<T>(value: Option<T>, put: impl Fn(T, &mut Vec<u8>), to: &mut Vec<u8>) {
    to.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put(value, to);
    }
}

fn optional<T>(from: &mut &[u8], read: impl Fn(&mut &[u8]) -> Option<T>) -> Result<Option<T>, Cut> {
    let (is_there, rest) = from.split_first().ok_or(Cut)?;
    *from = rest;
    if *is_there == 0 { Ok(None) } else { read(from).map(Some).ok_or(Cut) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_come_back() {
        for value in [0, 1, 127, 128, u64::MAX] {
            let mut bytes = Vec::new();
            put_number(value, &mut bytes);
            assert_eq!(number(&mut &*bytes), Some(value));
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            let mut bytes = Vec::new();
            put_signed(value, &mut bytes);
            assert_eq!(signed(&mut &*bytes), Some(value));
        }
        for value in ["2026-03-04T10:00:00.000001Z", "1911-10-10T23:59:59Z"] {
            let (value, mut bytes): (DateTime<Utc>, _) = (value.parse().unwrap(), Vec::new());
            put_time(value, &mut bytes);
            assert_eq!(time(&mut &*bytes), Some(value));
        }
    }

    #[test]
    fn what_is_cut_off_is_nothing() {
        let mut bytes = Vec::new();
        put_text("水利局", &mut bytes);
        assert_eq!(text(&mut &*bytes).as_deref(), Some("水利局"));
        for end in 0..bytes.len() {
            assert_eq!(text(&mut &bytes[..end]), None);
        }
    }
}
