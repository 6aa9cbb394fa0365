//! `/identities`: linked identities and their provider tokens.

mod delete;
mod post;
mod removal;
mod stored_tokens;
mod token;
mod token_owner;
