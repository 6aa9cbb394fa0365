//! `/logout`: sign-out by the user, by an app, and on to the provider.

mod confirm;
mod end_session;
mod identity;
mod link;
mod old_hint;
mod post;
mod races;
mod to_provider;

/// Headers of requests that a page of another site causes, and one request that says nothing of its origin.
const OF_OTHER_SITES: [(&str, &str); 5] = [
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("x-nothing", "at all"),
];
