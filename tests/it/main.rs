//! The integration tests, one binary.
#![cfg(test)]

mod accounts;
mod architecture;
mod check;
mod classify;
mod configuration;
mod console;
mod corrections;
mod dictionary;
mod extract_feeds;
mod extract_pages;
mod facts;
mod facts_console;
mod fetch_faults;
mod fetch_guard;
mod fetch_sites;
mod live;
mod operations;
mod process;
mod register;
mod robots;
mod store;
mod store_accounts;
mod stories;
mod support;
mod text;
mod workers;
