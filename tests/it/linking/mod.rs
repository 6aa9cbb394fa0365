//! Who may enter, by what people are known here, and what their tokens say of them.

mod by_email;
mod explain;
mod kept;
mod link;
mod linter;
mod page;
pub mod person;
mod rules;
mod tokens;
mod unlink;
