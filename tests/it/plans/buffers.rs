//! The pages that a login touches.

use std::collections::HashMap;

use vestibule::dev::{HotStatement, hot_statements};

use super::indexes::database_in;
use super::plan::pages;
use super::rows::{Kind, insert_rows, logins};
use super::session::{Mode, Session, value};
use crate::support::Cluster;

/// The number of pending logins in the table, inserted after the last `ANALYZE`, in addition to the measured login.
const PENDING: u32 = 50_000;

/// The statements of a login, in their order.
const LOGIN: [&str; 3] =
    ["login::store::begin::Insert", "login::store::claim::Update", "login::store::write_login::Write"];

/// With the same finished rows, a login with 50,000 other pending logins reads at most 10 % more pages than a login
/// with none, or eight.
#[test]
fn a_login_reads_no_more_pages_with_pending_logins_than_without() {
    // A separate PostgreSQL server: other tests change catalogs, and a server then reads them again, which counts as
    // pages of the statement that runs at that moment.
    let cluster = Cluster::own();
    let database = database_in(&cluster);
    database.execute(&insert_rows(Kind::Finished, 1, 20_000));
    // So many that the pending ones do not make an index one level higher.
    database.execute(&logins(Kind::Finished, 200_001, 300_000));
    database.execute("VACUUM ANALYZE");
    // The login that is measured is the only one that is pending.
    database.execute(&insert_rows(Kind::Open, 20_001, 20_001));
    let session = Session::new(&database);
    let statements = hot_statements();
    let login: Vec<_> = LOGIN.iter().map(|name| prepared(&session, &statements, name)).collect();
    let touched = |mode| {
        let run = |_| login.iter().map(|(name, values)| pages(&session.analyse(mode, name, values))).sum::<i64>();
        // The first run warms up, and now and then one extends a table or cleans a page.
        (0..5).map(run).min().expect("five runs")
    };
    let before = [Mode::Generic, Mode::Custom].map(touched);
    database.execute(&logins(Kind::Open, 100_001, 100_000 + PENDING));
    let after = [Mode::Generic, Mode::Custom].map(touched);
    for (before, after) in before.into_iter().zip(after) {
        assert!(after <= before + (before / 10).max(8), "{before} pages without, {after} with pending logins");
    }
}

/// Prepares a statement; with the values of the login and the user number 20,001.
fn prepared(session: &Session, statements: &[HotStatement], name: &str) -> (String, Vec<String>) {
    let statement = statements.iter().find(|statement| statement.name == name).expect("a listed statement");
    let short = name.replace("::", "_");
    session.prepare(&short, statement);
    let of_this_login = HashMap::from([
        ("state", "sha256('20001')"),
        ("binding", "sha256('20001')"),
        ("flow", "'browser'"),
        ("by_form", "false"),
        ("authorization_session", "'019a0001-0000-7000-8000-000000004e21'"),
        ("sub", "'sub20001'"),
        ("session", "gen_random_uuid()"),
        ("id", "gen_random_uuid()"),
        ("audit", "gen_random_uuid()"),
        ("sub_hash", "sha256('another')"),
        ("sid_hash", "sha256('another')"),
        ("now", "now()"),
    ]);
    let fresh_state = name == LOGIN[0];
    let values = statement.parameters.iter().map(|(parameter, sql_type)| match of_this_login.get(parameter) {
        Some(_) if fresh_state && *parameter == "state" => "sha256(gen_random_uuid()::text::bytea)".to_owned(),
        Some(value) => (*value).to_owned(),
        None => value(sql_type, 1),
    });
    (short, values.collect())
}
