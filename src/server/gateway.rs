//! Builds the App, its two listeners and its jobs, and stops them in order.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App as HttpApp;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_actix_web::TracingLogger;

use super::descriptors::{self, Budget};
use super::early_end;
use super::limiter::Limiter;
use super::listener::{Admission, Bounds, Listener, Options};
use super::memory;
use super::start::{self, StartError};
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::tls;
use crate::config::Config;
use crate::jobs::Schedule;
use crate::session::Follower;
use crate::telemetry::{self, Metrics};
use crate::token::StatusLists;
use crate::web::{self, Metadata, Readiness, Span, Throttles};

/// Runs the gateway on this thread until SIGTERM or SIGINT.
pub fn serve(config: Config, clock: Clock, bounds: Bounds) -> Result<(), StartError> {
    actix_web::rt::System::new().block_on(async {
        let server = Server::start_with(config, clock, bounds).await?;
        server.wait(EndSignals::listen_as_service()?).await;
        Ok(())
    })
}

/// SIGTERM and SIGINT, received from the moment that this is made. An earlier one ends the process at once
/// (`server::early_end`), as a start that hangs should be ended.
pub struct EndSignals {
    terminate: Signal,
    interrupt: Signal,
    /// SIGHUP, if it is not to end the process.
    hangup: Option<Signal>,
}

impl EndSignals {
    /// Listens from now on. SIGHUP, as from a terminal that is closed, ends the process.
    pub fn listen() -> io::Result<Self> {
        let [terminate, interrupt] = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
        early_end::stop_ending();
        Ok(Self { terminate, interrupt, hangup: None })
    }

    /// Listens as a service: SIGHUP, by which supervisors ask for a reload, is logged and has no other effect.
    pub fn listen_as_service() -> io::Result<Self> {
        Ok(Self { hangup: Some(signal(SignalKind::hangup())?), ..Self::listen()? })
    }

    /// Waits until one has come.
    async fn come(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                () = hung_up(self.hangup.as_mut()) => {
                    tracing::warn!("SIGHUP has no effect: the configuration is read at the start only; restart to apply changes");
                }
            }
        }
    }
}

/// Waits for the next SIGHUP, for ever if it is not received.
async fn hung_up(hangup: Option<&mut Signal>) {
    match hangup {
        Some(hangup) => hangup.recv().await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

/// A running gateway: its listeners, its jobs, and the reader of the revocation feed.
pub struct Server {
    app: Arc<App>,
    readiness: Data<Readiness>,
    public: Listener,
    admin: Listener,
    follower: Follower,
    _jobs: Schedule,
}

impl Server {
    /// Starts everything; answers when both listeners take requests. Runs inside actix's runtime.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        Self::start_with(config, clock, Bounds::default()).await
    }

    /// Starts the gateway with other limits on connections.
    #[expect(clippy::unused_async, reason = "it needs the runtime, and says so by being async")]
    pub async fn start_with(config: Config, clock: Clock, bounds: Bounds) -> Result<Self, StartError> {
        let descriptors = descriptors::raise();
        descriptors::warn_of_few(descriptors);
        // Two providers of cryptography in one process would have to be chosen between at each use.
        tls::install_crypto_provider();
        let metrics = telemetry::start_metrics();
        let (workers, pool) = (config.server.workers, config.database.pool_size);
        let budget = Budget::of(descriptors, memory::available(Path::new("/")), workers, pool)?;
        let budget = budget.limited_to(config.limits.connections);
        let (app, follower) = start::load(config, clock, budget.outbound)?;
        let throttles = Data::new(Throttles::new(&app.config.limits));
        let readiness = Data::new(Readiness::default());
        let lists = Data::new(StatusLists::default());
        let public = listen_public(&app, &throttles, &lists, budget, bounds)?;
        let admin = listen_admin(&app, &throttles, &readiness, metrics.clone(), budget, bounds)?;
        let tidied = Arc::clone(&app);
        let jobs = Schedule::start(&app, move || {
            throttles.evict_idle();
            tidied.clients.evict_old_failures(tidied.clock.now());
            tidied.sessions.evict_stale(tidied.clock.now());
            metrics.iter().for_each(Metrics::run_upkeep);
        });
        tracing::info!(public = %public.address, admin = %admin.address, issuer = app.config.server.public_url.issuer(), "ready");
        Ok(Self { app, readiness, public, admin, follower, _jobs: jobs })
    }

    /// The address of the public listener.
    pub fn public_addr(&self) -> SocketAddr {
        self.public.address
    }

    /// The address of the admin listener.
    pub fn admin_addr(&self) -> SocketAddr {
        self.admin.address
    }

    /// Runs until it gets a signal to end, then stops.
    pub async fn wait(self, mut end: EndSignals) {
        end.come().await;
        self.stop().await;
    }

    /// Takes no more connections, lets running requests finish within `shutdown_grace`, and ends. The admin listener
    /// goes last, so that `/readyz` tells the load balancer until then.
    pub async fn stop(self) {
        tracing::info!(grace = ?self.app.config.server.shutdown_grace, "stopping");
        self.readiness.leave();
        self.public.stop().await;
        self.follower.stop().await;
        self.admin.stop().await;
        tracing::info!("stopped");
    }
}

fn listen_public(
    app: &Arc<App>,
    throttles: &Data<Throttles>,
    lists: &Data<StatusLists>,
    budget: Budget,
    bounds: Bounds,
) -> Result<Listener, StartError> {
    let (data, throttles, lists) = (Data::from(Arc::clone(app)), throttles.clone(), lists.clone());
    let metadata = Data::new(Metadata::new(app));
    let prefix = app.config.server.public_url.prefix().to_owned();
    let limits = &app.config.limits;
    let address = app.config.server.listen;
    let per_address = usize::try_from(limits.connections_per_address).unwrap_or(usize::MAX);
    let options = Options {
        address,
        workers: app.config.server.workers,
        sockets_per_worker: budget.public.per_worker(app.config.server.workers),
        shutdown_timeout: whole_seconds(app.config.server.shutdown_grace),
        admission: Admission {
            limiter: Limiter::new(budget.public.connections, per_address),
            bounds,
            trusted_proxies: app.config.server.trusted_proxies.clone().into(),
            requests: Some(limits.requests_per_connection),
        },
    };
    let listener = Listener::start(options, move || {
        HttpApp::new()
            .app_data(data.clone())
            .app_data(throttles.clone())
            .app_data(lists.clone())
            .app_data(metadata.clone())
            .wrap(from_fn(web::keep_bounds))
            .wrap(TracingLogger::<Span>::new())
            .configure(|routes| web::public(routes, &prefix))
    });
    listener.map_err(|error| StartError::Listen(address, error))
}

fn listen_admin(
    app: &Arc<App>,
    throttles: &Data<Throttles>,
    readiness: &Data<Readiness>,
    metrics: Option<Metrics>,
    budget: Budget,
    bounds: Bounds,
) -> Result<Listener, StartError> {
    let (data, readiness, metrics) = (Data::from(Arc::clone(app)), readiness.clone(), Data::new(metrics));
    let throttles = throttles.clone();
    let administered = app.config.admin.token.is_some();
    let address = app.config.server.admin_listen;
    let options = Options {
        address,
        workers: 1,
        sockets_per_worker: budget.admin.per_worker(1),
        shutdown_timeout: 1,
        admission: Admission {
            // It is reached by those who run the gateway: all their addresses share one limit.
            limiter: Limiter::of_all(budget.admin.connections),
            bounds,
            trusted_proxies: Arc::default(),
            requests: None,
        },
    };
    let listener = Listener::start(options, move || {
        HttpApp::new()
            .app_data(data.clone())
            .app_data(throttles.clone())
            .app_data(readiness.clone())
            .app_data(metrics.clone())
            .wrap(from_fn(web::keep_bounds))
            .configure(|routes| web::admin(routes, administered))
    });
    listener.map_err(|error| StartError::Listen(address, error))
}

/// Rounded up: half a second of grace is not none.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
