//! `[clients.<id>]`: what may be written, what it means, and what can be wrong with it.

pub(crate) mod choice;
mod credentials;
pub(crate) mod model;
pub(crate) mod raw;
pub(crate) mod rules;
mod uris;
