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
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError, QueryResult};
use crate::base::id::{SubId, UserId};
use crate::upstream::{Provider, Registry};

/// The identities of one step of the walk.
const STEP: i64 = 500;
/// The most refreshes at the same time.
const MAX_IN_FLIGHT: usize = 8;

/// The result of one step of the walk.
pub struct WalkStep {
    /// The identities with a session whose refresh token the provider refused.
    pub refused: Vec<(UserId, SubId)>,
    /// The identities whose tokens are due.
    pub due: DueTokens,
    /// The position of the next step; `None` at the end of the walk.
    pub next: Option<Uuid>,
}

/// Identities whose tokens are due to be refreshed if they were written before a time.
pub struct DueTokens(Vec<(Provider, SubId, Timestamp)>);

impl Vault {
    /// Reads one range of ids.
    pub async fn walk_step(&self, providers: &Registry, after: Uuid) -> Result<WalkStep, DbError> {
        let now = self.clock().now();
        let walk = self.db().run("walk provider tokens", move |conn| store::walk(conn, after, STEP, now)).await?;
        let next = walk.last().map(|last| last.sub_id.0).filter(|_| i64::try_from(walk.len()).ok() == Some(STEP));
        let checked = |walked: &&Walked| walked.has_session && recheck_of(providers, walked).is_some();
        let refused = walk.iter().filter(checked).filter(|walked| walked.is_refused);
        let refused = refused.map(|walked| (walked.user_id, walked.sub_id)).collect();
        let due = walk.iter().filter(checked).filter(|walked| !walked.is_refused).filter_map(|walked| {
            let (provider, every) = recheck_of(providers, walked)?;
            let before = now - every;
            (walked.updated_at <= before).then(|| (provider.clone(), walked.sub_id, before))
        });
        Ok(WalkStep { refused, due: DueTokens(due.collect()), next })
    }

    /// Refreshes the tokens that are due. For a provider that gives no usable answer the recheck pauses.
    pub async fn refresh_due(&self, due: DueTokens) {
        let mut asked = JoinSet::new();
        for (provider, sub_id, before) in due.0 {
            if self.recheck_pauses().is_paused(provider.id(), self.clock().now()) {
                continue;
            }
            if asked.len() >= MAX_IN_FLIGHT {
                asked.join_next().await;
            }
            let vault = self.clone();
            let refresh = async move { vault.refresh_older(&provider, sub_id, before).await };
            // In tasks of their own: if this job is stopped, the answers of the provider must still be stored.
            asked.spawn(tokio::spawn(refresh.in_current_span()));
        }
        asked.join_all().await;
    }

    /// Whether the provider still refuses the tokens of an identity: the user may have logged in since the walk.
    pub fn is_refused(conn: &mut Conn, identity: SubId) -> QueryResult<bool> {
        store::is_refused(conn, identity)
    }
}

/// The provider of an identity and its interval, if it is rechecked.
fn recheck_of<'r>(providers: &'r Registry, walked: &Walked) -> Option<(&'r Provider, TimeDelta)> {
    let provider = providers.get(&walked.provider).filter(|provider| provider.registration().store_tokens)?;
    let every = provider.registration().recheck?;
    Some((provider, TimeDelta::from_std(every).ok()?))
}
