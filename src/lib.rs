//! Clarion (澄訊) watches what media say about a city's services and supports same-day clarification.
//!
//! The flow, in the order of the modules: a source announces entries, their pages are fetched, reports are read out of
//! them, understood, stored, and shown. `ARCHITECTURE.md` is the map.

pub mod domain;

pub mod clock;
pub mod config;
pub mod dictionary;
pub mod lifecycle;
pub mod metrics;
pub mod telemetry;

pub mod sources;

pub mod fetch;

pub mod notify;

pub mod extract;

pub mod text;

pub mod classify;

pub mod claims;

pub mod check;

pub mod story;

pub mod pipeline;

pub mod workflow;

pub mod document;

pub mod convert;

pub mod store;

pub mod casefile;

pub mod auth;

pub mod workers;

pub mod wire;

pub mod web;

pub mod app;

pub mod demo;

pub mod cli;

pub mod train;

pub mod eval;
