//! Which credentials and which origins open which endpoint.

mod credentials;
mod holes;
mod walk;
