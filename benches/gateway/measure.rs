//! Measures a scenario: its limits and the gateway alternately, so that other load on the machine affects all of them.

use std::time::Duration;

use super::limits::pgbench;
use super::load;
use super::options::Options;
use super::processor::Processor;
use super::report::Row;
use super::scenarios::{Limit, Scenario, fixed};
use super::stage::Stage;
use super::statements::{Costs, Statements};

/// The shortest run of pgbench.
pub const STRETCH: Duration = Duration::from_secs(1);

pub fn measure(stage: &Stage, mut scenario: Scenario, options: &Options) -> Result<Row, String> {
    let mut statements = stage.statements();
    let mut row = Row::begin(&scenario, statements.as_ref().map(|_| Costs::default()));
    let stretches = options.intervals();
    // The first interval is a warm-up: connections, prepared statements, pages after a checkpoint.
    for number in 0..=stretches {
        if number == 0 {
            // The warm-up writes the page images that follow a checkpoint.
            stage.execute("CHECKPOINT");
        }
        if let Some(prepare) = &mut scenario.prepare {
            prepare(stage, STRETCH, number);
        }
        for (limit, (_, rate)) in scenario.limits.iter().zip(&mut row.limits) {
            let here = at_most(stage, limit, options.connections, number)?;
            *rate += if number == 0 { 0.0 } else { here / stretches as f64 };
        }
        let (before, calls) = (statements.as_mut().map(Statements::read), stage.provider.calls());
        let used = Processor::read(stage);
        let (callers, measure) = load::run(stage.gateway.public, scenario.callers, STRETCH)?;
        scenario.callers = callers;
        let after = statements.as_mut().map(Statements::read);
        if number > 0 {
            row.processor.add(used, Processor::read(stage));
            row.measure.add(measure);
            row.provider_calls += stage.provider.calls() - calls;
            if let (Some(costs), Some(before), Some(after)) = (&mut row.costs, before, after) {
                *costs += after - before;
            }
        }
    }
    row.resident = stage.gateway.resident();
    Ok(row)
}

fn at_most(stage: &Stage, limit: &Limit, connections: usize, number: usize) -> Result<f64, String> {
    match limit {
        Limit::Bare(address, request) => {
            let callers = fixed(std::iter::repeat_n(request.clone(), connections));
            Ok(load::run(*address, callers, STRETCH)?.1.rate())
        }
        Limit::Sql(_, script) => Ok(pgbench(stage, script, connections, STRETCH, number)?.1),
    }
}
