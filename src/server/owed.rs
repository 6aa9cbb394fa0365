//! The bytes or reads that a connection expects from its client, and the time limit for them.

use std::time::Duration;

use tokio::time::Instant;

use super::activity::Activity;
use super::cause::Cause;
use super::framing::Phase;
use super::timeouts::{Flow, Timeouts};

/// The longest that a handler may work on a request. Every call of a handler has a limit of its own; this one keeps a
/// connection from waiting for ever, whatever the cause.
const MAX_WORK: Duration = Duration::from_secs(120);

/// The next action that is expected from the client.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owed {
    /// The first byte of a request.
    Request { until: Instant, is_first: bool },
    /// The rest of a head; the time is known once we wait for it.
    Head(Option<Instant>),
    /// The rest of a body.
    Body(Option<Flow>),
    /// Nothing: we work on the request, until this instant at the latest.
    Nothing { until: Instant },
    /// The rest of a body that nothing reads.
    Drain(Instant),
}

impl Owed {
    /// The first request of a connection.
    pub(super) fn first(timeouts: &Timeouts) -> Self {
        Self::Request { until: Instant::now() + timeouts.head, is_first: true }
    }

    /// A further request, for which the client has `idle`.
    pub(super) fn next(idle: Duration) -> Self {
        Self::Request { until: Instant::now() + idle, is_first: false }
    }

    /// Nothing: the gateway works on the request.
    pub(super) fn nothing() -> Self {
        Self::Nothing { until: Instant::now() + MAX_WORK }
    }

    /// The expected action in this phase of the request, after `data` bytes of body data arrived. A body that nothing
    /// reads is owed until its end.
    pub(super) fn after(self, phase: Phase, data: u64) -> Self {
        match (phase, self) {
            (Phase::Start | Phase::Invalid(_), owed) | (_, owed @ Self::Drain(_)) => owed,
            (Phase::Head, Self::Request { until, is_first: true }) => Self::Head(Some(until)),
            (Phase::Head, Self::Head(until)) => Self::Head(until),
            (Phase::Head, _) => Self::Head(None),
            (Phase::Body, Self::Body(Some(mut flow))) => {
                flow.advance(data, Instant::now());
                Self::Body(Some(flow))
            }
            (Phase::Body, _) => Self::Body(None),
            (Phase::Complete, _) => Self::nothing(),
        }
    }

    /// Starts the clock, which runs from when the gateway begins to wait for the client.
    pub(super) fn wait(&mut self, timeouts: &Timeouts) {
        match self {
            Self::Head(until @ None) => *until = Some(Instant::now() + timeouts.head),
            Self::Body(flow @ None) => *flow = Some(Flow::start(Instant::now())),
            _ => {}
        }
    }

    /// The time by which the client has to deliver. A slow reader of a long answer (`is_blocked`) is judged by its
    /// flow.
    pub(super) fn deadline(&self, timeouts: &Timeouts, is_blocked: bool) -> Option<Instant> {
        match self {
            Self::Request { until, .. } | Self::Drain(until) => Some(*until),
            Self::Head(until) => *until,
            Self::Body(flow) => flow.map(|flow| flow.deadline(timeouts)),
            Self::Nothing { until } => (!is_blocked).then_some(*until),
        }
    }

    /// The event that the connection waits for. `is_blocked`: whether the client does not take an answer.
    pub(super) fn activity(&self, is_blocked: bool) -> Activity {
        match self {
            Self::Request { .. } => Activity::Idle,
            Self::Nothing { .. } if !is_blocked => Activity::Working,
            _ => Activity::Waiting,
        }
    }

    /// The action that was not done in time.
    pub(super) fn overdue(&self) -> Cause {
        match self {
            Self::Request { .. } => Cause::Idle,
            Self::Head(_) => Cause::SlowHead,
            Self::Body(_) => Cause::SlowBody,
            Self::Drain(_) => Cause::UnreadBody,
            Self::Nothing { .. } => Cause::SlowWork,
        }
    }
}
