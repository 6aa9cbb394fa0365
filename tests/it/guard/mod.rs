//! Which credentials and which origins open which endpoint.

mod account_scope;
mod credentials;
mod holes;
mod walk;
