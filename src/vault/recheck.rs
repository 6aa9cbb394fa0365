//! `providers.<id>.recheck`: refreshes the tokens of identities with a session, to learn whether the provider still admits them.
//!
//! Each replica walks over the stored tokens, a range of ids at a time. The lease of a refresh makes sure that one replica at a time
//! asks the provider. A refused refresh token is marked in the row, unless its successor may have been lost here; the walk finds
//! the mark, and its caller ends the sessions.

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tracing::Instrument;
use uuid::Uuid;

use super::get::Vault;
use super::store::{self, Walked};
use crate::base::db::DbError;
use crate::base::id::{SubId, UserId};
use crate::upstream::{Provider, Registry};

/// The identities of one step of the walk.
const STEP: i64 = 500;
/// The most refreshes at the same time.
const MAX_IN_FLIGHT: usize = 8;

/// What one step of the walk found.
pub struct Refusals {
    /// The identities with a session whose refresh token the provider refused.
    pub refused: Vec<(UserId, SubId)>,
    /// Where the next step begins; `None` at the end of the walk.
    pub next: Option<Uuid>,
}

impl Vault {
    /// Refreshes the tokens that are due in one range of ids, and returns the identities whose sessions must end.
    pub async fn recheck(&self, providers: &Registry, after: Uuid) -> Result<Refusals, DbError> {
        let now = self.clock().now();
        let walk = self.db().run("walk provider tokens", move |conn| store::walk(conn, after, STEP, now)).await?;
        let next = walk.last().map(|last| last.sub_id.0).filter(|_| i64::try_from(walk.len()).ok() == Some(STEP));
        let checked = |walked: &&Walked| walked.has_session && recheck_of(providers, walked).is_some();
        let refused = walk.iter().filter(checked).filter(|walked| walked.is_refused);
        let refused = refused.map(|walked| (walked.user_id, walked.sub_id)).collect();
        let due = walk.iter().filter(checked).filter(|walked| !walked.is_refused).filter_map(|walked| {
            let (provider, every) = recheck_of(providers, walked)?;
            let before = now - every;
            (walked.updated_at <= before).then_some((provider, walked.sub_id, before))
        });
        let due: Vec<_> = due.collect();
        for some in due.chunks(MAX_IN_FLIGHT) {
            let mut asked = JoinSet::new();
            for (provider, sub_id, before) in some {
                let (vault, provider, sub_id, before) = (self.clone(), (*provider).clone(), *sub_id, *before);
                // In tasks of their own: if this job is stopped, the answers of the provider must still be stored.
                let refresh = async move { vault.refresh_older(&provider, sub_id, before).await };
                asked.spawn(tokio::spawn(refresh.in_current_span()));
            }
            asked.join_all().await;
        }
        Ok(Refusals { refused, next })
    }
}

/// The provider of an identity and its interval, if it is rechecked.
fn recheck_of<'r>(providers: &'r Registry, walked: &Walked) -> Option<(&'r Provider, TimeDelta)> {
    let provider = providers.get(&walked.provider).filter(|provider| provider.registration().store_tokens)?;
    let every = provider.registration().recheck?;
    Some((provider, TimeDelta::from_std(every).ok()?))
}
