//! Provider tokens: sealed at rest, refreshed when due, and revoked at the provider when no session needs them.
//!
//! ```text
//! login or link    ── save ──────────► provider_tokens   (sealed, one row for each identity)
//! GET /identities/{provider}/token     ┐
//! POST /oauth2/token (token exchange)  ┴─ get ── fresh ────────────► access token
//!                                          └── due or expired ── refresh ─► provider, then provider_tokens
//! logout, unlink, disable ──────────► provider_revocations ── revoke ─► provider (RFC 7009)
//! ```
//!
//! `token_set` is what is sealed, `freshness` decides when a refresh is due. docs/provider-tokens.md has the details.

mod freshness;
mod get;
mod recheck;
mod recheck_pause;
mod refresh;
mod revoke;
mod save;
mod store;
mod stored;
mod token_set;

pub use get::Vault;
pub use save::{NewTokens, save, save_over};
pub use store::{PreviousTokens, TokenOwner, remove_tokens_of_former_issuer, revoke_all, revoke_one};
#[cfg(feature = "dev")]
pub use store::{hot_statements, rare_statements};
pub use stored::{ProviderAccessToken, ProviderTokenError};
