//! `GET /login/{provider}`: inserts a row and redirects.

use super::scenario::{Limit, Scenario, expect};
use crate::client::Reply;
use crate::hot::statement;
use crate::load::{self, Caller};
use crate::stage::Stage;

pub fn begin(_: &Stage, connections: usize) -> Scenario {
    let caller = |_| Box::new(Begin(load::get("/login/op", ""))) as Box<dyn Caller>;
    Scenario {
        name: "begin a login",
        goal: 0.75,
        limits: vec![Limit::Sql("the same INSERT, not waiting for the disk", format!("{};\n", insert()))],
        callers: (0..connections).map(caller).collect(),
        prepare: None,
    }
}

/// The gateway's statement for one row, with values of the size of a real login.
fn insert() -> String {
    statement(
        "login::store::begin::Insert",
        &[
            ("id", uuid_v7()),
            ("reference", "left(gen_random_uuid()::text, 11)"),
            ("provider", "'op'"),
            ("flow", "'browser'"),
            ("state", RANDOM),
            ("handshake", "decode(repeat('5a', 250), 'hex')"),
            ("binding", "decode(repeat('5a', 32), 'hex')"),
            ("ip", "'127.0.0.1'"),
            ("steps", r#"'[{"at": "2026-11-21T12:00:00.000000Z", "step": "began", "detail": null}]'"#),
            ("now", "now()"),
            ("expires_at", "now() + interval '5 minutes'"),
        ],
    )
}

/// The hash of a random `state`.
pub const RANDOM: &str = "sha256(uuid_send(gen_random_uuid()))";

/// Inserts pending rows of the size of a real login; `state` hashes to this.
pub fn pending(from: &str, state_hash: &str) -> String {
    let id = uuid_v7();
    format!(
        "INSERT INTO authorization_sessions (id, reference, provider, flow, state_hash, handshake, binding_hash, \
origin, return_to, ip, user_agent, steps, created_at, expires_at) SELECT {id}, left(gen_random_uuid()::text, 11), \
'op', 'browser', {state_hash}, decode(repeat('5a', 250), 'hex'), decode(repeat('5a', 32), 'hex'), NULL, NULL, \
'127.0.0.1', NULL, '[{{\"at\": \"2026-11-21T12:00:00.000000Z\", \"step\": \"began\", \"detail\": null}}]', now(), \
now() + interval '5 minutes' {from}"
    )
}

/// A UUIDv7 in SQL.
pub fn uuid_v7() -> &'static str {
    "encode(substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) \
|| substring(uuid_send(gen_random_uuid()) FROM 7), 'hex')::uuid"
}

struct Begin(Vec<u8>);

impl Caller for Begin {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        request.extend_from_slice(&self.0);
        true
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 302)
    }
}
