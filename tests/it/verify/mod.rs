//! `/verify`: whether a request to a site behind a reverse proxy may pass.

mod bad_input;
mod bearer;
mod cache;
mod headers;
mod login;
mod outage;
mod resource;
mod rules;
mod step_up;
mod support;
