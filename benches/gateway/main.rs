//! Measures the gateway and the limit of the same machine in the same run: a bare actix handler that returns the same bytes,
//! or the same statements by pgbench. Compare the ratios; absolute figures depend on the machine. A slow result is not an
//! error.
//!
//! `cargo bench --features dev --bench gateway -- --seconds 5 --only refresh`

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a program to be looked at")]
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "statistics")]

mod client;
mod gateway;
mod hot;
mod limits;
mod load;
mod measure;
mod options;
mod peers;
mod pending;
mod processor;
mod provider;
mod rendering;
mod report;
mod scale;
mod scenarios;
mod servers;
mod stage;
mod statements;

use std::process::ExitCode;
use std::time::Duration;

use options::Options;
use scenarios::Scenario;
use stage::Stage;

/// Creates a scenario for that many connections.
type Make = fn(&Stage, usize) -> Scenario;

/// The longest time for each side of a scenario in the second round.
const MANY_TIME: Duration = Duration::from_secs(3);
/// The connections of the second round.
const MANY_CONNECTIONS: usize = 64;

const SCENARIOS: [(&str, Make); 12] = [
    ("jwks", scenarios::jwks),
    ("status-list", scenarios::status_list),
    ("introspection", scenarios::introspection),
    ("session", scenarios::session),
    ("verify", scenarios::verify),
    ("refresh", scenarios::refresh),
    ("begin", scenarios::begin),
    ("complete", scenarios::complete),
    ("authorize", scenarios::authorize),
    ("redeem", scenarios::redeem),
    ("app-callback", scenarios::app_callback),
    ("app-login", scenarios::app_login),
];

fn main() -> ExitCode {
    let outcome = Options::read(std::env::args().skip(1)).and_then(|options| run(&options));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let stage = Stage::build();
    if let Some(rows) = options.scale {
        return scale::compare(&stage, rows, options);
    }
    if options.peers {
        return peers::compare(&stage, options);
    }
    println!("{}\n", at_rest(&stage));
    if options.wants("pages") {
        println!("{}\n", rendering::report(&stage.gateway.configuration())?);
    }
    round(&stage, options)?;
    // The first round has rotated the refresh tokens of its sessions.
    let fresh = stage.beside("many_connections");
    println!("\nWith {MANY_CONNECTIONS} connections:\n");
    let only = options.only.clone();
    round(
        &fresh,
        &Options { connections: MANY_CONNECTIONS, time: options.time.min(MANY_TIME), only, ..Options::default() },
    )?;
    drop(fresh);
    if options.wants("pending") { pending::compare(&stage, options) } else { Ok(()) }
}

/// Measures the selected scenarios once.
fn round(stage: &Stage, options: &Options) -> Result<(), String> {
    println!("{}", report::HEAD);
    for (_, scenario) in SCENARIOS.iter().filter(|(name, _)| options.wants(name)) {
        let scenario = scenario(stage, options.connections);
        let mut row = measure::measure(stage, scenario, options)?;
        println!("{}", report::lines(&mut row));
    }
    Ok(())
}

/// Cold start, idle memory and size of the binary.
fn at_rest(stage: &Stage) -> String {
    let resident = stage.gateway.resident().map_or("unknown".to_owned(), |mebibytes| format!("{mebibytes:.0} MiB"));
    let start = stage.gateway.cold_start.as_millis();
    let binary = gateway::Gateway::binary_size();
    format!("Idle memory {resident}, cold start with a current schema {start} ms, binary {binary:.0} MiB.")
}
