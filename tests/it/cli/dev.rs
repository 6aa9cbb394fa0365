//! Both login flows with the demo provider of `vestibule dev`, which checks requests as a provider does.

use std::time::Duration;

use vestibule::base::secret::Plain;
use vestibule::dev::provider::{Client, Provider, Settings};

use crate::fake_provider::CLIENT;
use crate::support::{Answer, Begun, Browser, CLIENT_SECRET, Gateway, Setup};

/// A gateway with the demo provider, whose thread ends with the process.
fn start(toml: &str) -> Gateway {
    let setup = Setup::new();
    let (clock, callback) = (setup.clock.clone(), setup.callback_at("pretend"));
    let (tell, reported) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let client = Client {
                id: CLIENT.into(),
                secret: Plain::new(CLIENT_SECRET),
                redirect_uris: vec![callback],
                post_logout_redirect_uris: vec![],
            };
            let listen = "127.0.0.1:0".parse().expect("an address");
            let settings = Settings { listen, issuer: None, client, slow: Duration::from_secs(60), clock };
            let provider = Provider::start(settings).expect("a provider");
            tell.send(provider.issuer().to_owned()).expect("a receiver");
            std::future::pending::<()>().await;
        });
    });
    setup.issuer("pretend", &reported.recv().expect("an issuer")).toml(toml).start()
}

/// Chooses a user on the provider's page. Returns the redirect.
async fn choose(browser: &Browser, begun: &Begun, choice: &[(&str, &str)]) -> String {
    let (page, query) = begun.url.split_once('?').expect("a query");
    assert!(browser.get(&begun.url).await.body.contains("Ada Lovelace"));
    let choice = url::form_urlencoded::Serializer::new(query.to_owned()).extend_pairs(choice).finish();
    let ask = browser.ask("POST", &format!("{page}/decision"));
    ask.body("application/x-www-form-urlencoded", choice).send().await.location()
}

async fn sign_in(browser: &Browser, choice: &[(&str, &str)]) -> Answer {
    let begun = browser.begin("pretend").await;
    let back = choose(browser, &begun, choice).await;
    browser.get(&back).await
}

/// RA-01, RA-12: the demo provider checks PKCE, nonce, client and redirect URI.
#[tokio::test]
async fn users_sign_in_by_the_browser_flow_and_the_spa_flow() {
    let gateway = start("");
    let browser = gateway.browser();
    let answer = sign_in(&browser, &[("person", "ada")]).await;
    assert_eq!(answer.location(), "/account");
    let ada = browser.fetch("/session").await.json();
    assert_eq!(ada["user"]["email"], "ada@example.com");
    assert_eq!(ada["user"]["groups"], serde_json::json!(["engineering", "analysts"]));
    sign_in(&browser, &[("person", "alan")]).await;
    assert_eq!(browser.fetch("/session").await.json()["user"]["email_verified"], false);
    sign_in(&browser, &[("person", "new"), ("email", "mary@example.com")]).await;
    assert_eq!(browser.fetch("/session").await.json()["user"]["email"], "mary@example.com");

    let begun = browser.begin_json("pretend").await;
    let back = url::Url::parse(&choose(&browser, &begun, &[("person", "ada")]).await).expect("a URL");
    let parameter =
        |name: &str| back.query_pairs().find_map(|(known, value)| (known == name).then(|| value.into_owned()));
    let body = serde_json::json!({"provider": "pretend", "code": parameter("code"), "state": parameter("state"), "iss": parameter("iss")});
    let answer = browser.post_json("/oauth2/token/", &body).await;
    assert_eq!((answer.status, &answer.json()["user"]["sub"]), (200, &ada["sub"]));
    let logout_url = answer.json()["provider"]["logout_url"].as_str().expect("a URL").to_owned();
    assert!(browser.get(&logout_url).await.location().contains("/end_session"), "{logout_url}");
}

/// FI-07
#[tokio::test]
async fn each_offered_failure_has_its_code() {
    let gateway = start("[providers.pretend]\ntimeout = '5s'\n");
    for (failure, status, row) in [
        ("deny", 403, "denied provider_denied"),
        ("broken_signature", 400, "token_failed token_invalid"),
        ("slow", 504, "token_failed provider_timeout"),
    ] {
        let browser = gateway.browser();
        let begun = browser.begin("pretend").await;
        let back = choose(&browser, &begun, &[("person", "ada"), ("failure", failure)]).await;
        let answer = browser.get(&back).await;
        assert_eq!((answer.status, gateway.database.login(&begun.state).as_str()), (status, row), "{failure}");
        assert!(answer.is_page());
    }
    assert_eq!(sign_in(&gateway.browser(), &[("person", "grace")]).await.status, 303);
}
