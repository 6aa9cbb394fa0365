//! A client's connection as actix-http's dispatcher sees it: a stream that hands over one request at a time and fails
//! when the client takes too long.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::alarm::Alarm;
use super::cause::Cause;
use super::early_answer::{BAD_REQUEST, LENGTH_REQUIRED, REQUEST_TIMEOUT};
use super::exchange::{Exchange, Stage};
use super::framing::{Fault, Framing, Phase};
use super::limiter::Permit;
use super::owed::Owed;
use super::timeouts::{Flow, Timeouts};

/// A connection of a client, as the stream under the dispatcher of actix-http.
pub(super) struct Connection {
    socket: TcpStream,
    exchange: Rc<Exchange>,
    timeouts: Timeouts,
    idle: Duration,
    framing: Framing,
    /// Bytes behind the current request, at most one read.
    behind: Vec<u8>,
    owed: Owed,
    /// An answer that the client does not take.
    blocked: Option<Flow>,
    /// Whether the last read was held back, so that nothing wakes the task when bytes arrive.
    is_held: bool,
    /// Whether a part of the current answer is written.
    has_written: bool,
    alarm: Alarm,
    permit: Permit,
}

impl Connection {
    /// A connection just accepted; `idle` is how long it may wait between requests.
    pub(super) fn new(
        socket: TcpStream,
        exchange: Rc<Exchange>,
        timeouts: Timeouts,
        idle: Duration,
        permit: Permit,
    ) -> Self {
        let owed = Owed::first(&timeouts);
        let alarm = Alarm::new(Instant::now() + timeouts.head);
        Self {
            socket,
            exchange,
            timeouts,
            idle,
            framing: Framing::new(),
            behind: Vec::new(),
            owed,
            blocked: None,
            is_held: false,
            has_written: false,
            alarm,
            permit,
        }
    }

    pub(super) fn exchange(&self) -> &Rc<Exchange> {
        &self.exchange
    }

    /// Whether reading has to wait until the answer to a complete request is written. So the dispatcher never has two
    /// requests, nor two answers.
    fn holds_back(&self) -> bool {
        self.framing.phase() == Phase::Complete
    }

    /// Closes the connection of a request whose end cannot be found. A request that is already answered, at least in part,
    /// gets no second answer.
    fn refuse(&self, fault: Fault) -> io::Error {
        if !self.has_written && !matches!(self.owed, Owed::Drain(_)) {
            let answer = if fault == Fault::NoLength { LENGTH_REQUIRED } else { BAD_REQUEST };
            let _best_effort = self.socket.try_write(answer);
        }
        match fault {
            Fault::Length | Fault::NoLength => Cause::Length.into(),
            Fault::Chunk => Cause::Chunk.into(),
        }
    }

    /// Hands over what stands behind the last request.
    fn read_behind(&mut self, buf: &mut ReadBuf<'_>) {
        let length = self.behind.len().min(buf.remaining());
        let bytes = self.behind.get_mut(..length).unwrap_or_default();
        let used = self.framing.consume(bytes);
        buf.put_slice(bytes.get(..used.used).unwrap_or_default());
        self.behind.drain(..used.used);
        if self.behind.is_empty() {
            self.behind = Vec::new();
        }
        self.progress(used.data);
    }

    /// Keeps back what a read brought beyond the current request.
    fn received(&mut self, buf: &mut ReadBuf<'_>, before: usize) {
        let bytes = buf.filled_mut().get_mut(before..).unwrap_or_default();
        if bytes.is_empty() {
            return;
        }
        let consumed = self.framing.consume(bytes);
        if let Some(behind) = bytes.get(consumed.used..).filter(|behind| !behind.is_empty()) {
            self.behind.extend_from_slice(behind);
            buf.set_filled(before + consumed.used);
        }
        self.progress(consumed.data);
    }

    /// Fails if the bytes that were read belong to a request whose end cannot be found; the dispatcher gets none of them.
    fn checked(&self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        if let Phase::Invalid(fault) = self.framing.phase() {
            buf.set_filled(before);
            return Err(self.refuse(fault));
        }
        Ok(())
    }

    fn progress(&mut self, data: u64) {
        if matches!(self.owed, Owed::Drain(_)) && self.framing.phase() == Phase::Complete {
            self.framing.reset();
            self.owed = Owed::next(self.idle);
        } else {
            self.owed = self.owed.after(self.framing.phase(), data);
        }
        self.note_activity();
    }

    /// Lets the limiter know whether it may close this connection for another one.
    fn note_activity(&mut self) {
        self.permit.set(self.owed.activity(self.blocked.is_some()));
    }

    /// Everything that the dispatcher had is written.
    fn flushed(&mut self) {
        self.blocked = None;
        match self.exchange.stage() {
            Stage::Answered => {
                self.exchange.next();
                self.has_written = false;
                if self.framing.phase() == Phase::Complete {
                    self.framing.reset();
                    self.owed = Owed::next(self.idle);
                } else {
                    self.owed = Owed::Drain(Instant::now() + self.timeouts.drain);
                }
            }
            // The dispatcher does not take for a head what the framing takes for one.
            Stage::Awaited if matches!(self.owed, Owed::Nothing { .. }) => {
                self.owed = Owed::Head(Some(Instant::now() + self.timeouts.head));
            }
            _ => {}
        }
    }

    /// Has the task woken for bytes if the last read was delayed and reading may continue.
    fn resume(&mut self, cx: &mut Context<'_>) {
        if !self.is_held || self.holds_back() {
            return;
        }
        self.is_held = false;
        self.owed.wait(&self.timeouts);
        if !self.behind.is_empty() || self.socket.poll_read_ready(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }

    /// Fails once the client has taken too long, or once the connection has to close for another one.
    fn poll_overdue<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.note_activity();
        if self.permit.poll_evicted(cx).is_ready() {
            return Poll::Ready(Err(self.cut(Cause::Evicted)));
        }
        let owed = self.owed.deadline(&self.timeouts, self.blocked.is_some());
        let blocked = self.blocked.map(|flow| flow.deadline(&self.timeouts));
        let Some(deadline) = owed.into_iter().chain(blocked).min() else { return Poll::Pending };
        if self.alarm.poll(deadline, cx).is_pending() {
            return Poll::Pending;
        }
        if matches!(self.owed, Owed::Head(_)) && self.blocked.is_none() {
            let _best_effort = self.socket.try_write(REQUEST_TIMEOUT);
        }
        let cause = if self.blocked.is_some() { Cause::SlowReader } else { self.owed.overdue() };
        Poll::Ready(Err(self.cut(cause)))
    }

    fn cut(&self, cause: Cause) -> io::Error {
        if self.blocked.is_some() {
            // Otherwise the system keeps the rest of the answer, and sends it as slowly as the client reads.
            let _best_effort = self.socket.set_zero_linger();
        }
        cause.into()
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.holds_back() {
            this.is_held = true;
            return this.poll_overdue(cx);
        }
        this.is_held = false;
        let before = buf.filled().len();
        if !this.behind.is_empty() {
            this.read_behind(buf);
            return Poll::Ready(this.checked(buf, before));
        }
        match Pin::new(&mut this.socket).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                this.received(buf, before);
                Poll::Ready(this.checked(buf, before))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                this.owed.wait(&this.timeouts);
                this.poll_overdue(cx)
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.socket).poll_write(cx, buf) {
            Poll::Ready(Ok(written)) => {
                this.has_written = true;
                if let Some(flow) = &mut this.blocked {
                    flow.advance(written as u64, Instant::now());
                }
                if matches!(this.owed, Owed::Nothing { .. }) {
                    this.owed = Owed::nothing();
                }
                Poll::Ready(Ok(written))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                this.blocked.get_or_insert_with(|| Flow::start(Instant::now()));
                this.poll_overdue(cx)
            }
        }
    }

    /// Called once all that was to be written is written, and at the end of each turn of the dispatcher.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.flushed();
        this.resume(cx);
        match this.poll_overdue(cx) {
            Poll::Ready(overdue) => Poll::Ready(overdue),
            Poll::Pending => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }
}
