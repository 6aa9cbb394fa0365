//! When an access token has to be replaced.

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// So long before its end a token is refreshed, so that whoever gets it can use it.
const EARLY: TimeDelta = TimeDelta::seconds(60);
/// A token that lives but a short time is not refreshed before this part of its life is left.
const PART: i32 = 5;

/// What an access token is worth at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Good for a while; also where nobody knows how long.
    Good,
    /// Still good, but it is time for another one.
    Due,
    /// Over.
    Over,
}

/// What a token is worth `now` that came at `since` and lives until `expires_at`, if the provider said so.
pub fn standing(since: Timestamp, expires_at: Option<Timestamp>, now: Timestamp) -> Standing {
    let Some(expires_at) = expires_at else { return Standing::Good };
    let early = EARLY.min((expires_at - since) / PART);
    if now >= expires_at {
        Standing::Over
    } else if now >= expires_at - early {
        Standing::Due
    } else {
        Standing::Good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn it_is_replaced_a_minute_before_its_end_or_in_its_last_fifth() {
        let of_an_hour = |now| standing(at(0), Some(at(3600)), at(now));
        assert_eq!(of_an_hour(3539), Standing::Good);
        assert_eq!([3540, 3599].map(of_an_hour), [Standing::Due; 2]);
        assert_eq!([3600, 9999].map(of_an_hour), [Standing::Over; 2]);
        let of_a_minute = |now| standing(at(0), Some(at(60)), at(now));
        assert_eq!([0, 47, 48, 60].map(of_a_minute), [Standing::Good, Standing::Good, Standing::Due, Standing::Over]);
        assert_eq!(standing(at(0), None, at(1_000_000)), Standing::Good);
        assert_eq!(standing(at(5), Some(at(5)), at(5)), Standing::Over, "a life of nothing");
    }
}
