//! Debian's `LemonLDAP::NG`. `scripts/try-lemonldap` unpacks it and runs this test.

use std::path::Path;

use crate::database::Database;
use crate::gateway::Settings;
use crate::peer::Provider;
use crate::ports;
use crate::visitor::Visitor;

/// IO-02: two logins, the second without a page of the provider, and a logout at the provider.
#[tokio::test]
#[ignore = "its packages take long to fetch: scripts/try-lemonldap"]
async fn lemonldap_signs_users_in_and_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(".dev/lemonldap");
    let port = ports::free::<1>();
    let settings = Settings::new(&Database::empty().url, &format!("http://127.0.0.1:{port}"));
    let settings = settings.with("providers.op.logout", "provider").with("providers.op.timeout", "30s");
    let public = settings.public();
    let (callback, back) = (format!("{public}/callback/op"), format!("{public}/logout/callback/op"));
    let options = ["--root", root.to_str().expect("UTF-8"), "--post-logout-redirect-uri", &back];
    let _provider = Provider::python("lemonldap.py", port, &settings.client_secret, &callback, &options);
    let probe = settings.run(&["config", "check", "--probe"]);
    assert_eq!(probe.code, Some(0), "{}{}", probe.stdout, probe.stderr);
    let gateway = settings.serve();
    let ada = Visitor::new();
    for _ in 0..2 {
        let away = ada.get(format!("{public}/login/op")).await;
        let page = ada.get(away.location().unwrap_or_else(|| panic!("{away}\n{}", gateway.log()))).await;
        let page = match page.location() {
            Some(_) => page,
            None => ada.submit(&page, &[("user", "dwho"), ("password", "dwho")]).await,
        };
        let welcome = ada.get(page.location().unwrap_or_else(|| panic!("{page}"))).await;
        assert_eq!(welcome.status, 303, "{welcome}\n{}", gateway.log());
    }
    let session = ada.get(format!("{public}/session")).await.json();
    assert_eq!(session["user"]["email"], "dwho@badwolf.org", "{session}");
    let away = ada.post_from(&public, "/logout").await.location().expect("the provider");
    assert_eq!(away.path(), "/oauth2/logout");
    let page = ada.get(away).await;
    let page = if page.location().is_some() { page } else { ada.submit(&page, &[("confirm", "1")]).await };
    let there = page.location().unwrap_or_else(|| panic!("{page}\n{}", gateway.log()));
    assert!(there.as_str().starts_with(&back), "{there}");
    assert_eq!(ada.get(there).await.status, 200, "our page");
}
