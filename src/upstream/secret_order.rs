//! The order of two configured client secrets: the secret that worked last is sent first.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// The client secret that a request uses. While a secret is replaced, the provider may accept only one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The `client_secret` of the configuration, which is tried first.
    Current,
    /// The `client_secret_previous` of the configuration, which is tried after the provider rejected the client.
    Previous,
}

impl Secret {
    /// The key of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "client_secret",
            Self::Previous => "client_secret_previous",
        }
    }
}

/// How long the secret that worked is sent first.
const PREFERRED_FOR: TimeDelta = TimeDelta::minutes(10);

/// Remembers since when the previous secret is sent first.
#[derive(Default)]
pub struct SecretOrder(Mutex<Option<Timestamp>>);

impl SecretOrder {
    /// The secrets in the order in which they are sent.
    pub fn order(&self, now: Timestamp) -> [Secret; 2] {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_preferred = since.is_some_and(|since| (TimeDelta::zero()..PREFERRED_FOR).contains(&(now - since)));
        if is_preferred { [Secret::Previous, Secret::Current] } else { [Secret::Current, Secret::Previous] }
    }

    /// Sends this secret first from now on: the provider accepted it, and rejected the other one.
    pub fn prefer(&self, secret: Secret, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (secret == Secret::Previous).then_some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_that_worked_is_sent_first_for_ten_minutes() {
        let (order, start) = (SecretOrder::default(), Timestamp::UNIX_EPOCH);
        let first = |minutes| order.order(start + TimeDelta::minutes(minutes))[0];
        assert_eq!(first(0), Secret::Current);
        order.prefer(Secret::Previous, start);
        assert_eq!([first(0), first(9), first(10)], [Secret::Previous, Secret::Previous, Secret::Current]);
        assert_eq!(first(-1), Secret::Current, "a clock that was set back");
        order.prefer(Secret::Current, start);
        assert_eq!(first(0), Secret::Current);
    }
}
