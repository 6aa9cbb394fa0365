//! Warnings about requests that show a mistake in the configuration or the proxy: once an hour each.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use actix_web::HttpRequest;

use super::question::Question;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::verify::Unknown;

/// The number of keys for hosts, which a client may have chosen.
const HOST_BUCKETS: u64 = 256;

/// A client does not know it, so it cannot choose a host that is counted with another one.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Says once an hour for each header what the proxy has to send.
pub fn warn_of_unknown(app: &App, request: &HttpRequest, question: &Question<'_>, unknown: Unknown, now: Timestamp) {
    let (header, peer) = (unknown.header(), request.peer_addr().map(|peer| peer.ip().to_canonical()));
    let peer = peer.map(tracing::field::display);
    let key = if question.is_trusted { header } else { "untrusted" };
    if !app.verify_warnings.is_due(key, now) {
        return;
    }
    if question.is_trusted {
        tracing::warn!(
            peer,
            header,
            "a request at /verify is denied, since the rules need {header}: let the proxy send it, for one site only"
        );
    } else {
        tracing::warn!(
            peer,
            header,
            "a request at /verify is denied, since {header} counts from a trusted proxy only: write the address of the proxy in \
             server.trusted_proxies"
        );
    }
}

/// Says that no rule names a port.
pub fn warn_of_port(app: &App, port: u16, now: Timestamp) {
    if app.verify_warnings.is_due("port", now) {
        tracing::warn!(
            port,
            "a request at /verify is denied, since no rule names the port of its host: write the hosts with that port in \
             verify.rules if it is one of yours, or let the proxy report the host without the port that the client wrote"
        );
    }
}

/// Says that `login.return_to` does not name a site.
pub fn warn_of_return_to(app: &App, entry: &str, now: Timestamp) {
    let bucket = HASHER.hash_one(entry) % HOST_BUCKETS;
    if app.verify_warnings.is_due(&format!("return_to {bucket}"), now) {
        tracing::warn!(
            entry,
            "a login for a site cannot return to it: if it is one of yours, write {entry} in login.return_to"
        );
    }
}
