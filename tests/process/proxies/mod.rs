//! Sites behind reverse proxies, with the configurations of `docs/proxies`.

mod apache;
mod caddy;
mod checks;
mod client;
pub mod deployment;
mod envoy;
mod haproxy;
pub mod headers;
mod hostile;
mod kubernetes;
pub mod nginx;
pub mod program;
mod settings;
mod traefik;
pub mod tunnel;
