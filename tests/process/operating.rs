//! x
use crate::database::Database;
use crate::gateway::Settings;
use crate::house::House;

#[test]
fn look() {
    let db = Database::empty();
    let s = Settings::new(&db.url, "http://127.0.0.1:9").with("database.migrate_on_start", "false");
    for verb in [&["serve"][..], &["migrate", "status"], &["migrate"], &["migrate"], &["migrate", "status"]] {
        let e = s.run(verb);
        eprintln!("--- {verb:?} {:?}\n{}\n{}", e.code, e.stdout, e.stderr);
    }
    let l = std::net::TcpListener::bind(("127.0.0.1", s.port)).unwrap();
    let e = s.run(&["serve"]);
    eprintln!("--- taken {:?}\n{}\n{}", e.code, e.stdout, e.stderr);
    drop(l);
    let l = std::net::TcpListener::bind(("127.0.0.1", s.port + 1)).unwrap();
    let e = s.run(&["serve"]);
    eprintln!("--- taken {:?}\n{}\n{}", e.code, e.stdout, e.stderr);
    drop(l);
    let other = Settings::new(&db.url, "http://127.0.0.1:9");
    let e = other.run(&["serve"]);
    eprintln!("--- ring {:?}\n{}\n{}", e.code, e.stdout, e.stderr);
    let e = other.run(&["logins", "show", "xxx-yyy"]);
    eprintln!("--- {:?}\n{}\n{}", e.code, e.stdout, e.stderr);
    eprintln!("{}", db.sql("select kid, state from signing_keys"));
}
