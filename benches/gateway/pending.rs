//! Completing a login beside 50,000 pending ones that came after the last `ANALYZE`, compared with completing it beside
//! none. Both gateways have the same finished logins, and are measured alternately.

use std::time::Duration;

use super::load;
use super::measure::STRETCH;
use super::options::Options;
use super::processor::Processor;
use super::report::Row;
use super::scenarios::{self, RANDOM};
use super::stage::Stage;

/// Pending logins, as anybody can make them.
const PENDING: usize = 50_000;
/// Finished logins, with which the statistics are taken.
const FINISHED: usize = 100_000;

/// Measures both and prints a table.
pub fn compare(quiet: &Stage, options: &Options) -> Result<(), String> {
    let crowded = quiet.beside("crowded");
    for stage in [quiet, &crowded] {
        // Autovacuum would take new statistics, which hide the difference.
        stage.execute("ALTER TABLE authorization_sessions SET (autovacuum_enabled = off)");
        stage.execute("TRUNCATE authorization_sessions");
        stage.execute(&scenarios::pending(&format!("FROM generate_series(1, {FINISHED})"), RANDOM));
        stage.execute(
            "UPDATE authorization_sessions SET status = 'completed', completed_at = now(), claimed_at = now()",
        );
        stage.execute("VACUUM ANALYZE");
    }
    crowded.execute(&scenarios::pending(&format!("FROM generate_series(1, {PENDING})"), RANDOM));
    let stages = [quiet, &crowded];
    let mut runs = stages.map(|stage| (stage, scenarios::complete_alone(stage, options.connections)));
    let mut rows = runs.each_ref().map(|(_, scenario)| Row::begin(scenario, None));
    for number in 0..=options.intervals() {
        for ((stage, scenario), row) in runs.iter_mut().zip(&mut rows) {
            if let Some(prepare) = &mut scenario.prepare {
                prepare(stage, STRETCH, number);
            }
            let before = Processor::read(stage);
            let callers = std::mem::take(&mut scenario.callers);
            let (callers, measure) = load::run(stage.gateway.public, callers, Duration::from_secs(60))?;
            scenario.callers = callers;
            if number > 0 {
                row.processor.add(before, Processor::read(stage));
                row.measure.add(measure);
            }
        }
    }
    println!("\n| complete a login | req/s | p50 ms | p99 ms | PostgreSQL CPU µs | ratio | goal |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let [alone, beside] = &mut rows;
    println!("| beside no pending login | {} | | |", values(alone));
    println!(
        "| beside {PENDING} pending logins after the last `ANALYZE` | {} | **{:.2}** | ≥ 0.95 |",
        values(beside),
        beside.measure.rate() / alone.measure.rate()
    );
    Ok(())
}

fn values(row: &mut Row) -> String {
    let requests = row.measure.requests().max(1) as u64;
    let (rate, p50, p99) = (row.measure.rate(), row.measure.percentile(0.5), row.measure.percentile(0.99));
    format!("{rate:.0} | {p50:.2} | {p99:.2} | {}", row.processor.postgres / requests)
}
