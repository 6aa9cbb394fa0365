//! `GET /status-lists/0`: from memory, signed once for each change.

use super::scenario::{Limit, Scenario, fixed};
use crate::load;
use crate::stage::Stage;

pub fn status_list(stage: &Stage, connections: usize) -> Scenario {
    let request = load::get("/status-lists/0", "");
    Scenario {
        name: "status list",
        goal: 0.8,
        limits: vec![Limit::bare(stage, &request)],
        callers: fixed(std::iter::repeat_n(request, connections)),
        prepare: None,
    }
}
