//! Queued codes: one statement and one commit, and each code gives one session.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use vestibule::base::db::Db;
use vestibule::base::id::SessionId;
use vestibule::base::secret::Plain;
use vestibule::token::{RedeemAsk, Redeemed, Redemptions};

use super::held::{Held, Request};
use crate::costs::many_sessions::ManySessions;
use crate::support::Gateway;
use crate::support::app::{CHALLENGE, SPA, Tokens, code, error, path, redeem, redemption, sign_in, start};

/// Codes of `spa`, each of another person in another browser.
async fn codes(gateway: &Gateway, number: usize) -> Vec<String> {
    let mut codes = Vec::new();
    for person in 0..number {
        codes.push(code(
            &sign_in(&gateway.browser(), &path(&[("nonce", &format!("n-{person}"))]), &format!("p{person}")).await,
        ));
    }
    codes
}

fn ask(gateway: &Gateway, code: &str) -> RedeemAsk {
    let now = gateway.clock.now();
    RedeemAsk {
        hash: Plain::new(code).hashed(),
        client_id: "spa".to_owned(),
        redirect_uri: SPA.to_owned(),
        challenge: Some(CHALLENGE.to_owned()),
        resources: Vec::new(),
        is_own_audience: true,
        most_wrong: 5,
        session: SessionId::new(now),
        providers: ["op".to_owned()].into(),
        used_after: now - chrono::TimeDelta::days(7),
        with_claims: false,
        now,
    }
}

fn request(db: &Db, ask: RedeemAsk) -> Request<Option<Redeemed>> {
    let db = db.clone();
    Box::pin(async move { db.run_batched::<Redemptions>(ask).await })
}

async fn redeem_together(held: &Held, asks: Vec<RedeemAsk>) -> Vec<Option<Redeemed>> {
    let results = held.all_at_once(asks.into_iter().map(|ask| request(&held.db, ask)).collect()).await;
    results.into_iter().map(|result| result.expect("an answer")).collect()
}

#[tokio::test]
async fn queued_codes_are_one_statement_and_one_commit_and_each_gives_its_own_session() {
    let many = ManySessions::start();
    let (gateway, held) = (&many.gateway, Held::new(&many.database, 1));
    let codes = codes(gateway, 12).await;
    // The first one opens the connection and prepares the statement.
    let first = redeem_together(&held, vec![ask(gateway, &codes[0])]).await;
    assert!(first[0].is_some());
    many.forget();
    let asks: Vec<RedeemAsk> = codes[1..].iter().rev().map(|code| ask(gateway, code)).collect();
    let wanted: Vec<_> = asks.iter().map(|ask| ask.session).collect();
    let redeemed = redeem_together(&held, asks).await;
    let given: Vec<_> = redeemed.iter().flatten().map(|redeemed| redeemed.signed_in.session.id).collect();
    assert_eq!(given, wanted);
    let nonces: Vec<_> = redeemed.iter().flatten().map(|redeemed| redeemed.nonce.clone().expect("a nonce")).collect();
    let expected: Vec<_> = (1..12).rev().map(|person| format!("n-{person}")).collect();
    assert_eq!(nonces, expected, "each answer is that of its code");
    for (redeemed, person) in redeemed.iter().flatten().zip((1..12).rev()) {
        assert_eq!(redeemed.signed_in.user.profile.email, Some(format!("p{person}@example.com")));
        assert_eq!(redeemed.others, 0);
    }
    assert_eq!(many.asked().len(), 1, "{:?}", many.asked());
    let transactions = "SELECT count(DISTINCT xmin::text) FROM sessions WHERE client_id = 'spa'";
    assert_eq!(many.database.number(transactions), 2);
}

/// TK-01, TK-05, TK-08: what does not match, and what another transaction has locked, is left to a statement of its own.
#[tokio::test]
async fn a_code_that_does_not_match_delays_and_changes_no_other() {
    let gateway = start();
    let held = Held::new(&gateway.database, 1);
    let codes = codes(&gateway, 9).await;
    Tokens::of(&redeem(&gateway, &codes[1], &[]).await);
    let locked = format!(
        "BEGIN; SELECT 1 FROM sessions WHERE id = (SELECT session_id FROM authorization_codes WHERE hash = '\\x{}') FOR UPDATE",
        crate::support::hexadecimal(Plain::new(codes[7].as_str()).hashed().as_bytes()),
    );
    let mut conn = gateway.database.connection();
    conn.batch_execute(&locked).expect("a lock");
    let mut asks: Vec<RedeemAsk> = codes.iter().map(|code| ask(&gateway, code)).collect();
    asks[2].challenge = Some("another".to_owned());
    asks[3].client_id = "cli".to_owned();
    asks[4].redirect_uri = "https://spa.example/other".to_owned();
    asks[5].providers = Arc::new(["gone".to_owned()]);
    asks[6].now += chrono::TimeDelta::days(1);
    let given: Vec<bool> = redeem_together(&held, asks).await.iter().map(Option::is_some).collect();
    assert_eq!(given, [true, false, false, false, false, false, false, false, true]);
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE client_id = 'spa'"), 3);
    assert_eq!(gateway.database.number("SELECT sum(wrong_verifiers) FROM authorization_codes"), 0);
    conn.batch_execute("ROLLBACK").expect("the end");
    for valid in [2, 3, 4, 5, 7] {
        Tokens::of(&redeem(&gateway, &codes[valid], &[]).await);
    }
}

/// TK-02: one of two requests with a code gets its session, the other one ends it.
#[tokio::test]
async fn a_code_twice_in_a_statement_is_redeemed_once() {
    let gateway = start();
    let held = Held::new(&gateway.database, 1);
    let codes = codes(&gateway, 2).await;
    let asks = [&codes[0], &codes[1], &codes[0]].map(|code| ask(&gateway, code));
    let given = redeem_together(&held, asks.into()).await.iter().flatten().count();
    assert_eq!(given, 2);
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE client_id = 'spa'"), 2);
    assert_eq!(error(&redeem(&gateway, &codes[0], &[]).await), (400, "invalid_grant".into()));
    let ended = "SELECT count(*) FROM sessions WHERE client_id = 'spa' AND ended_reason = 'code_reuse'";
    assert_eq!(gateway.database.number(ended), 1);
}

/// Many people at once, by HTTP: every code gives its own person's tokens.
#[tokio::test]
async fn codes_that_come_together_give_each_app_its_own_person() {
    let gateway = start();
    let codes = codes(&gateway, 24).await;
    let answers = codes.iter().map(|code| redemption(&gateway, code, &[]).send());
    let answers = futures_util::future::join_all(answers).await;
    for (person, answer) in answers.iter().enumerate() {
        let claims = Tokens::of(answer).id_claims();
        assert_eq!(claims["email"], format!("p{person}@example.com"));
        assert_eq!(claims["nonce"], format!("n-{person}"));
    }
}
