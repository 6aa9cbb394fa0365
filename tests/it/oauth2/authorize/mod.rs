//! `GET, POST /oauth2/authorize` and the consent page.

mod consent;
mod form_post;
mod id_token_hint;
mod login;
mod model;
mod prompt;
mod request;
mod required;
mod ways_on;
