//! `/sessions`: a user's sessions, their limits and their ends.

mod delete;
mod end_where;
mod get;
mod limits;
pub mod races;
