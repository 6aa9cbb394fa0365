//! The pages: their templates, their texts, and what templates get to render.
//!
//! ```text
//! context of a page ──┐
//! frame ──────────────┴─► template (minijinja) ─► HTML
//!                            │ t("id", name = value)   ─► message of the language (Fluent), as HTML
//!                            │ plain("id", …)          ─► the same as text, for titles and attributes
//!                            │ time | time             ─► date and time of the language (ICU4X)
//!                            └ time | ago(now)         ─► "3 hours ago", with the date and time as the title
//! ```
//!
//! The built-in templates and messages are compiled into the binary. A template contains no text: each text is a message, so a
//! page exists in every language. Everything that a template prints is escaped, except the results of `t` and `plain`, whose
//! arguments are escaped.

mod arguments;
mod brand;
mod builtin;
mod catalog;
mod catalogs;
mod check;
mod context;
mod engine;
mod files;
mod frame;
mod functions;
mod icons;
mod language;
mod marks;
mod markup;
mod numbers;
mod relative;
mod renderer;
mod sample;
mod sample_choices;
mod samples;
mod samples_of_account;
mod search;
mod source_files;
mod texts;
mod times;

pub use check::check;
pub use context::account::{
    Account, AppInUse, Claim, ClaimValue, ConfirmEnd, ConsentGiven, Device, DeviceName, Done, EndQuestion,
    LinkedIdentity, ListPages, PastSignIn,
};
pub use context::choose_provider::{Choice, ChooseProvider, EmailForm, Link, Search};
pub use context::confirm_identity::ConfirmIdentity;
pub use context::consent::{Consent, Grant, Unregistered};
pub use context::cookies_conflict::CookiesConflict;
pub use context::delete_account::{AccountDeleted, DeleteAccount};
pub use context::form_post::{FormPost, Parameter};
pub use context::identities::{IdentityRemoved, RemoveIdentity};
pub use context::page::Page;
pub use context::problem::{Back, Problem, Tried, Way, WayText, Ways};
pub use context::redirects::{AnotherAccount, Continue};
pub use context::signing_out::{SignOut, SignedOut, SignedOutOf};
pub use context::time::Time;
#[cfg(test)]
pub use frame::BrandView;
pub use frame::Frame;
pub use language::Language;
pub use renderer::Pages;
pub use search::{MAX_QUERY, SearchWords};
