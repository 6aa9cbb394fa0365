//! `GET /.well-known/jwks.json`: from memory, no statement.

use super::scenario::{Limit, Scenario, fixed};
use crate::load;
use crate::stage::Stage;

pub fn jwks(stage: &Stage, connections: usize) -> Scenario {
    let request = load::get("/.well-known/jwks.json", "");
    Scenario {
        name: "JWKS",
        goal: 0.8,
        limits: vec![Limit::bare(stage, &request)],
        callers: fixed(std::iter::repeat_n(request, connections)),
        prepare: None,
    }
}
