//! Writing an answer: JSON, pages, redirects, documents with an entity tag, and refusals.

pub mod app_goal;
pub mod app_refusal;
pub mod assets;
pub mod challenge;
pub mod conditional;
pub mod confirm_identity;
pub mod consent;
pub mod cookies_conflict;
pub mod explained;
mod from_errors;
pub mod goes_on;
pub mod kept_reference;
pub mod language;
pub mod negotiate;
pub mod page;
pub mod pages;
pub mod problem;
pub mod problem_body;
mod problem_page;
pub mod refusals;
pub mod remove_identity;
mod render;
pub mod signed_out_of;
pub mod to_app;
pub mod token_response;
pub mod viewer;
mod ways;
