//! `GET /verify` for a session that this replica has in its cache: no statement.

use vestibule::session;

use super::refresh::access_token;
use super::scenario::{Limit, Scenario, fixed};
use crate::load;
use crate::stage::{SESSIONS, Stage, session_id};

/// The highest number of the sessions that are asked for.
const LAST: u64 = SESSIONS / 2 - 201;

pub fn verify(stage: &Stage, connections: usize) -> Scenario {
    let request = |number: usize| {
        let cookie = session::encode(&stage.ring, session_id(LAST - number as u64));
        load::get("/verify", &format!("Cookie: vestibule={}\r\nAccept: application/json\r\n", cookie.expose()))
    };
    let requests: Vec<_> = (0..connections).map(request).collect();
    Scenario {
        name: "`GET /verify`, cached",
        goal: 0.7,
        limits: vec![Limit::bare(stage, &requests[0])],
        callers: fixed(requests.into_iter()),
        prepare: None,
    }
}

/// A request with an access token for each connection.
pub fn bearers(stage: &Stage, path: &str, connections: usize) -> Vec<Vec<u8>> {
    let request = |number: usize| {
        let token = access_token(stage, SESSIONS / 2 - 301 - number as u64);
        load::get(path, &format!("Authorization: Bearer {token}\r\nAccept: application/json\r\n"))
    };
    (0..connections).map(request).collect()
}
