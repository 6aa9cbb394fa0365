//! The same flows with few and with two million sessions, and the query plans for the large table.

mod compare;
mod flows;
mod plans;

pub use compare::compare;
