//! The start with a database whose schema differs from the schema of this version.

use crate::support::{Cluster, Setup};

/// FI-21: for example after an incomplete restore. The error names the missing table or column.
#[tokio::test]
async fn a_database_without_a_table_or_column_stops_the_start() {
    for (change, missing) in [
        ("DROP TABLE revocations", "\"revocations\""),
        ("DROP TABLE signing_keys", "\"signing_keys\""),
        ("ALTER TABLE revocations DROP COLUMN status_index", "status_index"),
        ("ALTER TABLE signing_keys DROP COLUMN kid CASCADE", "kid"),
    ] {
        let database = Cluster::shared().database();
        database.execute(change);
        let error = Setup::new().on(&database).try_start().err().unwrap_or_else(|| panic!("started after {change}"));
        assert!(error.contains("does not exist") && error.contains(missing), "{change}: {error}");
    }
}
