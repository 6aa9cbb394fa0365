//! `/logout`: sign-out by the user, by an app, and on to the provider.

mod confirm;
mod end_session;
mod identity;
mod link;
mod old_hint;
mod post;
mod races;
mod to_provider;
