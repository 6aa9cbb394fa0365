//! When an access token is due for a refresh.

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// A token is refreshed this long before it expires, so that its receiver has time to use it.
const REFRESH_BEFORE_EXPIRY: TimeDelta = TimeDelta::seconds(60);
/// A token with a lifetime of zero is refreshed after this long: providers send zero for tokens that do not expire.
const WITHOUT_LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// A token with a short lifetime is refreshed in the last fifth of it instead.
const LIFETIME_PARTS: i32 = 5;

/// Whether an access token can be handed out, at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFreshness {
    /// Valid, and not due for a refresh; also when the expiry is unknown.
    Fresh,
    /// Valid, but due for a refresh.
    RefreshDue,
    /// At or past its expiry.
    Expired,
}

/// The freshness at `now` of a token that was issued at `issued_at`. A token without `expires_at` is always fresh, and one whose
/// lifetime is zero never expires (the case `vault-expires-in-0`).
pub fn freshness(issued_at: Timestamp, expires_at: Option<Timestamp>, now: Timestamp) -> TokenFreshness {
    let Some(expires_at) = expires_at else { return TokenFreshness::Fresh };
    if expires_at <= issued_at {
        let is_due = now >= issued_at + WITHOUT_LIFETIME;
        return if is_due { TokenFreshness::RefreshDue } else { TokenFreshness::Fresh };
    }
    let early = REFRESH_BEFORE_EXPIRY.min((expires_at - issued_at) / LIFETIME_PARTS);
    if now >= expires_at {
        TokenFreshness::Expired
    } else if now >= expires_at - early {
        TokenFreshness::RefreshDue
    } else {
        TokenFreshness::Fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_refresh_is_due_one_minute_before_expiry_or_in_the_last_fifth_of_the_lifetime() {
        use TokenFreshness::{Expired, Fresh, RefreshDue};
        let one_hour = |now| freshness(at(0), Some(at(3600)), at(now));
        assert_eq!(one_hour(3539), Fresh);
        assert_eq!([3540, 3599].map(one_hour), [RefreshDue; 2]);
        assert_eq!([3600, 9999].map(one_hour), [Expired; 2]);
        let one_minute = |now| freshness(at(0), Some(at(60)), at(now));
        assert_eq!([0, 47, 48, 60].map(one_minute), [Fresh, Fresh, RefreshDue, Expired]);
        assert_eq!(freshness(at(0), None, at(1_000_000)), Fresh);
        let zero = |now| freshness(at(5), Some(at(5)), at(now));
        assert_eq!([5, 64].map(zero), [Fresh; 2], "a lifetime of zero");
        assert_eq!([65, 9999].map(zero), [RefreshDue; 2], "a lifetime of zero");
    }
}
