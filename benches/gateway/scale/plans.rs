//! The query plans of the hot statements for the gateway itself: `auto_explain` writes them into the log of PostgreSQL.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use super::flows::Sample;
use crate::load::{self, get};
use crate::scenarios::{access_token, log_in};
use crate::stage::{Stage, session_id};

/// Runs of each flow: after five executions PostgreSQL may use one plan for all parameters.
const ROUNDS: u64 = 8;

/// The statements to print, in this order, each identified by the beginning of its text.
const HOT: [(&str, &str); 9] = [
    ("Refresh", "UPDATE sessions s SET refresh_token_counter"),
    ("The session of an access token or a cookie", "SELECT s.id, s.user_id, u.disabled_at IS NOT NULL"),
    ("List one's sessions", "SELECT s.id, s.user_id, s.created_at"),
    ("End a session", "WITH due AS MATERIALIZED ( SELECT id FROM sessions"),
    ("Follow the revocations", "SELECT pg_snapshot_xmin"),
    ("Begin a login", "WITH hasty"),
    ("Claim a login", "UPDATE authorization_sessions SET claimed_at"),
    ("Admit a known user", "WITH admitted"),
    ("Clean up", "WITH due AS MATERIALIZED ( SELECT s.ctid"),
];

/// What the plans stand under.
const HEADING: &str = "## As PostgreSQL planned them";

/// Runs all flows with `auto_explain` and writes the plans.
pub fn write(stage: &mut Stage, sample: Sample, rows: u64, file: &str) -> Result<(), String> {
    stage.execute(
        "ALTER DATABASE large SET session_preload_libraries = 'auto_explain';
         ALTER DATABASE large SET auto_explain.log_min_duration = 0;
         ALTER DATABASE large SET auto_explain.log_analyze = on;
         ALTER DATABASE large SET auto_explain.log_buffers = on;
         ALTER DATABASE large SET log_min_messages = 'log'",
    );
    stage.restart_gateway();
    let address = stage.gateway.public;
    for round in 0..ROUNDS {
        let number = sample.from + 7 + round * 1000;
        let bearer = format!("Authorization: Bearer {}\r\n", access_token(stage, number));
        for path in ["/session", "/sessions"] {
            load::once(address, &get(path, &bearer))?;
        }
        let end = format!("DELETE /sessions/{} HTTP/1.1\r\nHost: bench\r\n{bearer}\r\n", session_id(number));
        load::once(address, end.as_bytes())?;
        log_in(stage, round)?;
    }
    let output = stage.gateway.command(&["cleanup"]).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let log = stage.postgres.log().map_err(|error| error.to_string())?;
    // What stands before is written by hand, and by `tests/it/plans`.
    let document = fs::read_to_string(file).unwrap_or_default();
    let kept = document.split(HEADING).next().unwrap_or_default();
    fs::write(file, format!("{kept}{}", page(&last_plans(&log), rows))).map_err(|error| format!("{file}: {error}"))
}

/// The last plan of each statement, by the text of the statement in one line.
fn last_plans(log: &str) -> BTreeMap<String, String> {
    let mut plans = BTreeMap::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((_, duration)) = line.split_once("duration: ") else { continue };
        let mut entry = Vec::new();
        while let Some(more) = lines.next_if(|line| line.starts_with('\t')) {
            entry.push(more.strip_prefix('\t').unwrap_or(more));
        }
        let Some(plan) = entry.iter().position(|line| line.contains("(cost=")) else { continue };
        let (text, plan) = entry.split_at(plan);
        let text = text.join(" ").replace("Query Text: ", "");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        plans.insert(text, format!("{}\nduration: {}", plan.join("\n"), duration.replace("  plan:", "")));
    }
    plans
}

fn page(plans: &BTreeMap<String, String>, rows: u64) -> String {
    let mut page = format!(
        "{HEADING}\n\n`EXPLAIN (ANALYZE, BUFFERS)` of the hot statements with {rows} active and {rows} ended sessions, written by \
         `make bench-scale`. Each plan is the one of the gateway's own statement at its {ROUNDS}th execution. The times are \
         those of one call on one machine with `auto_explain`. Check that an index finds the rows and that few pages are \
         read.\n"
    );
    for (title, begin) in HOT {
        for (text, plan) in plans.iter().filter(|(text, _)| text.starts_with(begin)) {
            let _always_written = write!(page, "\n### {title}\n\n```sql\n{text}\n```\n\n```text\n{plan}\n```\n");
        }
    }
    page
}
