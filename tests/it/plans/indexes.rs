//! The index of each hot statement under statistics that mislead the planner.

use std::collections::BTreeSet;
use std::sync::Arc;

use vestibule::dev::{HotStatement, hot_statements};

use crate::support::{Cluster, Database};

use super::plan::{Keys, indexes};
use super::rows::{Kind, insert_rows};
use super::session::{Mode, Session, value};

/// The number of rows of the other kind that are inserted after the statistics were taken.
const LATER_ROWS: u32 = 100_000;

#[test]
fn the_named_index_is_read_after_statistics_of_empty_tables() {
    assert_indexes("ANALYZE", Kind::Open);
}

#[test]
fn the_named_index_is_read_after_statistics_of_one_row() {
    assert_indexes(&format!("{} ANALYZE", insert_rows(Kind::Open, 1, 1)), Kind::Open);
}

#[test]
fn the_named_index_is_read_without_statistics() {
    assert_indexes("SELECT", Kind::Open);
}

#[test]
fn the_named_index_is_read_after_statistics_of_finished_rows() {
    assert_indexes(&format!("{} ANALYZE", insert_rows(Kind::Finished, 1, 20_000)), Kind::Open);
}

#[test]
fn the_named_index_is_read_after_statistics_of_open_rows() {
    assert_indexes(&format!("{} ANALYZE", insert_rows(Kind::Open, 1, 20_000)), Kind::Finished);
}

/// A database without autovacuum, which would correct the statistics.
pub fn database() -> Database {
    database_in(&Cluster::shared())
}

/// The same in that PostgreSQL.
pub fn database_in(cluster: &Arc<Cluster>) -> Database {
    let database = cluster.database();
    database.execute(
        "DO $$ DECLARE name text; BEGIN
             FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                 EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = off)', name);
             END LOOP;
         END $$",
    );
    database
}

/// Prepares every hot statement under the statistics that `statistics` leaves, loads rows of another kind, and looks at
/// the plans of the same connection, and of a connection that prepares the statement then.
fn assert_indexes(statistics: &str, kind: Kind) {
    let database = database();
    database.execute(statistics);
    let statements = [hot_statements(), of_ended_at_provider()].concat();
    let early = Prepared::new(&database, &statements);
    // The generic plan is made at the first use, and kept.
    for number in 0..statements.len() {
        early.session.explain(Mode::Generic, &format!("s{number}"), &early.values(number, 1));
    }
    database.execute(&insert_rows(kind, 100_001, 100_000 + LATER_ROWS));
    let late = Prepared::new(&database, &statements);
    let wrong: BTreeSet<String> = [("kept", &early), ("new", &late)]
        .iter()
        .flat_map(|(which, prepared)| prepared.wrong().into_iter().map(move |wrong| format!("{wrong} ({which})")))
        .collect();
    assert!(wrong.is_empty(), "{} plans:\n{}", wrong.len(), wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

/// The statement in the function `ended_at_provider`, which a login calls.
fn of_ended_at_provider() -> Vec<HotStatement> {
    let asked = [
        ("sid", "sid_hash = $2 AND (sub_hash IS NULL OR sub_hash = $3)", &["provider_logouts_sid"]),
        ("sub", "sub_hash = $3 AND (sid_hash IS NULL OR $2 IS NULL)", &["provider_logouts_sub"]),
    ];
    let statement = |(by, condition, indexes): (&str, &str, &'static [&'static str; 1])| HotStatement {
        name: format!("ended_at_provider by {by}"),
        sql: format!("SELECT FROM provider_logouts WHERE (provider = $1) IS TRUE AND {condition} AND received_at > $4"),
        parameters: [("its_provider", "text"), ("its_sid", "bytea"), ("its_sub", "bytea"), ("began_at", "timestamptz")]
            .map(|(name, sql_type)| (name, sql_type.to_owned()))
            .to_vec(),
        indexes,
    };
    asked.map(statement).to_vec()
}

/// Every hot statement on one connection.
struct Prepared<'s> {
    session: Session,
    statements: &'s [HotStatement],
    keys: Keys,
}

impl<'s> Prepared<'s> {
    fn new(database: &Database, statements: &'s [HotStatement]) -> Self {
        let session = Session::new(database);
        for (number, statement) in statements.iter().enumerate() {
            session.prepare(&format!("s{number}"), statement);
        }
        let keys = session.keys();
        Self { session, statements, keys }
    }

    /// Values for a statement; `many` in an array.
    fn values(&self, number: usize, many: usize) -> Vec<String> {
        self.statements[number].parameters.iter().map(|(_, sql_type)| value(sql_type, many)).collect()
    }

    /// Plans that read anything but the indexes that are named, for one row and, if the statement takes arrays, many.
    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (number, statement) in self.statements.iter().enumerate() {
            let named: BTreeSet<String> = statement.indexes.iter().map(|index| (*index).to_owned()).collect();
            let has_arrays = statement.parameters.iter().any(|(_, sql_type)| sql_type.ends_with("[]"));
            for many in if has_arrays { &[1, 16, 64][..] } else { &[1][..] } {
                for mode in [Mode::Generic, Mode::Custom] {
                    let plan = self.session.explain(mode, &format!("s{number}"), &self.values(number, *many));
                    let read = indexes(&plan, &self.keys);
                    if read.as_ref() != Ok(&named) {
                        wrong.push(format!("{} {mode:?} {many}: {read:?} instead of {named:?}", statement.name));
                    }
                }
            }
        }
        wrong
    }
}
