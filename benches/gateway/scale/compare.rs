//! The comparison.

use std::time::{Duration, Instant};

use super::flows::Sample;
use super::plans;
use crate::load;
use crate::options::Options;
use crate::stage::{SESSIONS, Stage, people, sessions};

/// Sessions long past their end, for the cleanup.
const OVER: u64 = 20_000;
/// Rows that one statement loads.
const CHUNK: u64 = 250_000;

/// Milliseconds of each flow, on a table of some size.
struct Figures(Vec<(&'static str, f64)>);

/// Measures on the small table and on the large one, prints both, and writes the plans.
pub fn compare(mut stage: Stage, rows: u64, options: &Options) -> Result<(), String> {
    let small = figures(&stage, Sample { from: 0, to: SESSIONS }, SESSIONS, options)?;
    let began = Instant::now();
    // Live ones, a person each; then as many that have ended.
    let first = SESSIONS + OVER;
    in_chunks(first, first + rows, |from, to| {
        stage.execute(&people(from, to));
        stage.execute(&sessions(from, to, "n", false));
    });
    in_chunks(first + rows, first + 2 * rows, |from, to| {
        stage.execute(&sessions(from, to, &format!("n - {rows}"), true));
    });
    stage.execute("VACUUM ANALYZE; CHECKPOINT");
    println!("Loaded {rows} live and {rows} ended sessions in {:.0} s.\n", began.elapsed().as_secs_f64());
    let sample = Sample { from: first, to: first + rows };
    let large = figures(&stage, sample, first + 2 * rows, options)?;
    println!("| flow, ms each | {SESSIONS} sessions | {} sessions | ratio | goal |", 2 * rows + SESSIONS);
    println!("|---|--:|--:|--:|--:|");
    for ((flow, before), (_, after)) in small.0.iter().zip(&large.0) {
        println!("| {flow} | {before:.3} | {after:.3} | **{:.2}** | ≤ 1.5 |", after / before);
    }
    match &options.plans {
        Some(file) => plans::write(&mut stage, sample, rows, file),
        None => Ok(()),
    }
}

fn in_chunks(from: u64, to: u64, load: impl Fn(u64, u64)) {
    let mut from = from;
    while from < to {
        let end = (from + CHUNK).min(to);
        load(from, end);
        from = end;
    }
}

/// How long each request took at the median, with `connections` at once: other programs disturb that least.
fn figures(stage: &Stage, sample: Sample, spare: u64, options: &Options) -> Result<Figures, String> {
    let address = stage.gateway.public;
    let mut all = Vec::new();
    let refresh = sample.refresh(stage, options.connections);
    let (refresh, _) = load::run(address, refresh, Duration::from_secs(2))?;
    all.push(("refresh", load::run(address, refresh, options.time)?.1.percentile(0.5)));
    let (list, _) = load::run(address, sample.list(stage, options.connections), Duration::from_secs(1))?;
    all.push(("list one's sessions", load::run(address, list, options.time)?.1.percentile(0.5)));
    let end = sample.end(stage, options.connections);
    all.push(("end a session", load::run(address, end, options.time)?.1.percentile(0.5)));
    all.push(("cleanup, of 1000 sessions", cleanup(stage, spare)? * 1000.0 / OVER as f64));
    Ok(Figures(all))
}

/// Milliseconds that `vestibule cleanup` takes with [`OVER`] sessions to delete, less what it takes with none.
fn cleanup(stage: &Stage, from: u64) -> Result<f64, String> {
    let pass = || -> Result<f64, String> {
        let began = Instant::now();
        let output = stage.gateway.command(&["cleanup"]).output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(began.elapsed().as_secs_f64() * 1000.0) } else { Err(said) }
    };
    let idle = pass()?;
    stage.execute(&sessions(from, from + OVER, &format!("n % {SESSIONS}"), true));
    stage.execute(&format!(
        "UPDATE sessions SET ended_at = now() - interval '40 days' WHERE id >= '{}'; ANALYZE sessions",
        crate::stage::session_id(from)
    ));
    Ok((pass()? - idle).max(0.0))
}
