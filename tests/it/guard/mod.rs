//! The credentials and origins that each endpoint accepts.

mod credentials;
mod holes;
mod walk;
