//! Asking an OAuth 1.0a provider for temporary credentials.

use super::ask::Asker;
use super::finding::{Check, Finding};
use crate::base::clock::Clock;
use crate::base::outbound::Outbound;
use crate::config;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::line::Line;
use crate::upstream::oauth1::{OAuth1, callback_confirmed};

/// RFC 5849 §2.1: a request token is asked for, which takes the right secret, the right time and the right callback.
pub async fn probe(config: config::OAuth1, callback: &str, outbound: Outbound, clock: &Clock) -> (Asker, Vec<Finding>) {
    let line = Line::new(&config.registration, [&config.request_token_endpoint], outbound.clone());
    let asker = Asker::new(line, clock.clone());
    let endpoint = config.request_token_endpoint.clone();
    let finding = match ask(&OAuth1::new(config, outbound), callback, &asker).await {
        Ok(true) => Finding::good(Check::Client, "our signature and the callback are taken"),
        Ok(false) => Finding::failed(Check::Client, "the provider does not confirm the callback: it is no OAuth 1.0a"),
        Err(failure) if failure.fault == Fault::Refused => Finding::failed(Check::Client, failure.reason),
        Err(failure) => Finding::failed(Check::Reachable, format!("{endpoint}: {}", failure.reason)),
    };
    (asker, vec![finding])
}

/// Asks for temporary credentials that no login uses. `true` where the provider confirms the callback.
async fn ask(oauth1: &OAuth1, callback: &str, asker: &Asker) -> Result<bool, Failure> {
    let answer = asker.send(oauth1.temporary_credentials_request(callback, asker.now())?).await;
    let answer = answer.map_err(|why| Failure::token(Fault::Unavailable, format!("the provider: {why}")))?;
    callback_confirmed(&answer)
}
