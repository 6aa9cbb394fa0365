//! The gateway over HTTP, as browsers, frontends and strangers meet it. Laid out like its addresses.

mod accounts;
mod at_once;
mod callback;
mod clock;
mod conversation;
mod cors;
mod database;
mod described;
mod form_post;
mod hostile;
mod jwks;
mod limits;
mod login;
mod logout;
mod oauth2;
mod ops;
mod pages;
mod pretend;
mod providers;
mod public_url;
mod replicas;
mod round_trips;
mod session;
mod session_token;
mod tls;
