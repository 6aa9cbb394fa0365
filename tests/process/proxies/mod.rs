//! Sites behind reverse proxies, with the configurations of `docs/proxies`.

mod apache;
mod caddy;
mod checks;
mod client;
mod deployment;
mod envoy;
mod haproxy;
mod headers;
mod hostile;
mod kubernetes;
mod nginx;
mod program;
mod settings;
mod traefik;
mod tunnel;
