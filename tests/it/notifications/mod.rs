//! Logout tokens that the gateway sends to apps.

mod concurrency;
mod retries;
mod sent;
