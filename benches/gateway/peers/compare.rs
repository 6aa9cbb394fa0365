//! Measures the same request at the gateway and at a peer.

use std::net::SocketAddr;
use std::time::Duration;

use super::envoy::Envoy;
use super::oauth2_proxy::OAuth2Proxy;
use super::oidc_provider::OidcProvider;
use crate::load::{self, Callers, Measure};
use crate::measure::STRETCH;
use crate::options::Options;
use crate::scenarios::{self, Chains, TokenEndpoint};
use crate::stage::Stage;

/// One side of a comparison. `prepare` runs before each interval.
pub struct Side<'s> {
    pub address: SocketAddr,
    pub callers: Callers,
    pub prepare: Option<Box<dyn FnMut(usize) + 's>>,
}

/// Prints a table with a line for each request that a peer has too.
pub fn compare(stage: &Stage, options: &Options) -> Result<(), String> {
    println!("| request | ours, req/s | peer | peer, req/s | ratio |");
    println!("|---|--:|---|--:|--:|");
    if options.wants("oidc-provider") {
        match OidcProvider::start() {
            Ok(peer) => with_oidc_provider(stage, &peer, options)?,
            Err(why) => println!("\nnpm oidc-provider is not measured: {why}\n"),
        }
    }
    if options.wants("oauth2-proxy") {
        match OAuth2Proxy::start(&stage.provider.issuer) {
            Ok(peer) => with_oauth2_proxy(stage, &peer, options)?,
            Err(why) => println!("\noauth2-proxy is not measured: {why}\n"),
        }
    }
    if options.wants("envoy") {
        match Envoy::start(stage.gateway.public) {
            Ok(peer) => with_envoy(stage, &peer, options)?,
            Err(why) => println!("\nEnvoy is not measured: {why}\n"),
        }
    }
    Ok(())
}

fn with_oidc_provider(stage: &Stage, peer: &OidcProvider, options: &Options) -> Result<(), String> {
    let (public, connections) = (stage.gateway.public, options.connections);
    let discovery = "/.well-known/openid-configuration";
    for (name, ours, theirs) in [("JWKS", "/.well-known/jwks.json", "/jwks"), ("discovery", discovery, discovery)] {
        let fixed = |address, path: &str| Side {
            address,
            callers: scenarios::fixed(std::iter::repeat_n(load::get(path, ""), connections)),
            prepare: None,
        };
        line(name, "npm oidc-provider", [fixed(public, ours), fixed(peer.address, theirs)], options)?;
    }
    let endpoint = TokenEndpoint { path: "/token", parameters: "client_id=bench&" };
    let mut tokens = peer.refresh_tokens.iter().cloned();
    let each = peer.refresh_tokens.len() / connections;
    let chains = |_| Chains::of_tokens(tokens.by_ref().take(each).collect(), endpoint);
    let theirs = Side { address: peer.address, callers: (0..connections).map(chains).collect(), prepare: None };
    let callers = scenarios::refresh(stage, connections).callers;
    let ours = Side { address: public, callers, prepare: None };
    line("refresh, rotating, ES256", "npm oidc-provider", [ours, theirs], options)
}

fn with_oauth2_proxy(stage: &Stage, peer: &OAuth2Proxy, options: &Options) -> Result<(), String> {
    let (public, connections) = (stage.gateway.public, options.connections);
    let mut sides = Vec::new();
    for (address, begin, callback, status) in
        [(public, "/login/op", "/callback/op", 303), (peer.address, "/oauth2/start?rd=/", "/oauth2/callback", 302)]
    {
        let (callers, mut begin) = scenarios::callbacks(address, begin, callback, status, connections);
        sides.push(Side { address, callers, prepare: Some(Box::new(move |_| begin())) });
    }
    let [ours, theirs] = sides.try_into().map_err(|_| "two sides")?;
    line("complete a login; the peer stores nothing", "oauth2-proxy, session in the cookie", [ours, theirs], options)
}

/// The same access tokens at both. The gateway also knows which sessions are live and who the person is.
fn with_envoy(stage: &Stage, peer: &Envoy, options: &Options) -> Result<(), String> {
    let side = |address, path: &str| {
        let callers = scenarios::fixed(scenarios::bearers(stage, path, options.connections).into_iter());
        Side { address, callers, prepare: None }
    };
    let sides = [side(stage.gateway.public, "/verify"), side(peer.address, "/")];
    line("a signed-in request, by a token seen before", "Envoy jwt_authn", sides, options)
}

/// Measures both sides alternately; the first interval is a warm-up.
fn line(name: &str, peer: &str, mut sides: [Side<'_>; 2], options: &Options) -> Result<(), String> {
    let mut measures = [Measure::default(), Measure::default()];
    for number in 0..=options.intervals() {
        for (side, total) in sides.iter_mut().zip(&mut measures) {
            if let Some(prepare) = &mut side.prepare {
                prepare(number);
            }
            let time = if side.prepare.is_some() { Duration::from_secs(60) } else { STRETCH };
            let (callers, measure) = load::run(side.address, std::mem::take(&mut side.callers), time)?;
            side.callers = callers;
            if number > 0 {
                total.add(measure);
            }
        }
    }
    let [ours, theirs] = measures.each_ref().map(Measure::rate);
    println!("| {name} | {ours:.0} | {peer} | {theirs:.0} | **{:.1}** |", ours / theirs);
    Ok(())
}
