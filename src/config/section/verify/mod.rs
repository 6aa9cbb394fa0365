//! `[verify]`: sites behind a reverse proxy. The rules in order (`rules`), and which of them can never match (`shadowed`).

pub(crate) mod model;
pub(crate) mod raw;
pub(crate) mod rules;
mod shadowed;
mod validate;

pub(crate) use rules::{VerifyContext, access};
pub(crate) use validate::validate;
