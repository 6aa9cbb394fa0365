//! The planner settings of the pool's connections, and of work that reads many rows.

use std::time::Duration;

use diesel::sql_types::Text;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
use vestibule::base::db::{Access, Conn, Db, with_every_plan};
use vestibule::base::secret::Plain;

use crate::support::Cluster;

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The planner settings that are not PostgreSQL's own.
fn changed(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let select =
        "SELECT name FROM pg_settings WHERE category LIKE 'Query Tuning%' AND setting IS DISTINCT FROM boot_val";
    Ok(sql_query(select).load::<Setting>(conn)?.into_iter().map(|setting| setting.name).collect())
}

#[tokio::test]
async fn work_that_reads_many_rows_has_the_planner_settings_of_the_server() {
    let database = Cluster::shared().database();
    let (acquire_timeout, statement_timeout) = (Duration::from_secs(30), Duration::from_secs(30));
    for batching in [true, false] {
        let url = Plain::new(&*database.url);
        let db = Db::open(&Access { url, pool_size: 1, batching, acquire_timeout, statement_timeout });
        let (hot, other) =
            db.run("settings", |conn| Ok((changed(conn)?, with_every_plan(conn, changed)?))).await.expect("settings");
        assert_eq!(hot.iter().any(|name| name == "plan_cache_mode"), batching, "{hot:?}");
        assert!(hot.iter().any(|name| name == "enable_seqscan"), "{hot:?}");
        assert!(other.is_empty(), "{other:?}");
    }
}
