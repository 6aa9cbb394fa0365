//! The limit of the database: the same statements by pgbench.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::stage::Stage;

/// Transactions per second of a pgbench script in the measured database. Each connection prepares a statement once.
/// `number` is a variable of the script, for scripts that must not repeat the same operation.
pub fn pgbench(
    stage: &Stage,
    script: &str,
    connections: usize,
    time: Duration,
    number: usize,
) -> Result<(u64, f64), String> {
    let file = std::env::temp_dir().join(format!("vestibule-bench-{}.sql", std::process::id()));
    fs::write(&file, script).map_err(|error| error.to_string())?;
    let mut command = Command::new(stage.postgres.program("pgbench"));
    command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--define=n=0"]);
    command.args(["--define", &format!("number={number}")]);
    command.args(["--client", &connections.to_string(), "--time", &time.as_secs().max(1).to_string()]);
    // The planner settings of the gateway's connections.
    let settings = ["enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"];
    let settings = settings.map(|setting| format!("-c {setting}=off")).join(" ");
    command.env("PGOPTIONS", format!("{settings} -c plan_cache_mode=force_generic_plan"));
    command.arg("--file").arg(&file).arg(stage.url()).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("pgbench: {error}"))?;
    let _gone_already = fs::remove_file(&file);
    let said = String::from_utf8_lossy(&output.stdout);
    let after = |words: &str| said.split_once(words)?.1.split_whitespace().next();
    let transactions = after("actually processed: ").and_then(|count| count.split('/').next()?.parse().ok());
    let rate = after("tps = ").and_then(|rate| rate.parse().ok());
    transactions.zip(rate).ok_or_else(|| format!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr)))
}
