//! `/callback/{provider}`: the response of the provider, and the user and the session that follow from it.

mod allow;
mod by_email;
mod claims;
mod concurrent;
mod get;
mod post;
mod provider_errors;
mod provider_responses;
mod users;
mod ways_on;
