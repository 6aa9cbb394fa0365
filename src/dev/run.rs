//! Starts the parts of `vestibule dev`, and stops them.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use super::app::DemoApp;
use super::commands;
use super::failure::DevError;
use super::gateway::Gateway;
use super::greeting::greeting;
use super::kept;
use super::plan::{PROVIDER, Plan};
use super::postgres::{Place, Postgres};
use super::provider::{Client, Provider, Settings};
use super::settings::{CLIENT_ID, variables};
use super::site::GuardedSite;
use crate::base::clock::Clock;
use crate::base::seal;
use crate::base::secret::Plain;
use crate::server::EndSignals;
use crate::session::Device;

const DATABASE: &str = "vestibule";
/// The response time of the token endpoint for a login that is to be slow: longer than the gateway's timeout.
const SLOW_RESPONSE: Duration = Duration::from_secs(4);

/// Starts everything, prints the URLs, and stops everything in reverse order on SIGINT or SIGTERM.
pub fn run(plan: &Plan) -> Result<(), DevError> {
    actix_web::rt::System::new().block_on(run_all(plan))
}

/// Blocks the runtime's thread while PostgreSQL starts and stops; no other task runs then.
async fn run_all(plan: &Plan) -> Result<(), DevError> {
    // Before anything is started, so that a port in use is reported at once.
    for address in [plan.gateway(), plan.admin(), plan.provider(), plan.app(), plan.site()] {
        TcpListener::bind(address).map_err(DevError::at(address))?;
    }
    std::thread::spawn(warm_up);
    let clock = Clock::system();
    let place = if plan.keep { Place::Kept(kept::data()) } else { Place::Throwaway };
    let mut postgres = Postgres::start(place)?;
    if !postgres.has_database(DATABASE)? {
        postgres.create_database(DATABASE, None)?;
    }
    let ring_key = if plan.keep { kept::ring_key()? } else { seal::generate_key() };
    let client_secret = Plain::random();
    let provider = start_provider(plan, &client_secret, clock.clone())?;
    let app = start_app(plan)?;
    let site =
        GuardedSite::start(plan.site(), &plan.site_url(), &plan.public_url()).map_err(DevError::at(plan.site()))?;
    let database_url = postgres.url(DATABASE);
    let variables = variables(plan, &database_url, &ring_key, &client_secret);
    let commands =
        commands::write(postgres.directory(), &variables).map_err(DevError::in_file(postgres.directory()))?;
    let gateway = Gateway::start(&plan.files, variables, clock).await?;
    // Before the greeting is printed: from then on a signal must stop everything in order.
    let end = EndSignals::listen().map_err(DevError::Signals)?;
    say(&greeting(plan, &database_url, &commands));
    gateway.serve(end).await;
    if let Some(app) = app {
        app.stop().await;
    }
    site.stop().await;
    provider.stop().await;
    Ok(postgres.stop()?)
}

/// Parses a user agent once, which compiles the patterns for the first login. Without optimisation that takes
/// noticeably long.
fn warm_up() {
    let _read = Device::of(Some("Mozilla/5.0"));
}

fn start_provider(plan: &Plan, secret: &Plain, clock: Clock) -> Result<Provider, DevError> {
    let client = Client {
        id: CLIENT_ID.to_owned(),
        secret: secret.clone(),
        redirect_uris: vec![format!("{}/callback/{PROVIDER}", plan.public_url()), plan.redirect_uri()],
        post_logout_redirect_uris: vec![
            format!("{}/", plan.frontend_origin()),
            format!("{}/logout/callback/{PROVIDER}", plan.public_url()),
        ],
    };
    let settings =
        Settings { listen: plan.provider(), issuer: Some(plan.provider_url()), client, slow: SLOW_RESPONSE, clock };
    Provider::start(settings).map_err(DevError::at(plan.provider()))
}

fn start_app(plan: &Plan) -> Result<Option<DemoApp>, DevError> {
    if plan.frontend.is_some() {
        return Ok(None);
    }
    DemoApp::start(plan.app(), &plan.public_url(), PROVIDER).map(Some).map_err(DevError::at(plan.app()))
}

/// Prints a text. A closed standard output (`… | head`) does not stop the gateway.
fn say(text: &str) {
    let _unread = writeln!(std::io::stdout(), "{text}");
}
