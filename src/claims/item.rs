//! One thing in a text that can be compared with what another text says.

use super::{Agent, Site};
use crate::{
    domain::{Field, NamedBody, Span},
    text::{Moment, Quantity},
};

/// What a figure is counted by: 每月 300 元 is not 每年 300 元.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Per {
    /// 每時.
    Hour,
    /// 每半小時, 每30分鐘.
    HalfHour,
    /// 每日.
    Day,
    /// 每週.
    Week,
    /// 每月.
    Month,
    /// 每季.
    Quarter,
    /// 每學期.
    Term,
    /// 每年.
    Year,
    /// 每2年.
    TwoYears,
    /// 每人, 每名.
    Person,
    /// 每戶.
    Household,
    /// 每次, 每趟.
    Time,
    /// 每餐.
    Meal,
    /// 每公斤.
    Kilogram,
    /// 每台斤.
    Catty,
    /// 每件, 每份 and the like.
    Piece,
}

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// An amount.
    Figure(Quantity, Option<Per>),
    /// A day, a time of day, a period.
    Time(Moment),
    /// A body in charge.
    Agency(NamedBody),
    /// A body that is in no list of agencies.
    Agent(Agent),
    /// A place.
    Place(NamedBody),
    /// A place that is in no gazetteer.
    Site(Site),
    /// Days of the week, Monday the lowest bit: 每週二、四.
    Weekdays(u8),
    /// A pole of an opposition: its index and the pole's, turned around by a negator or not.
    State(u8, u8, bool),
}

/// Something that can be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// What is said.
    pub value: Value,
    /// Where it is written.
    pub field: Field,
    /// The bytes of the canonical copy.
    pub span: Span,
    /// The clause it stands in, by its place in the sheet.
    pub clause: usize,
    /// How it is said.
    pub(super) marks: u8,
}

/// How an item is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It was so and is no longer: 由5.6億元修正為6.9億元.
    Former = 1,
    /// A name that only says who speaks, or the day of speaking: 水利局今（8）日表示.
    Speaker = 2,
    /// A body that does, owns, pays for or caused something: 由工務局負責.
    Charge = 4,
    /// A figure that says by how much something changed: 多收50元, 減少42%.
    Delta = 8,
    /// A body or place that is said not to be the one: 非市府權責, 不歸水利局管.
    Negated = 16,
    /// A day that comes again: 每月一日.
    Every = 32,
    /// A state that is planned or weighed: 擬納入收費, 研議取消.
    Planned = 64,
    /// A state of now: 現有車格未收費, 目前暫停.
    Present = 128,
}

impl Item {
    /// Something said plainly.
    #[must_use]
    pub fn new(value: Value, field: Field, span: Span, clause: usize) -> Self {
        Self { value, field, span, clause, marks: 0 }
    }

    /// Whether it is said so.
    #[must_use]
    pub fn is(&self, mark: Mark) -> bool {
        self.marks & mark as u8 != 0
    }

    pub(super) fn mark(&mut self, mark: Mark, yes: bool) {
        if yes {
            self.marks |= mark as u8;
        }
    }
}
