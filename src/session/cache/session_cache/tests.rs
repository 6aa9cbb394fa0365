use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::account::{Profile, User};
use crate::session::{Aal, Session, StatusIndex};

const CACHE_FOR: Duration = Duration::from_secs(10);

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn signed_in(number: u128, user: u128) -> SignedIn {
    let user = UserId(Uuid::from_u128(user));
    SignedIn {
        claims: Value::Null,
        session: Session {
            id: SessionId(Uuid::from_u128(number)),
            user,
            user_disabled: false,
            provider: "corp".into(),
            client_id: "vestibule".into(),
            scopes: "openid profile email".into(),
            resource: Some("api".into()),
            auth_time: at(1),
            auth_time_vouched: true,
            auth_time_assumed: false,
            aal: Some(Aal::Aal2),
            acr: Some("gold".into()),
            amr: Some(vec!["pwd".into(), "otp".into()]),
            asked_acr: Some("gold".into()),
            last_activity_at: at(2),
            not_after: at(1000),
            ended_at: None,
            status_index: StatusIndex::new(7),
        },
        user: User {
            sub: user,
            profile: Profile {
                email: Some("ada@example.com".into()),
                email_verified: Some(true),
                email_assumed: true,
                name: Some("Ada Lovelace".into()),
                preferred_username: Some("ada".into()),
                picture: None,
                groups: Some(vec!["staff".into(), "ops".into()]),
            },
        },
    }
}

fn insert(cache: &SessionCache, number: u128, user: u128, now: Timestamp) -> SessionId {
    let signed_in = signed_in(number, user);
    cache.insert(cache.begin(), &signed_in, None, now);
    signed_in.session.id
}

#[test]
fn a_session_comes_back_as_it_was_stored() {
    let cache = SessionCache::new(CACHE_FOR);
    let stored = signed_in(1, 2);
    cache.insert(cache.begin(), &stored, Some(&json!({ "department": "ops" })), at(3));
    let found = cache.get(stored.session.id, at(3)).expect("cached");
    assert_eq!(format!("{:?}", found.signed_in), format!("{stored:?}"));
    assert_eq!(found.claims, json!({ "department": "ops" }));
    assert!(cache.get(SessionId(Uuid::from_u128(9)), at(3)).is_none());
}

#[test]
fn it_is_fresh_for_the_configured_time_and_not_before_it_was_read() {
    let cache = SessionCache::new(CACHE_FOR);
    let id = insert(&cache, 1, 2, at(100));
    assert!(cache.get(id, at(110)).is_some() && cache.get(id, at(111)).is_none() && cache.get(id, at(99)).is_none());
    cache.evict_stale(at(110));
    assert_eq!(cache.len(), 1);
    cache.evict_stale(at(111));
    assert!(cache.is_empty());
    let short = SessionCache::new(Duration::from_millis(2));
    let id = insert(&short, 1, 2, at(100));
    std::thread::sleep(Duration::from_millis(5));
    assert!(short.get(id, at(100)).is_none(), "by the monotonic clock, while the other stands still");
}

#[test]
fn a_change_makes_everything_of_that_user_stale_that_was_read_before() {
    let cache = SessionCache::new(CACHE_FOR);
    let (first, other) = (insert(&cache, 1, 2, at(0)), insert(&cache, 3, 4, at(0)));
    let began = cache.begin();
    cache.changed(UserId(Uuid::from_u128(2)));
    assert!(cache.get(first, at(0)).is_none() && cache.get(other, at(0)).is_some());
    cache.insert(began, &signed_in(1, 2), None, at(0));
    assert!(cache.get(first, at(0)).is_none(), "the statement began before the change");
    std::thread::sleep(Duration::from_millis(1));
    insert(&cache, 1, 2, at(0));
    assert!(cache.get(first, at(0)).is_some());
}

/// Two threads commit changes of one user, and the one whose change is older notes it last.
#[test]
fn the_later_of_two_changes_counts_whichever_is_noted_first() {
    let cache = SessionCache::new(CACHE_FOR);
    let user = UserId(Uuid::from_u128(2));
    let moments = [(); 3].map(|()| {
        std::thread::sleep(Duration::from_millis(1));
        cache.begin()
    });
    let [older, read, later] = moments;
    cache.changed_at(user, later);
    cache.changed_at(user, older);
    cache.insert(read, &signed_in(1, 2), None, at(0));
    assert!(cache.get(SessionId(Uuid::from_u128(1)), at(0)).is_none(), "it was read before the later change");
}

#[test]
fn a_use_is_seen_and_never_goes_back() {
    let cache = SessionCache::new(CACHE_FOR);
    let id = insert(&cache, 1, 2, at(3));
    let last = |now| cache.get(id, now).expect("cached").signed_in.session.last_activity_at;
    assert_eq!(last(at(3)), at(2));
    cache.used(id, at(9));
    cache.used(id, at(4));
    assert_eq!(last(at(9)), at(9));
}

#[test]
fn a_use_reaches_also_the_session_that_was_handed_out_before() {
    let cache = SessionCache::new(CACHE_FOR);
    let id = insert(&cache, 1, 2, at(3));
    let first = cache.get(id, at(3)).expect("cached");
    assert!(Arc::ptr_eq(&first, &cache.get(id, at(3)).expect("cached")), "it is read once");
    cache.used(id, at(9));
    assert_eq!(cache.get(id, at(9)).expect("cached").signed_in.session.last_activity_at, at(9));
    insert(&cache, 1, 4, at(9));
    assert_eq!(cache.get(id, at(9)).expect("cached").signed_in.session.user, UserId(Uuid::from_u128(4)));
}

/// FW-19
#[test]
fn an_ended_session_is_remembered_for_seconds_and_until_a_change_of_its_user() {
    let cache = SessionCache::new(CACHE_FOR);
    let (id, user) = (SessionId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
    let refuse = |user| cache.refuse(cache.begin(), id, user, at(100));
    assert!(!cache.is_refused(id, at(100)));
    refuse(Some(user));
    assert!(cache.is_refused(id, at(105)));
    assert!(!cache.is_refused(id, at(106)) && !cache.is_refused(id, at(99)));
    cache.changed(UserId(Uuid::from_u128(3)));
    assert!(cache.is_refused(id, at(100)), "another user");
    cache.changed(user);
    assert!(!cache.is_refused(id, at(100)));
    refuse(None);
    assert!(cache.is_refused(id, at(100)));
    cache.evict_stale(at(106));
    assert!(!cache.is_refused(id, at(100)));
    let short = SessionCache::new(Duration::from_secs(2));
    short.refuse(short.begin(), id, None, at(100));
    assert!(short.is_refused(id, at(102)) && !short.is_refused(id, at(103)));
}

#[test]
fn without_a_time_nothing_is_kept() {
    let cache = SessionCache::new(Duration::ZERO);
    let id = insert(&cache, 1, 2, at(0));
    assert!(cache.get(id, at(0)).is_none() && cache.is_empty());
    cache.refuse(cache.begin(), id, None, at(0));
    assert!(!cache.is_refused(id, at(0)));
}

/// `cargo test --release --lib -- --ignored a_million_sessions` measures it.
#[test]
#[ignore = "takes seconds and 400 MiB"]
fn a_million_sessions_take_less_than_400_mib() {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number")
    };
    let (cache, before) = (SessionCache::new(CACHE_FOR), resident());
    for number in 0..1_000_000 {
        insert(&cache, number, number, at(0));
    }
    let mib = (resident() - before) / 1024;
    assert!(cache.len() > 990_000, "{} are cached", cache.len());
    assert!(mib < 400, "{mib} MiB");
}
