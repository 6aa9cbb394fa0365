//! Writing an answer: JSON, pages, redirects, documents with an entity tag, and refusals.

pub mod challenge;
pub mod conditional;
pub mod confirm_identity;
pub mod cookies_conflict;
mod from_errors;
pub mod negotiate;
pub mod pages;
pub mod problem;
pub mod refusals;
pub mod remove_identity;
