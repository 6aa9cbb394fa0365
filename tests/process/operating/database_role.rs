//! The least that the gateway's role in PostgreSQL needs.

use crate::database::Database;
use crate::gateway::Settings;
use crate::house::House;
use crate::visitor::Visitor;

/// LG-09: the owner runs the migrations; the service has what `docs/operating.md` grants it.
#[tokio::test]
async fn a_role_that_may_not_change_the_schema_is_enough() {
    let database = Database::empty();
    Settings::new(&database.url, "http://127.0.0.1:9").run(&["migrate"]);
    let role = database.name().replace("test", "role");
    let operating = include_str!("../../../docs/operating.md");
    let (_, documented) = operating.split_once("```sql\nGRANT").expect("the grants in docs/operating.md");
    let grants = format!("GRANT{}", documented.split("```").next().expect("their end"));
    database.sql(&format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"));
    database.sql(&grants.replace("vestibule_service", &role));
    for migrate_on_start in ["false", "true"] {
        let house = House::on(&database, &database.url_as(&role), |settings| {
            settings.with("database.migrate_on_start", migrate_on_start)
        });
        let ada = Visitor::new();
        assert_eq!(house.sign_in(&ada, &[("person", "ada")]).await.status, 303, "{}", house.gateway.log());
        house.access_token(&ada).await;
        assert_eq!(ada.post_from(&house.gateway.public(), "/logout").await.status, 200);
        let users = database.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'vestibule'");
        assert!(users.lines().any(|user| user == role), "{users}");
        let log = house.gateway.stop();
        assert!(!log.contains("permission denied"), "{log}");
        // The next gateway has a ring of its own.
        database.sql("DELETE FROM signing_keys");
    }
}
