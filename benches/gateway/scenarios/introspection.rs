//! `POST /oauth2/introspect` of an access token by a confidential client: no statement.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refresh::access_token;
use super::scenario::{Limit, Scenario, fixed};
use crate::gateway::{CLIENT, CLIENT_SECRET};
use crate::load;
use crate::stage::{SESSIONS, Stage};

pub fn introspection(stage: &Stage, connections: usize) -> Scenario {
    let credentials = STANDARD.encode(format!("{CLIENT}:{CLIENT_SECRET}"));
    let request = |number: usize| {
        let token = access_token(stage, SESSIONS / 2 - 101 - number as u64);
        load::post("/oauth2/introspect", &format!("Authorization: Basic {credentials}\r\n"), &format!("token={token}"))
    };
    let requests: Vec<_> = (0..connections).map(request).collect();
    Scenario {
        name: "introspection",
        goal: 0.5,
        limits: vec![Limit::bare(stage, &requests[0])],
        callers: fixed(requests.into_iter()),
        prepare: None,
    }
}
