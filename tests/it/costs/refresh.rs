//! A refresh: the most frequent request that writes.

use crate::costs::many_sessions::{ManySessions, SESSIONS};

/// One statement and few bytes of WAL. The update is HOT: the row stays in its page, and no index entry is written.
#[tokio::test]
async fn a_refresh_is_one_statement_with_little_wal_and_no_index_entry() {
    let many = ManySessions::start();
    let database = &many.database;
    // The last sessions open the connections and prepare the statement.
    for number in SESSIONS - 100..SESSIONS {
        many.refresh(number, 0).await;
    }
    database.execute("CHECKPOINT");
    many.forget();
    let position = || database.number("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint");
    let before = position();
    let distinct = SESSIONS - 100;
    for number in 0..distinct {
        many.refresh(number, 0).await;
    }
    let written = position() - before;

    let asked = many.asked();
    assert_eq!(asked.len(), usize::try_from(distinct).expect("few"), "{:?}", asked.first().zip(asked.last()));
    assert!(
        asked.iter().all(|statement| statement.starts_with("/* vestibule::token::store::rotate_all::RotateAll */")),
        "{:?}",
        asked.last()
    );

    // What the statement wrote itself, and what the whole cluster wrote, with each commit; no image of a page is in
    // either, as this PostgreSQL writes none.
    let counted = |column: &str| {
        let sum = format!("SELECT sum({column}) FROM pg_stat_statements WHERE query LIKE '/* %::RotateAll */%'");
        database.number(&sum)
    };
    assert_eq!(counted("wal_fpi"), 0);
    let each = i64::try_from(distinct).expect("few");
    assert!(counted("wal_bytes") / each <= 300, "{} bytes by {each} statements", counted("wal_bytes"));
    assert!(written / each <= 300, "{written} bytes for {each} refreshes");

    // Each is refreshed three more times, so that pages fill up and are cleaned on the way.
    for counter in 1..=3 {
        for number in 0..distinct {
            many.refresh(number, counter).await;
        }
    }
    // A connection reports its table counters when it ends.
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.words(end);
    let of_sessions =
        |column: &str| database.number(&format!("SELECT {column} FROM pg_stat_user_tables WHERE relname = 'sessions'"));
    let (all, hot) = (of_sessions("n_tup_upd"), of_sessions("n_tup_hot_upd"));
    assert_eq!(all, 4 * each + 100);
    assert!(hot * 10 >= all * 9, "{hot} of {all} updates stayed in their page");
}
