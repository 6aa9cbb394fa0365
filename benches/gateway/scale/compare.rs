//! The comparison of a small and a large table.

use std::time::{Duration, Instant};

use super::flows::Sample;
use super::plans;
use crate::load::{self, Callers, Measure};
use crate::options::Options;
use crate::stage::{SESSIONS, Stage, people, sessions};

/// Expired sessions for the cleanup.
const OVER: u64 = 20_000;
/// Rows that one statement inserts.
const CHUNK: u64 = 250_000;
/// Short, so that other load on the machine affects both sides.
const STRETCH: Duration = Duration::from_millis(250);

/// A flow: callers for a stage and a choice of its sessions.
type Flow = (&'static str, fn(Sample, &Stage, usize) -> Callers);

const FLOWS: [Flow; 3] =
    [("refresh", Sample::refresh), ("list one's sessions", Sample::list), ("end a session", Sample::end)];

/// Measures a small and a large table alternately, prints both, and writes the plans.
pub fn compare(small: &Stage, rows: u64, options: &Options) -> Result<(), String> {
    let mut large = small.beside("large");
    let began = Instant::now();
    let first = SESSIONS + OVER;
    load_rows(&large, first, rows);
    println!("Loaded {rows} live and {rows} ended sessions in {:.0} s.\n", began.elapsed().as_secs_f64());
    println!("| flow | {SESSIONS} sessions, ms | {} sessions, ms | ratio | goal |", 2 * rows + SESSIONS);
    println!("|---|--:|--:|--:|--:|");
    let line = |flow: &str, few: f64, many: f64| {
        println!("| {flow} | {few:.3} | {many:.3} | **{:.2}** | ≤ 1.5 |", many / few);
    };
    let samples = [Sample { from: 0, to: SESSIONS }, Sample { from: first, to: first + rows }];
    for (name, flow) in FLOWS {
        let [few, many] = in_turns([small, &large], samples, flow, options)?;
        line(name, few, many);
    }
    let few = cleanup(small, SESSIONS)?;
    line("clean up 1000 sessions", few, cleanup(&large, first + 2 * rows)?);
    match &options.plans {
        Some(file) => plans::write(&mut large, samples[1], rows, file),
        None => Ok(()),
    }
}

/// Inserts active sessions, one for each user, and as many ended ones.
fn load_rows(stage: &Stage, first: u64, rows: u64) {
    in_chunks(first, first + rows, |from, to| {
        stage.execute(&people(from, to));
        stage.execute(&sessions(from, to, "n", false));
    });
    in_chunks(first + rows, first + 2 * rows, |from, to| {
        stage.execute(&sessions(from, to, &format!("n - {rows}"), true));
    });
    stage.execute("VACUUM ANALYZE");
    stage.execute("CHECKPOINT");
}

fn in_chunks(from: u64, to: u64, load: impl Fn(u64, u64)) {
    let mut from = from;
    while from < to {
        let end = (from + CHUNK).min(to);
        load(from, end);
        from = end;
    }
}

/// The median latency in milliseconds; the first interval is a warm-up.
fn in_turns(
    stages: [&Stage; 2],
    samples: [Sample; 2],
    flow: fn(Sample, &Stage, usize) -> Callers,
    options: &Options,
) -> Result<[f64; 2], String> {
    let mut callers = [0, 1].map(|side: usize| flow(samples[side], stages[side], options.connections));
    let mut measures = [Measure::default(), Measure::default()];
    for stretch in 0..=options.time.as_secs() * 4 {
        for side in [0, 1] {
            let driven = std::mem::take(&mut callers[side]);
            let (back, measure) = load::run(stages[side].gateway.public, driven, STRETCH)?;
            callers[side] = back;
            if stretch > 0 {
                measures[side].add(measure);
            }
        }
    }
    Ok(measures.map(|mut measure| measure.percentile(0.5)))
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
