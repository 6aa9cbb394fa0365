//! Routes a request to its handler: the table of routes, the guard, CORS, limits of size, the log line.

pub mod admin_routes;
pub mod bounds;
pub mod cors;
pub mod guard;
pub mod observe;
pub mod route;
pub mod routes;
mod spelling;
