//! The tokens of a session: access, ID, refresh and logout tokens, the redemption of authorization codes, and the
//! status lists.

mod access;
mod allowed;
mod claims;
mod code;
mod content;
mod id_token;
mod id_token_hint;
mod inspect;
mod issue;
mod jwt;
mod logout_token;
mod refresh;
mod refresh_origin;
mod refresh_terms;
mod renew;
mod revoke;
mod rotation;
mod status_list;
mod status_lists;
mod store;
mod target;
mod token_size;

pub use crate::config::{ACCOUNT_SCOPE, BUILT_IN_CLIENT};
pub use access::{AccessClaims, AccessHeader, Audience, Subject, TokenInvalid, names_issuer, verify, verify_for_any};
pub use allowed::not_allowed;
pub use claims::{has_scope, released, released_at_userinfo, visible_groups};
pub use code::{CodeDefect, CodeRefused, Granted, PresentedCode, redeem, s256_challenge};
pub use content::Terms;
pub use id_token::{IdTokenError, IdTokenFor, id_token, oversize};
pub use id_token_hint::{IdTokenHint, verify_id_token_hint};
pub use inspect::inspect;
pub use issue::{
    AccessToken, BUILT_IN_SCOPE, is_issuer, issue, issue_for_account, issue_scoped, issue_to_client, resource,
    scope_at, token_size,
};
pub use logout_token::logout_token;
pub use refresh::RefreshToken;
pub use renew::{Presented, RenewalRefused, Renewed, renew};
pub use revoke::revoke;
pub use status_list::{StatusClaim, StatusReference};
pub use status_lists::{NoStatusList, StatusListToken, StatusLists};
#[cfg(feature = "dev")]
pub use store::{RedeemAsk, Redeemed, Redemptions, RotateAsk, Rotations, hot_statements};
pub use token_size::TokenSize;
