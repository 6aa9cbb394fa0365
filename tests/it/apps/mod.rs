//! Requests and needs of third-party apps: the situations of public reports, one test for each, and a table for
//! each kind.

mod addresses;
mod allow;
mod claims;
mod java_and_go;
mod labels;
mod own_tokens;
mod refusals;
mod server_logout;
mod step_up;
mod tabs;
mod verifiers;
