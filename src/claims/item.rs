//! One thing in a text that can be compared with what another text says.

use crate::{
    domain::{Field, NamedBody, Span},
    text::{Moment, Quantity},
};

/// What a figure is counted by: 每月 300 元 is not 每年 300 元.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Per {
    /// 每時, 每半小時.
    Hour,
    /// 每日.
    Day,
    /// 每週.
    Week,
    /// 每月.
    Month,
    /// 每季.
    Quarter,
    /// 每年.
    Year,
    /// 每人, 每名.
    Person,
    /// 每戶.
    Household,
    /// 每次, 每趟.
    Time,
    /// 每餐.
    Meal,
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
    /// A place.
    Place(NamedBody),
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
    /// It was so and is no longer: 由5.6億元修正為6.9億元.
    pub former: bool,
    /// A name that only says who speaks: 水利局表示.
    pub speaker: bool,
}
