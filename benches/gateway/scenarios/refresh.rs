//! `POST /oauth2/token` with a refresh token: each caller cycles through separate sessions, always with the newest token.

use super::scenario::{Limit, Scenario, expect};
use crate::client::Reply;
use crate::hot::statement;
use crate::load::{self, Caller};
use crate::stage::{SESSIONS, Stage, session_id_sql};

/// Sessions that are not refreshed.
const SPARED: u64 = 1_000;

pub fn refresh(stage: &Stage, connections: usize) -> Scenario {
    let (each, from, to) = ((SESSIONS / 2 - SPARED) / connections as u64, SESSIONS / 2, SESSIONS - 1);
    let chains = |caller| Chains::boxed(stage, (0..each).map(|number| caller * each + number));
    Scenario {
        name: "refresh, rotating",
        goal: 0.6,
        limits: vec![Limit::Sql("the same UPDATE … RETURNING", update(&format!("random({from}, {to})")))],
        callers: (0..connections as u64).map(chains).collect(),
        prepare: None,
    }
}

/// The gateway's statement for one row, except that it accepts the current counter.
pub fn update(number: &str) -> String {
    let rotate = statement(
        "token::store::rotate::Rotate",
        &[
            ("id", &session_id_sql(":n::bigint")),
            ("counter", "s.refresh_token_counter"),
            ("step", "1"),
            ("client_id", "'vestibule'"),
            ("resources", "'{}'"),
            ("is_own_audience", "true"),
            ("refreshed_from", "5"),
            ("providers", "'{op}'"),
            ("used_after", "now() - interval '7 days'"),
            ("now", "now()"),
        ],
    );
    format!("\\set n {number}\n{rotate};\n")
}

/// Where refresh tokens are redeemed.
#[derive(Clone, Copy)]
pub struct TokenEndpoint {
    pub path: &'static str,
    /// Parameters of the form before those of every refresh.
    pub parameters: &'static str,
}

const OURS: TokenEndpoint = TokenEndpoint { path: "/oauth2/token", parameters: "" };

/// Sessions, each with its newest refresh token.
pub struct Chains {
    tokens: Vec<String>,
    endpoint: TokenEndpoint,
    next: usize,
}

impl Chains {
    /// A caller for the sessions with these numbers, none of which has been refreshed.
    pub fn boxed(stage: &Stage, numbers: impl Iterator<Item = u64>) -> Box<dyn Caller> {
        Self::of_tokens(numbers.map(|number| stage.refresh_token(number)).collect(), OURS)
    }

    /// A caller for the sessions with these tokens.
    pub fn of_tokens(tokens: Vec<String>, endpoint: TokenEndpoint) -> Box<dyn Caller> {
        Box::new(Self { tokens, endpoint, next: 0 })
    }
}

impl Caller for Chains {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        request.extend(with_token(self.endpoint, &self.tokens[self.next]));
        true
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        expect(reply, 200)?;
        let token = member(reply.body, "refresh_token").ok_or("no refresh token")?;
        token.clone_into(&mut self.tokens[self.next]);
        self.next = (self.next + 1) % self.tokens.len();
        Ok(())
    }
}

/// Refreshes a session and returns the new access token.
pub fn access_token(stage: &Stage, number: u64) -> String {
    let request = with_token(OURS, &stage.refresh_token(number));
    let (status, head, body) = load::once(stage.gateway.public, &request).expect("an answer");
    assert_eq!(status, 200, "{head}");
    member(&body, "access_token").expect("an access token").to_owned()
}

fn with_token(endpoint: TokenEndpoint, token: &str) -> Vec<u8> {
    let form = format!("{}grant_type=refresh_token&refresh_token={token}", endpoint.parameters);
    load::post(endpoint.path, "", &form)
}

/// A text member of a flat JSON object. Parsing all of it would cost more than the answer itself.
fn member<'b>(body: &'b [u8], name: &str) -> Option<&'b str> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(value, _)| value)
}
