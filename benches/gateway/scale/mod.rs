//! Whether it stays as fast with very many sessions: the same flows before and after a million of them came, and the
//! plans that PostgreSQL makes then.

mod compare;
mod flows;
mod plans;

pub use compare::compare;
