//! `/oauth2`

mod token;
mod url;
