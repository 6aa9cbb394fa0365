//! The admin listener: `/healthz`, `/readyz`, `/metrics`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::base::db;
use crate::base::measure;
use crate::telemetry::Metrics;
use crate::upstream::Provider;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// Whether the shutdown of this replica has begun. The start needs no flag: the replica listens only after it.
#[derive(Default)]
pub struct Readiness(AtomicBool);

impl Readiness {
    /// Marks the shutdown as begun; `/readyz` answers 503 from then on.
    pub fn leave(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_leaving(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// `GET /healthz`: 200 as long as the process serves requests. Checks nothing else.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// Whether this replica should receive requests, and why not.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Readiness")]
pub(super) struct Readyz {
    #[schemars(extend("enum" = ["ready", "not ready"]))]
    status: &'static str,
    checks: Checks,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Checks {
    /// Whether a connection answers: `ok` or `unavailable`.
    database: &'static str,
    /// `ok` or `out of reach`.
    revocations: &'static str,
    /// `ok`, or how far the clock of this machine is off.
    clock: Cow<'static, str>,
    /// `ok`, or `begun` before the process ends.
    shutdown: &'static str,
    /// By id: `ok`, `unavailable` or `issuer changed`.
    providers: BTreeMap<String, &'static str>,
}

fn state(provider: &Provider) -> &'static str {
    match provider {
        suspended if suspended.is_suspended() => "issuer changed",
        available if available.is_available() => "ok",
        _ => "unavailable",
    }
}

/// `GET /readyz`: whether this replica should receive requests. An unavailable provider is reported, but does not make
/// it unready: the other providers work. Nor does a wrong clock: all replicas may have it.
pub async fn readyz(app: Data<App>, readiness: Data<Readiness>) -> HttpResponse {
    let database = app.db.run("check readiness", db::ping).await.is_ok();
    let revocations = app.revocations.is_fresh();
    let leaving = readiness.is_leaving();
    let ready = database && revocations && !leaving;
    let body = Readyz {
        status: if ready { "ready" } else { "not ready" },
        checks: Checks {
            database: if database { "ok" } else { "unavailable" },
            revocations: if revocations { "ok" } else { "out of reach" },
            clock: app.revocations.clock().excess().map_or("ok".into(), |excess| clock_difference(excess).into()),
            shutdown: if leaving { "begun" } else { "ok" },
            providers: app.providers.iter().map(|provider| (provider.id().to_owned(), state(provider))).collect(),
        },
    };
    if ready {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().insert_header(("Retry-After", "2")).json(body)
    }
}

fn clock_difference(excess: TimeDelta) -> String {
    let direction = if excess < TimeDelta::zero() { "behind" } else { "ahead of" };
    format!("{:.0} s {direction} the database's", excess.as_seconds_f64().abs())
}

/// `GET /metrics`: the metrics in the Prometheus text format; 404 if no metrics recorder is installed.
pub async fn metrics(app: Data<App>, handle: Data<Option<Metrics>>) -> Result<HttpResponse, Problem> {
    if let Some(age) = app.revocations.age() {
        measure::revocation_feed_age(age);
    }
    let (busy, idle) = app.db.connections();
    measure::database_connections(busy, idle);
    match handle.get_ref() {
        Some(handle) => Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render())),
        None => Err(Refusal::NotFound.into()),
    }
}
