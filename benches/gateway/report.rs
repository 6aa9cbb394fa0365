//! The results as a Markdown table.

use super::load::Measure;
use super::processor::Processor;
use super::scenarios::Scenario;
use super::statements::Costs;

/// The result of a scenario.
pub struct Row {
    pub name: &'static str,
    pub goal: f64,
    pub measure: Measure,
    /// The name of each limit and its requests per second.
    pub limits: Vec<(&'static str, f64)>,
    /// The statements, if they were counted.
    pub costs: Option<Costs>,
    pub provider_calls: u64,
    /// The CPU time of the gateway and of its backends.
    pub processor: Processor,
    /// Resident memory in MiB after the scenario.
    pub resident: Option<f64>,
}

impl Row {
    pub fn begin(scenario: &Scenario, costs: Option<Costs>) -> Self {
        let limits = scenario.limits.iter().map(|limit| (limit.name(), 0.0)).collect();
        let (measure, provider_calls, processor, resident) = (Measure::default(), 0, Processor::default(), None);
        Self { name: scenario.name, goal: scenario.goal, measure, limits, costs, provider_calls, processor, resident }
    }
}

/// The headings of the columns.
pub const HEAD: &str = "\
| endpoint | req/s | p50 ms | p99 ms | limit in the same run | limit/s | ratio | goal | statements | WAL B | page images | \
provider calls | CPU µs | PostgreSQL CPU µs | RSS MiB |
|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// One line for each limit; the first line has all columns.
pub fn lines(row: &mut Row) -> String {
    let requests = row.measure.requests().max(1) as f64;
    let (rate, p50, p99) = (row.measure.rate(), row.measure.percentile(0.5), row.measure.percentile(0.99));
    let per_request = |count: i64| count as f64 / requests;
    let costs = row.costs.map_or("– | – | –".to_owned(), |costs| {
        let (calls, wal) = (per_request(costs.calls), per_request(costs.wal_bytes));
        format!("{calls:.2} | {wal:.0} | {:.3}", per_request(costs.page_images))
    });
    let calls = row.provider_calls as f64 / requests;
    let resident = row.resident.map_or("–".to_owned(), |mebibytes| format!("{mebibytes:.0}"));
    let (gateway, postgres) = (row.processor.gateway as f64 / requests, row.processor.postgres as f64 / requests);
    let (name, goal) = (row.name, row.goal);
    let line = |(number, (limit, best)): (usize, &(&str, f64))| {
        let ratio = rate / best;
        match number {
            0 => format!(
                "| {name} | {rate:.0} | {p50:.2} | {p99:.2} | {limit} | {best:.0} | **{ratio:.2}** | ≥ {goal} | {costs} \
                 | {calls:.2} | {gateway:.0} | {postgres:.0} | {resident} |"
            ),
            _ => format!("| | | | | {limit} | {best:.0} | {ratio:.2} | | | | | | | | |"),
        }
    };
    row.limits.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}
