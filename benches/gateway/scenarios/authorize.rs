//! An app whose user is signed in: `GET /oauth2/authorize` for a code, and `POST /oauth2/token` for its tokens. The redeemed
//! codes are issued before, outside the measured time.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use vestibule::session::encode;

use super::app_login::code_in;
use super::scenario::{Limit, Prepare, Scenario, expect};
use crate::client::Reply;
use crate::load::{self, Caller};
use crate::stage::{SESSIONS, Stage, session_id, session_id_sql};

/// The client id of the app.
pub const APP: &str = "app";
/// The redirect URI of the app.
pub const REDIRECT_URI: &str = "https://app.example/cb";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Upper bound of redeemed codes per second.
const HANDED_OUT: usize = 6_000;
const HANDED_OUT_BY_PGBENCH: usize = 16_000;

type Codes = Rc<RefCell<Vec<String>>>;

pub fn authorize(stage: &Stage, connections: usize) -> Scenario {
    let caller = |place| Authorize::boxed(stage, place, connections as u64, usize::MAX, None);
    let (from, to) = (SESSIONS / 2, SESSIONS - 1);
    Scenario {
        name: "authorize, signed in",
        goal: 0.5,
        limits: vec![Limit::Sql("the same SELECT and INSERT", hand_out(&format!("random({from}, {to})")))],
        callers: (0..connections as u64).map(caller).collect(),
        prepare: None,
    }
}

pub fn redeem(_: &Stage, connections: usize) -> Scenario {
    let codes = Codes::default();
    let caller = |_| Box::new(Redeem { codes: Rc::clone(&codes) }) as Box<dyn Caller>;
    Scenario {
        name: "code for tokens",
        goal: 0.5,
        limits: vec![Limit::Sql("the same UPDATE and INSERT", redemption())],
        callers: (0..connections).map(caller).collect(),
        prepare: Some(prepare(codes, connections)),
    }
}

fn prepare(codes: Codes, connections: usize) -> Prepare {
    Box::new(move |stage: &Stage, time: Duration, number: usize| {
        codes.borrow_mut().clear();
        let seconds = usize::try_from(time.as_secs().max(1)).unwrap_or(1);
        let each = HANDED_OUT * seconds / connections;
        let caller = |place| Authorize::boxed(stage, place, connections as u64, each, Some(Rc::clone(&codes)));
        let callers = (0..connections as u64).map(caller).collect();
        load::run(stage.gateway.public, callers, Duration::from_secs(60)).expect("codes");
        let half = SESSIONS / 2;
        let (session, last) = (session_id_sql(&format!("({half} + n % {half})")), connections - 1);
        stage.execute(&format!(
            "INSERT INTO authorization_codes (hash, session_id, client_id, redirect_uri, challenge, nonce, scope,
                                              created_at, expires_at)
             SELECT sha256(convert_to('{number}-' || client || '-' || n, 'UTF8')), {session}, '{APP}', '{REDIRECT_URI}',
                    '{CHALLENGE}', 'n', 'openid offline_access', now(), now() + interval '60 seconds'
             FROM generate_series(0, {last}) client, generate_series(1, {}) n",
            HANDED_OUT_BY_PGBENCH * seconds / connections
        ));
    })
}

/// Reads the session and inserts a code for it.
fn hand_out(number: &str) -> String {
    let id = session_id_sql(":n::bigint");
    format!(
        "\\set n {number}
SELECT s.id, s.user_id, s.client_id, s.scopes, s.auth_time, s.last_activity_at, s.not_after, s.ended_at, u.email \
FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = {id};
INSERT INTO authorization_codes (hash, session_id, client_id, redirect_uri, challenge, nonce, scope, created_at, \
expires_at) SELECT sha256(convert_to(gen_random_uuid()::text, 'UTF8')), s.id, '{APP}', '{REDIRECT_URI}', '{CHALLENGE}', \
'n', 'openid offline_access', now(), now() + interval '60 seconds' FROM sessions s JOIN users u ON u.id = s.user_id \
WHERE s.id = {id} AND s.ended_at IS NULL AND u.disabled_at IS NULL;\n"
    )
}

/// Consumes the code and inserts the app's session under the browser's.
fn redemption() -> String {
    let id = super::begin::uuid_v7();
    format!(
        "\\set n :n + 1
WITH code AS (UPDATE authorization_codes SET redeemed_at = now(), app_session_id = {id} WHERE hash = \
sha256(convert_to(:number::int || '-' || :client_id::int || '-' || :n::int, 'UTF8')) AND client_id = '{APP}' \
AND redirect_uri = '{REDIRECT_URI}' AND challenge = '{CHALLENGE}' AND redeemed_at IS NULL AND expires_at > now() \
RETURNING session_id, scope, nonce, app_session_id), parent AS (SELECT p.*, code.scope, code.app_session_id FROM code \
JOIN sessions p ON p.id = code.session_id WHERE p.ended_at IS NULL AND p.not_after > now() FOR SHARE OF p), \
app AS (INSERT INTO sessions (id, user_id, sub_id, provider, client_id, parent_id, auth_time, scopes, last_activity_at, \
not_after, user_agent, ip, created_at) SELECT p.app_session_id, p.user_id, p.sub_id, p.provider, '{APP}', p.id, \
p.auth_time, p.scope, now(), p.not_after, p.user_agent, p.ip, now() FROM parent p RETURNING id, user_id) \
SELECT app.id, u.email FROM app JOIN users u ON u.id = app.user_id;\n"
    )
}

/// Sends authorization requests with one signed-in browser after the other, and stores the codes on request.
struct Authorize {
    requests: Vec<Vec<u8>>,
    next: usize,
    left: usize,
    codes: Option<Codes>,
}

impl Authorize {
    /// Caller `place` of that many; each uses separate browsers.
    fn boxed(stage: &Stage, place: u64, callers: u64, left: usize, codes: Option<Codes>) -> Box<dyn Caller> {
        let numbers = (place..SESSIONS / 2).step_by(usize::try_from(callers).unwrap_or(1));
        let requests = numbers.map(|number| Self::request(stage, number)).collect();
        Box::new(Self { requests, next: 0, left, codes })
    }

    fn request(stage: &Stage, number: u64) -> Vec<u8> {
        let cookie = encode(&stage.ring, session_id(number));
        let path = authorization_path();
        load::get(&path, &format!("Cookie: vestibule={}\r\n", cookie.expose()))
    }
}

impl Caller for Authorize {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        request.extend_from_slice(&self.requests[self.next]);
        self.next = (self.next + 1) % self.requests.len();
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        more
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 302)?;
        let code = code_in(reply)?;
        if let Some(codes) = &self.codes {
            codes.borrow_mut().push(code);
        }
        Ok(())
    }
}

struct Redeem {
    codes: Codes,
}

impl Caller for Redeem {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        let next = self.codes.borrow_mut().pop();
        next.is_some_and(|code| {
            let form = redemption_form(&code);
            request.extend(load::post("/oauth2/token", "", &form));
            true
        })
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 200)
    }
}

/// The authorization request of the app.
pub fn authorization_path() -> String {
    format!(
        "/oauth2/authorize?client_id={APP}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&\
         scope=openid%20offline_access&state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

/// The form that redeems a code.
pub fn redemption_form(code: &str) -> String {
    format!(
        "grant_type=authorization_code&client_id={APP}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&\
         code_verifier={VERIFIER}&code={code}"
    )
}
