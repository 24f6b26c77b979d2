//! Decides the steps of casework: who may take a case where, when something is due, what a draft may say, whether a text may
//! go out, and whether an outlet put things right. It decides on what it is given and touches nothing: no clock, no
//! database, no channel.

pub mod alarm;
pub mod casework;
pub mod corrections;
pub mod deadline;
pub mod digest;
pub mod draft;
pub mod faq;
pub mod gate;
pub mod notice;
pub mod rewrite;
pub mod roster;
pub mod statistics;
pub mod urgency;
