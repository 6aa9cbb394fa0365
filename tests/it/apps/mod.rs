//! What apps of other people send, and what they need: the situations of public reports, one test for each, and a table for
//! each kind.

mod claims;
mod own_tokens;
mod refusals;
mod server_logout;
