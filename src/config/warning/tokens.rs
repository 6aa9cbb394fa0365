//! Warnings about the algorithm of access tokens, which services have to accept, and about the time for which a stolen
//! access token is valid.

use std::time::Duration;

use super::collect::Warner;
use crate::config::configuration::Config;
use crate::config::value::algorithm::Algorithm;

/// Services that verify access tokens themselves accept one until its `exp`.
const MAX_ACCESS_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    let own = config.clients.iter().filter_map(|client| Some((client.id.as_str(), client.tokens.access_lifetime?)));
    let own = own.map(|(id, lifetime)| (format!("clients.{id}.access_lifetime"), lifetime));
    let all = [("tokens.access_lifetime".to_owned(), config.tokens.access_lifetime)].into_iter().chain(own);
    for (key, _) in all.filter(|(_, lifetime)| *lifetime > MAX_ACCESS_LIFETIME) {
        let what = "is longer than a day: a service that does not read the status list accepts a stolen token for that \
                    time";
        warner.warn(&key, what, "write at most \"1d\"; sessions and refresh tokens may last longer");
    }
    if config.signing.algorithms.first() == Some(&Algorithm::EdDsa) {
        let what = "begins with \"EdDSA\", so access tokens and status lists are signed with it; many services verify RS256 \
                    or ES256 only";
        let remedy = "write \"ES256\" or \"RS256\" first; clients whose services verify EdDSA can have \
                      access_token_alg = \"EdDSA\"";
        warner.warn("signing.algorithms", what, remedy);
    }
}
