//! `GET /callback/{provider}`: the gateway calls the provider and creates a session. The logins are started before,
//! outside the measured time.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::begin::pending;
use super::scenario::{Limit, Prepare, Scenario, expect};
use crate::client::{Reply, header};
use crate::hot::statement;
use crate::load::{self, Caller, Callers};
use crate::provider::code;
use crate::stage::{SESSIONS, Stage};

/// The path of the gateway's callback.
const CALLBACK: &str = "/callback/op";
/// Upper bounds of completed logins per second.
const BEGUN: usize = 4_000;
const BEGUN_BY_PGBENCH: usize = 6_000;

pub fn complete(_: &Stage, connections: usize) -> Scenario {
    let ready = Ready::default();
    Scenario {
        name: "complete a login, known user",
        goal: 0.42,
        limits: vec![Limit::Sql("the same two statements", statements(&tag("browser", connections)))],
        callers: callers(&ready, connections),
        prepare: Some(before_callbacks(ready, connections, browser_request, Some(tag("browser", connections)))),
    }
}

/// The same without a limit and its rows.
pub fn complete_alone(_: &Stage, connections: usize) -> Scenario {
    let ready = Ready::default();
    Scenario {
        name: "complete a login",
        goal: 0.0,
        limits: Vec::new(),
        callers: callers(&ready, connections),
        prepare: Some(before_callbacks(ready, connections, browser_request, None)),
    }
}

fn callers(ready: &Ready, connections: usize) -> Callers {
    let caller = |_| Box::new(Complete { ready: Rc::clone(ready), status: 303 }) as Box<dyn Caller>;
    (0..connections).map(caller).collect()
}

fn browser_request() -> Vec<u8> {
    load::get("/login/op", "")
}

/// The callback requests of begun logins.
pub type Ready = Rc<RefCell<Vec<Vec<u8>>>>;

/// Begins logins by `request` before each interval, and, where there is a limit, those of pgbench.
pub fn before_callbacks(ready: Ready, connections: usize, request: fn() -> Vec<u8>, limit: Option<String>) -> Prepare {
    let mut of_pgbench = limit.map(|tag| statements_only(tag, connections));
    Box::new(move |stage: &Stage, time: Duration, number: usize| {
        let each_second = if of_pgbench.is_some() { BEGUN } else { BEGUN / 2 };
        let wanted = each_second * usize::try_from(time.as_secs().max(1)).unwrap_or(1);
        ready.borrow_mut().clear();
        let begin = |_| {
            let (left, request, callback) = (wanted / connections, request(), CALLBACK);
            Box::new(Begin { left, request, callback, ready: Rc::clone(&ready) }) as Box<dyn Caller>
        };
        let callers = (0..connections).map(begin).collect();
        load::run(stage.gateway.public, callers, Duration::from_secs(60)).expect("logins");
        if let Some(of_pgbench) = &mut of_pgbench {
            of_pgbench(stage, time, number);
        }
    })
}

/// Callers that complete logins at any server, and what begins those logins before each interval.
pub fn callbacks(
    address: SocketAddr,
    begin: &'static str,
    callback: &'static str,
    status: u16,
    connections: usize,
) -> (Callers, impl FnMut()) {
    let ready = Ready::default();
    let complete = |_| Box::new(Complete { ready: Rc::clone(&ready), status }) as Box<dyn Caller>;
    let callers = (0..connections).map(complete).collect();
    let begin = move || {
        ready.borrow_mut().clear();
        let request = load::get(begin, "");
        let caller = |_| {
            let (request, left) = (request.clone(), BEGUN / 2 / connections);
            Box::new(Begin { left, request, callback, ready: Rc::clone(&ready) }) as Box<dyn Caller>
        };
        load::run(address, (0..connections).map(caller).collect(), Duration::from_secs(60)).expect("logins");
    };
    (callers, begin)
}

/// What distinguishes the logins that pgbench completes in one scenario from those of another.
pub fn tag(name: &str, connections: usize) -> String {
    format!("{name}-{connections}-")
}

/// Inserts the pending logins that pgbench completes.
pub fn statements_only(tag: String, connections: usize) -> Prepare {
    Box::new(move |stage: &Stage, time: Duration, number: usize| {
        let hash = format!("sha256(convert_to('{tag}{number}-' || client || '-' || n, 'UTF8'))");
        let total = BEGUN_BY_PGBENCH * usize::try_from(time.as_secs().max(1)).unwrap_or(1);
        let each = total / connections;
        let from = format!("FROM generate_series(0, {}) client, generate_series(1, {each}) n", connections - 1);
        stage.execute(&pending(&from, &hash));
    })
}

/// The two statements of the gateway: claim the authorization session, complete the login.
pub fn statements(tag: &str) -> String {
    let (from, to) = (SESSIONS / 2, SESSIONS - 1);
    let step = r#"'[{"at": "2026-11-21T12:00:00.000000Z", "step": "returned", "detail": null}]'"#;
    let seed = format!("'{tag}' || :number::int || '-' || :client_id::int || '-' || :n::int");
    let state = format!("sha256(convert_to({seed}, 'UTF8'))");
    let claim = statement(
        "login::store::claim::Update",
        &[
            ("provider", "'op'"),
            ("state", &state),
            ("flow", "'browser'"),
            ("binding", "decode(repeat('5a', 32), 'hex')"),
            ("require_binding", "true"),
            ("by_form", "false"),
            ("steps", step),
            ("now", "now()"),
        ],
    );
    // Ids like UUIDv7. Each occurrence has the same value: `now()` is fixed within a statement.
    let id = |of: &str| {
        let time = "substring(int8send((extract(epoch FROM now()) * 1000)::bigint) FROM 3)";
        format!("encode({time} || substring(sha256(convert_to('{of}' || {seed}, 'UTF8')) FROM 1 FOR 10), 'hex')::uuid")
    };
    let (session, audit) = (id("session"), id("audit"));
    let profile = r#"'{"name": "x of Example", "email": "x@example.com", "email_verified": true}'"#;
    let write = statement(
        "login::store::write_login::Write",
        &[
            ("provider", "'op'"),
            ("sub", ":who::text"),
            ("email", ":who::text || '@example.com'"),
            ("email_verified", "true"),
            ("name", ":who::text || ' of Example'"),
            ("keep_name", "false"),
            ("groups", "'{}'"),
            ("profile", profile),
            ("claims", profile),
            ("session", &session),
            ("client_id", "'vestibule'"),
            ("scopes", "'openid profile email'"),
            ("auth_time", "now()"),
            ("auth_time_vouched", "false"),
            ("not_after", "now() + interval '90 days'"),
            ("ip", "'127.0.0.1'"),
            ("upstream_id_token", "decode(repeat('5a', 500), 'hex')"),
            ("sub_hash", "sha256(convert_to(:who::text, 'UTF8'))"),
            ("ends_sessions", "true"),
            ("returned_at", "now()"),
            ("authorization_session", ":id"),
            ("steps", step),
            ("audit", &audit),
            ("reference", "'abcde-fghij'"),
            ("needs_previous", "false"),
            ("now", "now()"),
        ],
    );
    format!("\\set n :n + 1\n\\set who random({from}, {to})\n{claim} \\gset\n{write};\n")
}

/// Does a complete login.
pub fn log_in(stage: &Stage, number: u64) -> Result<(), String> {
    let (_, head, _) = load::once(stage.gateway.public, &load::get("/login/op", ""))?;
    let (status, head, _) = load::once(stage.gateway.public, &way_back(&head, number))?;
    if status == 303 { Ok(()) } else { Err(head) }
}

/// The callback request for the redirect of this answer.
pub fn way_back(head: &str, number: u64) -> Vec<u8> {
    way_back_to(CALLBACK, head, number)
}

fn way_back_to(callback: &str, head: &str, number: u64) -> Vec<u8> {
    let location = header(head, "location").unwrap_or_default();
    let said = |name: &str| {
        let (_, rest) = location.split_once(&format!("{name}=")).unwrap_or_default();
        rest.split('&').next().unwrap_or_default()
    };
    let cookie = header(head, "set-cookie").and_then(|line| line.split(';').next()).unwrap_or_default();
    let code = code(&number.to_string(), said("nonce"));
    load::get(&format!("{callback}?code={code}&state={}", said("state")), &format!("Cookie: {cookie}\r\n"))
}

/// Starts logins and stores the requests that complete them.
struct Begin {
    left: usize,
    request: Vec<u8>,
    /// The path of the callback.
    callback: &'static str,
    ready: Ready,
}

impl Caller for Begin {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        request.extend_from_slice(&self.request);
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        more
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 302)?;
        let mut ready = self.ready.borrow_mut();
        let number = ready.len() as u64 % (SESSIONS / 2);
        ready.push(way_back_to(self.callback, reply.head, number));
        Ok(())
    }
}

/// Completes the started logins.
pub struct Complete {
    pub ready: Ready,
    /// The expected status: 303 for a browser, 302 for an app.
    pub status: u16,
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
        expect(reply, self.status)
    }
}
