//! `GET /callback/{provider}`: the gateway calls the provider and creates a session. The logins are started before,
//! outside the measured time.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::begin::{pending, uuid_v7};
use super::scenario::{Limit, Prepare, Scenario, expect};
use crate::client::{Reply, header};
use crate::load::{self, Caller};
use crate::provider::code;
use crate::stage::{SESSIONS, Stage};

/// Upper bound of completed logins per second.
const BEGUN: usize = 4_000;
const BEGUN_BY_PGBENCH: usize = 1_000;

pub fn complete(_: &Stage, connections: usize) -> Scenario {
    let ready = Rc::new(RefCell::new(Vec::new()));
    let caller = |_| Box::new(Complete { ready: Rc::clone(&ready) }) as Box<dyn Caller>;
    Scenario {
        name: "complete a login, known user",
        goal: 0.42,
        limits: vec![Limit::Sql("the same two statements", statements())],
        callers: (0..connections).map(caller).collect(),
        prepare: Some(prepare(Rc::clone(&ready), connections)),
    }
}

type Ready = Rc<RefCell<Vec<Vec<u8>>>>;

fn prepare(ready: Ready, connections: usize) -> Prepare {
    Box::new(move |stage: &Stage, time: Duration, number: usize| {
        let wanted = BEGUN * usize::try_from(time.as_secs().max(1)).unwrap_or(1);
        let begin = |_| Box::new(Begin { left: wanted / connections, ready: Rc::clone(&ready) }) as Box<dyn Caller>;
        let callers = (0..connections).map(begin).collect();
        load::run(stage.gateway.public, callers, Duration::from_secs(60)).expect("logins");
        let hash = format!("sha256(convert_to('{number}-' || client || '-' || n, 'UTF8'))");
        let each = BEGUN_BY_PGBENCH * usize::try_from(time.as_secs().max(1)).unwrap_or(1);
        let from = format!("FROM generate_series(0, {}) client, generate_series(1, {each}) n", connections - 1);
        stage.execute(&pending("", &from, &hash));
    })
}

/// The two statements of the gateway: claim the authorization session, complete the login.
fn statements() -> String {
    let (from, to, id) = (SESSIONS / 2, SESSIONS - 1, uuid_v7());
    let step = r#"[{"at": "2026-11-21T12:00:00.000000Z", "step": "returned", "detail": null}]"#;
    format!(
        "\\set n :n + 1
\\set who random({from}, {to})
UPDATE authorization_sessions SET claimed_at = now(), steps = steps || '{step}' WHERE provider = 'op' AND state_hash = \
sha256(convert_to(:number::int || '-' || :client_id::int || '-' || :n::int, 'UTF8')) AND flow = 'browser' \
AND binding_hash = decode(repeat('5a', 32), 'hex') AND origin IS NULL AND status = 'pending' AND claimed_at IS NULL \
AND expires_at > now() RETURNING id AS login, reference, handshake, return_to \\gset
WITH new AS MATERIALIZED (SELECT {id} AS id, {id} AS audit), admitted AS (UPDATE users SET \
email = :who::text || '@example.com', email_verified = true, name = :who::text || ' of Example', \
preferred_username = NULL, picture = NULL, groups = '{{}}', updated_at = now() FROM subs WHERE subs.provider = 'op' \
AND subs.sub = :who::text AND users.id = subs.user_id AND users.disabled_at IS NULL \
RETURNING users.id AS user_id, subs.id AS sub_id), seen AS (UPDATE subs SET claims = '{{\"name\": \"x of Example\", \
\"email\": \"x@example.com\", \"email_verified\": true}}', last_login_at = now() FROM admitted \
WHERE subs.id = admitted.sub_id), session AS (INSERT INTO sessions (id, user_id, sub_id, provider, client_id, scopes, \
auth_time, last_activity_at, not_after, ip, upstream_id_token, created_at) SELECT new.id, user_id, sub_id, 'op', \
'vestibule', 'openid profile email', now(), now(), now() + interval '90 days', '127.0.0.1', \
decode(repeat('5a', 500), 'hex'), now() FROM admitted, new), completed AS (UPDATE authorization_sessions SET \
status = 'completed', completed_at = now(), session_id = new.id, steps = steps || '{step}' FROM admitted, new \
WHERE authorization_sessions.id = :login::uuid), audited AS (INSERT INTO audit_events (id, at, kind, user_id, \
session_id, provider, client_id, ip, reference) SELECT new.audit, now(), 'login_completed', user_id, new.id, 'op', \
'vestibule', '127.0.0.1', 'abcde-fghij' FROM admitted, new) SELECT user_id FROM admitted;\n"
    )
}

/// Does a complete login.
pub fn log_in(stage: &Stage, number: u64) -> Result<(), String> {
    let (_, head, _) = load::once(stage.gateway.public, &load::get("/login/op", ""))?;
    let (status, head, _) = load::once(stage.gateway.public, &way_back(&head, number))?;
    if status == 303 { Ok(()) } else { Err(head) }
}

/// The callback request for the redirect of this answer.
fn way_back(head: &str, number: u64) -> Vec<u8> {
    let location = header(head, "location").unwrap_or_default();
    let said = |name: &str| {
        let (_, rest) = location.split_once(&format!("{name}=")).unwrap_or_default();
        rest.split('&').next().unwrap_or_default()
    };
    let cookie = header(head, "set-cookie").and_then(|line| line.split(';').next()).unwrap_or_default();
    let code = code(&number.to_string(), said("nonce"));
    load::get(&format!("/callback/op?code={code}&state={}", said("state")), &format!("Cookie: {cookie}\r\n"))
}

/// Starts logins and stores the requests that complete them.
struct Begin {
    left: usize,
    ready: Ready,
}

impl Caller for Begin {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        request.extend(load::get("/login/op", ""));
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        more
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 302)?;
        let mut ready = self.ready.borrow_mut();
        let number = ready.len() as u64 % (SESSIONS / 2);
        ready.push(way_back(reply.head, number));
        Ok(())
    }
}

/// Completes the started logins.
struct Complete {
    ready: Ready,
}

impl Caller for Complete {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        let next = self.ready.borrow_mut().pop();
        next.is_some_and(|next| {
            request.extend(next);
            true
        })
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 303)
    }
}
