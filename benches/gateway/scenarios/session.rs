//! `GET /session` with an access token: verifies the signature and reads the row of the session.

use super::refresh::access_token;
use super::scenario::{Limit, Scenario, fixed};
use crate::hot::statement;
use crate::load;
use crate::stage::{SESSIONS, Stage, session_id_sql};

pub fn session(stage: &Stage, connections: usize) -> Scenario {
    let request = |number: usize| {
        // From the end of the gateway's half, which the refreshes do not use.
        let token = access_token(stage, SESSIONS / 2 - 1 - number as u64);
        load::get("/session", &format!("Authorization: Bearer {token}\r\nAccept: application/json\r\n"))
    };
    let (from, to, id) = (SESSIONS / 2, SESSIONS - 1, session_id_sql(":n::bigint"));
    let find = statement("session::store::find::Find", &[("id", &id)]);
    let select = format!("\\set n random({from}, {to})\n{find};\n");
    Scenario {
        name: "`GET /session`, bearer",
        goal: 0.5,
        limits: vec![Limit::Sql("the same SELECT", select)],
        callers: fixed((0..connections).map(request)),
        prepare: None,
    }
}
