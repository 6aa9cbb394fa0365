//! Logins at emulations of providers, each written from public documentation: GitHub (OAuth 2.0), a provider of OAuth 1.0a
//! that an independent client verifies, Apple, Microsoft Entra and Keycloak.

mod apple;
mod cause_and_cure;
mod documented;
mod entra;
mod github;
mod hanging;
pub mod keycloak;
mod keycloak_words;
mod log;
mod oauth1;
mod oauth2;
mod oauth2_error_object;
mod peer;
mod photos;
mod pushed;
mod signing_key;
mod site;
mod stored_tokens;
