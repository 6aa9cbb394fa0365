//! The minimal privileges of the PostgreSQL role of the gateway.

use crate::database::Database;
use crate::gateway::Settings;
use crate::setup::Setup;
use crate::snippets;
use crate::visitor::Visitor;

/// LG-09: the owner runs the migrations; the service role has the grants of `docs/operating.md`.
#[tokio::test]
async fn a_role_without_schema_privileges_is_sufficient() {
    let database = Database::empty();
    Settings::new(&database.url, "http://127.0.0.1:9").run(&["migrate"]);
    let role = database.name().replace("test", "role");
    database.sql(&format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"));
    for name in ["role-grants", "role-messages"] {
        database.sql(&snippets::named(name).replace("vestibule_service", &role));
    }
    for migrate_on_start in ["false", "true"] {
        let setup = Setup::on(&database, &database.url_as(&role), |settings| {
            settings.with("database.migrate_on_start", migrate_on_start)
        });
        let ada = Visitor::new();
        assert_eq!(setup.sign_in(&ada, &[("person", "ada")]).await.status, 303, "{}", setup.gateway.log());
        setup.access_token(&ada).await;
        assert_eq!(ada.post_from(&setup.gateway.public(), "/logout").await.status, 200);
        let users = database.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'vestibule'");
        assert!(users.lines().any(|user| user == role), "{users}");
        let log = setup.gateway.stop();
        assert!(!log.contains("permission denied"), "{log}");
        // The next gateway has another secret ring and another address of the provider.
        database.sql("DELETE FROM signing_keys; DELETE FROM providers");
    }
}

/// The two lines of the README make a database in which the gateway creates its schema.
#[test]
fn the_role_and_the_database_of_the_readme_are_sufficient() {
    let database = Database::empty();
    let name = database.name().replace("test", "owned");
    // Each line alone: a database is not created in a transaction.
    for statement in snippets::named("role-and-database").replace("vestibule", &name).lines() {
        database.sql(statement);
    }
    let url = database.url_as(&name).replace(database.name(), &name);
    let ran = Settings::new(&url, "http://127.0.0.1:9").run(&["migrate"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let gateway = Settings::new(&url, "http://127.0.0.1:9").serve();
    assert_eq!(gateway.readiness(), Some(200), "{}", gateway.log());
}
