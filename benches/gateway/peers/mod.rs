//! Other implementations on the same machine, alternately with the gateway, with ES256 on both sides.

mod compare;
mod envoy;
mod oauth2_proxy;
mod oidc_provider;

pub use compare::compare;
