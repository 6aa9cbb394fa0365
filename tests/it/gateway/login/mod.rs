//! `/login`

mod page;
mod provider;
