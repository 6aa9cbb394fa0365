//! Claims a login: one statement decides which request completes it. Only if it matches no row is the row read to find
//! out why.

use diesel::sql_types::{Binary, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{AuthorizationRequestId, AuthorizationSessionId, Reference, SessionId, UserId};
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::grant::StoredRequest;
use crate::login::authorization_session::{Linking, Status, Steps};
use crate::login::input::Flow;
use crate::login::mistake::Mistake;
use crate::login::refusal::{Code, Goal, LoginRefusal};

/// The step that names a mistake.
const REFUSED: &str = "refused";

/// The conditions of a claim.
pub struct Claim {
    pub provider: String,
    pub state: Hashed,
    pub flow: Flow,
    pub binding: Option<Hashed>,
    /// The challenge of the `code_verifier` that came.
    pub challenge: Option<String>,
    pub origin: Option<String>,
    pub require_binding: bool,
    /// Whether the response must have been stored by a form post.
    pub by_form: bool,
    pub steps: Value,
    pub now: Timestamp,
}

/// The row of a claimed login, and the request that it is for.
pub struct ClaimedRow {
    pub id: AuthorizationSessionId,
    pub reference: Reference,
    pub handshake: Vec<u8>,
    /// The response of the form post, sealed.
    pub posted: Option<Vec<u8>>,
    pub return_to: Option<String>,
    pub request: Option<AuthorizationRequestId>,
    /// That request as it was stored when the login was claimed.
    pub stored_request: Option<StoredRequest>,
    pub link: Option<Linking>,
}

/// The columns of a claimed login and of the request that it is for, from the rows of `claimed`.
macro_rules! claimed_columns {
    () => {
        "claimed.id, claimed.reference, claimed.handshake, claimed.posted, claimed.return_to,
         claimed.authorization_request_id, claimed.link_session_id, claimed.link_user_id,
         asked.request, asked.binding_hash, asked.session_id, asked.created_at, asked.expires_at, asked.answered_at
         FROM claimed
              LEFT JOIN authorization_requests asked ON asked.id = ANY (ARRAY[claimed.authorization_request_id])"
    };
}
pub(super) use claimed_columns;

statement! {
    struct Update<'a> {
        provider: &'a str => Text,
        state: &'a [u8] => Binary,
        flow: Flow => Text,
        binding: Option<&'a [u8]> => Nullable<Binary>,
        require_binding: bool => Bool,
        challenge: Option<&'a str> => Nullable<Text>,
        origin: Option<&'a str> => Nullable<Text>,
        by_form: bool => Bool,
        steps: &'a Value => Jsonb,
        now: Timestamp => Timestamptz,
    }
    // Asynchronous commit: the durable commit that completes the login writes this one too. If it is lost in a crash, the
    // login is pending again, and the provider refuses the second use of the code.
    concat!(
        "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), claimed AS (
             UPDATE authorization_sessions
             SET claimed_at = {now}, steps = steps || {steps}
             FROM hasty
             WHERE provider = {provider} AND state_hash = {state} AND flow = {flow}
               AND spa_challenge IS NOT DISTINCT FROM {challenge}
               AND CASE WHEN {binding} IS NOT NULL THEN binding_hash = {binding}
                        ELSE spa_challenge IS NOT NULL OR NOT ({require_binding} OR carries_cookie) END
               AND CASE WHEN {origin} IS NOT NULL THEN COALESCE(origin = {origin}, true)
                        ELSE origin IS NULL OR {binding} IS NOT NULL OR {challenge} IS NOT NULL END
               AND (status = 'pending') IS TRUE AND claimed_at IS NULL AND (expires_at > {now}) IS TRUE
               AND (posted IS NOT NULL OR NOT {by_form})
             RETURNING id, reference, handshake, posted, return_to, authorization_request_id, link_session_id, link_user_id
         )
         SELECT ", claimed_columns!()
    )
}

#[derive(QueryableByName)]
pub(super) struct Updated {
    #[diesel(sql_type = Uuid)]
    id: AuthorizationSessionId,
    #[diesel(sql_type = Text)]
    reference: String,
    #[diesel(sql_type = Binary)]
    handshake: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    posted: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    return_to: Option<String>,
    #[diesel(sql_type = Nullable<Uuid>)]
    authorization_request_id: Option<AuthorizationRequestId>,
    #[diesel(sql_type = Nullable<Uuid>)]
    link_session_id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Uuid>)]
    link_user_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    request: Option<Value>,
    #[diesel(sql_type = Nullable<Binary>)]
    binding_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Uuid>)]
    session_id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    created_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    answered_at: Option<Timestamp>,
}

impl Updated {
    /// The authorization request that the login is for.
    fn stored_request(&mut self) -> Option<StoredRequest> {
        Some(StoredRequest {
            id: self.authorization_request_id?,
            request: self.request.take()?,
            binding_hash: self.binding_hash.take(),
            session_id: self.session_id,
            created_at: self.created_at?,
            expires_at: self.expires_at?,
            answered_at: self.answered_at,
        })
    }
}

impl From<Updated> for ClaimedRow {
    fn from(mut row: Updated) -> Self {
        let stored_request = row.stored_request();
        let reference = Reference::from_row(row.reference);
        let link = row.link_session_id.zip(row.link_user_id).map(|(session, user)| Linking { session, user });
        let Updated { id, handshake, posted, return_to, authorization_request_id: request, .. } = row;
        Self { id, reference, handshake, posted, return_to, request, stored_request, link }
    }
}

/// Why a login is not claimed.
pub struct Unclaimed {
    /// The refusal that the browser or the frontend gets.
    pub refusal: LoginRefusal,
    /// The mistake of the integration that the request shows, with the reference of the login.
    pub mistake: Option<(Mistake, Reference)>,
}

impl From<LoginRefusal> for Unclaimed {
    fn from(refusal: LoginRefusal) -> Self {
        Self { refusal, mistake: None }
    }
}

/// Claims the login, or returns why not. A refusal does not spend the login, so that another browser cannot; it only adds a step
/// that names a mistake of the integration.
pub fn claim(conn: &mut Conn, claim: &Claim) -> QueryResult<Result<ClaimedRow, Unclaimed>> {
    let update = Update {
        provider: &claim.provider,
        state: claim.state.as_bytes(),
        flow: claim.flow,
        binding: claim.binding.as_ref().map(Hashed::as_bytes),
        require_binding: claim.require_binding,
        challenge: claim.challenge.as_deref(),
        origin: claim.origin.as_deref(),
        by_form: claim.by_form,
        steps: &claim.steps,
        now: claim.now,
    };
    let Some(row) = update.get_result::<Updated>(conn).optional()? else {
        return Ok(Err(why_unclaimed(conn, claim)?));
    };
    Ok(Ok(row.into()))
}

statement! {
    struct Look<'a> { provider: &'a str => Text, state: &'a [u8] => Binary }
    "SELECT id, flow, reference, binding_hash, spa_challenge, carries_cookie, origin, status, return_to, session_id, claimed_at, expires_at, posted IS NOT NULL AS posted,
            authorization_request_id, link_user_id IS NOT NULL AS links
     FROM authorization_sessions WHERE provider = {provider} AND state_hash = {state}"
}

statement! {
    struct Note<'a> { id: AuthorizationSessionId => Uuid, same: &'a Value => Jsonb, steps: &'a Value => Jsonb }
    // Each once: a request that is repeated does not make the row grow.
    "UPDATE authorization_sessions SET steps = steps || {steps}
     WHERE id = {id} AND (status = 'pending') IS TRUE AND NOT steps @> {same}"
}

#[derive(QueryableByName)]
struct UnclaimedRow {
    #[diesel(sql_type = Uuid)]
    id: AuthorizationSessionId,
    #[diesel(sql_type = Text)]
    flow: Flow,
    #[diesel(sql_type = Text)]
    reference: String,
    #[diesel(sql_type = Binary)]
    binding_hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Text>)]
    spa_challenge: Option<String>,
    #[diesel(sql_type = Bool)]
    carries_cookie: bool,
    #[diesel(sql_type = Nullable<Text>)]
    origin: Option<String>,
    #[diesel(sql_type = Text)]
    status: Status,
    #[diesel(sql_type = Nullable<Text>)]
    return_to: Option<String>,
    #[diesel(sql_type = Nullable<Uuid>)]
    session_id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    claimed_at: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: Timestamp,
    #[diesel(sql_type = Bool)]
    posted: bool,
    #[diesel(sql_type = Nullable<Uuid>)]
    authorization_request_id: Option<AuthorizationRequestId>,
    #[diesel(sql_type = Bool)]
    links: bool,
}

/// Whether the claim and the login are of the same browser.
enum BrowserMatch {
    Same,
    Other,
    /// The `code_verifier` of the frontend is missing or wrong, or came although the login has no `code_challenge`.
    WrongVerifier,
}

impl UnclaimedRow {
    /// Compares the browser by the same rules as the statement that claims.
    fn same_browser(&self, claim: &Claim) -> BrowserMatch {
        let same_cookie = claim.binding.map(|binding| binding.matches(&self.binding_hash));
        // Browsers send `Origin` with each POST (Fetch standard). If it is missing, the cookie or the verifier has to show
        // that the sender is the one that began the login, such as a server of the frontend.
        let is_shown = claim.binding.is_some() || claim.challenge.is_some();
        let same_origin = match &claim.origin {
            Some(origin) => self.origin.as_ref().is_none_or(|began| began == origin),
            None => self.origin.is_none() || is_shown,
        };
        let needs_cookie = claim.require_binding || self.carries_cookie;
        match same_cookie {
            _ if !same_origin => BrowserMatch::Other,
            Some(false) => BrowserMatch::Other,
            None if needs_cookie && self.spa_challenge.is_none() => BrowserMatch::Other,
            _ if self.spa_challenge != claim.challenge => BrowserMatch::WrongVerifier,
            Some(true) | None => BrowserMatch::Same,
        }
    }
}

/// Records the mistake with the login, so that `vestibule logins show` names it.
fn mistaken(
    conn: &mut Conn,
    row: UnclaimedRow,
    claim: &Claim,
    mistake: Mistake,
    refusal: LoginRefusal,
) -> QueryResult<Unclaimed> {
    let detail = mistake.text(&claim.provider);
    let same = json!([{ "step": REFUSED, "detail": detail }]);
    let steps = Steps::one(claim.now, REFUSED, Some(detail)).to_json();
    if row.status == Status::Pending {
        Note { id: row.id, same: &same, steps: &steps }.execute(conn)?;
    }
    Ok(Unclaimed { refusal, mistake: Some((mistake, Reference::from_row(row.reference))) })
}

fn why_unclaimed(conn: &mut Conn, claim: &Claim) -> QueryResult<Unclaimed> {
    let look = Look { provider: &claim.provider, state: claim.state.as_bytes() };
    let Some(row) = look.get_result::<UnclaimedRow>(conn).optional()? else {
        return Ok(LoginRefusal::early(Code::UnknownState).into());
    };
    if row.flow != claim.flow {
        let refusal = LoginRefusal::early(Code::UnknownState);
        return mistaken(conn, row, claim, Mistake::OtherFlow(claim.flow), refusal);
    }
    // Without the reference: the login belongs to another browser.
    let (request, goal) = (row.authorization_request_id, Goal::of(&claim.provider, row.return_to.clone(), row.links));
    let refused = |code, reference, goal| LoginRefusal::Refused {
        code,
        reference,
        request,
        goal,
        needs_operator: false,
        signed_in: None,
    };
    match row.same_browser(claim) {
        BrowserMatch::Same => {}
        BrowserMatch::Other => return Ok(refused(Code::WrongBrowser, None, goal).into()),
        BrowserMatch::WrongVerifier => {
            let reference = Some(Reference::from_row(row.reference.clone()));
            let refusal = refused(Code::VerifierMismatch, reference, None);
            let mistake = match (&row.spa_challenge, &claim.challenge) {
                (Some(_), None) => Mistake::NoVerifier,
                (None, _) => Mistake::NeedlessVerifier,
                (Some(_), Some(_)) => Mistake::OtherVerifier,
            };
            return mistaken(conn, row, claim, mistake, refusal);
        }
    }
    let is_open = row.claimed_at.is_none() && row.status == Status::Pending && row.expires_at > claim.now;
    if is_open && claim.by_form && !row.posted {
        // The form post has not been stored yet.
        return Ok(LoginRefusal::early(Code::UnknownState).into());
    }
    let reference = Reference::from_row(row.reference);
    let expired = row.claimed_at.is_none() || row.status == Status::Expired;
    let refusal = if expired {
        refused(Code::StateExpired, Some(reference), goal)
    } else {
        LoginRefusal::Replayed { reference, session: row.session_id, request, return_to: row.return_to, goal }
    };
    Ok(refusal.into())
}
