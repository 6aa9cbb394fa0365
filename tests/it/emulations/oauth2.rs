//! Signing in with GitHub.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

use crate::emulations::github::{CLIENT_SECRET, GitHub, Person};
use crate::fake_provider::{Op, Reply};
use crate::support::{Answer, Browser, Gateway, LogCapture, parameter};

const JSON: &str = "application/json";
const TOKEN: &str = "/login/oauth/access_token";

/// Logs in at GitHub; the gateway's response, and the `state` of the login.
async fn sign_in(browser: &Browser) -> (Answer, String) {
    let at_github = browser.get("/login/github").await.location();
    let state = parameter(&at_github, "state").expect("a state");
    let back = browser.get(&at_github).await.location();
    (browser.fetch(&back).await, state)
}

/// Logs in; the gateway's response, and the stored status of the login.
async fn finished(gateway: &Gateway) -> (Answer, String) {
    let (answer, state) = sign_in(&gateway.browser()).await;
    (answer, gateway.database.login(&state))
}

async fn user(browser: &Browser) -> Value {
    browser.fetch("/session").await.json()["user"].clone()
}

/// RD-23, RA-01: the identity at GitHub is the number, and the address is the primary one of the second request.
#[tokio::test]
async fn a_user_logs_in_with_github() {
    let github = GitHub::start();
    let gateway = github.setup("").start();
    let providers = gateway.browser().fetch("/providers").await.json()["providers"].clone();
    assert_eq!((&providers[0]["kind"], &providers[0]["available"]), (&json!("oauth2"), &json!(true)));
    assert_eq!(providers[0]["name"], "GitHub");

    let browser = gateway.browser();
    let (answer, state) = sign_in(&browser).await;
    assert_eq!((answer.status, gateway.database.login(&state).as_str()), (303, "completed NULL"));
    let user = user(&browser).await;
    assert_eq!((&user["email"], &user["email_verified"]), (&json!("octocat@example.com"), &json!(true)));
    assert_eq!((&user["name"], &user["preferred_username"]), (&json!("The Octocat"), &json!("octocat")));
    assert_eq!(gateway.database.words("SELECT sub FROM subs"), ["583231"]);
    assert_eq!(gateway.database.words("SELECT provider FROM subs"), ["github"]);

    let asked = github.site.calls_to(TOKEN);
    assert_eq!((asked.len(), asked[0].form("grant_type")), (1, vec!["authorization_code".into()]));
    assert!(asked[0].basic().is_none(), "one way to show the secret, and no other");
    let at_user = github.site.calls_to("/user");
    assert!(at_user[0].header("user-agent").expect("a name").starts_with("vestibule/"));
}

/// RD-23, AC-11: with a new login name, address and name it is the same user; with another number it is another user.
#[tokio::test]
async fn a_changed_login_name_is_the_same_user() {
    let github = GitHub::start();
    let gateway = github.setup("").start();
    let (first, second, third) = (gateway.browser(), gateway.browser(), gateway.browser());
    sign_in(&first).await;
    let mut renamed = Person::octocat();
    renamed.user["login"] = json!("monalisa");
    renamed.emails[1]["email"] = json!("mona@example.com");
    github.signed_in(renamed);
    sign_in(&second).await;
    let (before, after) = (user(&first).await, user(&second).await);
    assert_eq!(before["sub"], after["sub"]);
    assert_eq!((&after["preferred_username"], &after["email"]), (&json!("monalisa"), &json!("mona@example.com")));

    let mut heir = Person::octocat();
    heir.user["id"] = json!(9_007_199_254_740_993_u64);
    github.signed_in(heir);
    sign_in(&third).await;
    assert_ne!(user(&third).await["sub"], before["sub"]);
    assert_eq!(gateway.database.words("SELECT sub FROM subs ORDER BY sub"), ["583231", "9007199254740993"]);
}

/// AC-02, AC-03: an address is verified only by the boolean `true` in the same item.
#[tokio::test]
async fn only_a_verified_primary_address_is_verified() {
    let github = GitHub::start();
    let gateway = github.setup("").start();
    let address =
        |verified: Value, primary: Value| json!([{"email": "a@b.c", "verified": verified, "primary": primary}]);
    for (emails, email, verified) in [
        (address(json!(true), json!(true)), json!("a@b.c"), json!(true)),
        (address(json!(false), json!(true)), json!("a@b.c"), json!(false)),
        (address(json!("true"), json!(true)), json!("a@b.c"), json!(false)),
        (address(json!(1), json!(true)), json!("a@b.c"), json!(false)),
        (address(json!(null), json!(true)), json!("a@b.c"), json!(null)),
        (address(json!(true), json!(false)), json!(null), json!(null)),
        (address(json!(true), json!("true")), json!(null), json!(null)),
        (json!([]), json!(null), json!(null)),
        (json!({"message": "odd"}), json!(null), json!(null)),
    ] {
        // Values that the user can edit in the profile verify nothing, under any name.
        let mut person = Person { emails: emails.clone(), ..Person::octocat() };
        person.user["email"] = json!("victim@example.com");
        person.user["email_verified"] = json!(true);
        person.user["primary_email"] = json!({"email": "victim@example.com", "verified": true});
        github.signed_in(person);
        let browser = gateway.browser();
        let (answer, _) = sign_in(&browser).await;
        assert_eq!(answer.status, 303, "{emails}");
        let user = user(&browser).await;
        assert_eq!((&user["email"], &user["email_verified"]), (&email, &verified), "{emails}");
    }
}

/// RT-39, AC-19: harmful characters are removed, invalid values are left out, and the picture is not fetched.
#[tokio::test]
async fn harmful_characters_and_invalid_values_are_removed_from_profiles() {
    let github = GitHub::start();
    let gateway = github.setup("").start();
    let mut odd = Person::octocat();
    odd.user["name"] = json!(format!("Ada\u{0}\u{202e}\n{}", "x".repeat(64 * 1024)));
    odd.user["login"] = json!(["octocat"]);
    odd.user["bio"] = json!("\u{0}".repeat(20_000));
    odd.user["avatar_url"] = json!(format!("{}/picture", github.site.origin));
    odd.emails[1]["email"] = json!("a\u{0}@b.c");
    github.signed_in(odd);
    let browser = gateway.browser();
    assert_eq!(sign_in(&browser).await.0.status, 303);
    let user = user(&browser).await;
    let name = user["name"].as_str().expect("a name");
    assert!(name.starts_with("Ada x") && name.chars().count() == 256, "{name}");
    assert_eq!((&user["email"], &user["email_verified"]), (&json!(null), &json!(null)));
    assert_eq!(user["preferred_username"], json!(null));
    assert!(github.site.calls_to("/picture").is_empty());
}

/// AC-01: the same number at two providers is two users.
#[tokio::test]
async fn the_same_number_at_another_provider_is_another_user() {
    let (github, other_server) = (GitHub::start(), GitHub::start());
    let gateway = github.setup("").toml(&other_server.table("enterprise", "")).start();
    sign_in(&gateway.browser()).await;
    let browser = gateway.browser();
    let at = browser.get("/login/enterprise").await.location();
    let back = browser.get(&at).await.location();
    assert_eq!(browser.fetch(&back).await.status, 303);
    assert_eq!(gateway.database.words("SELECT sub FROM subs"), ["583231", "583231"]);
    assert_eq!(gateway.database.rows("users"), 2);
}

/// RD-23: GitHub's form responses, and its errors with status 200.
#[tokio::test]
async fn form_responses_and_errors_with_status_200_are_parsed() {
    let github = GitHub::start();
    let gateway = github.setup("").start();
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    // GitHub's API rejects these tokens, so the token response was parsed.
    for (content_type, body) in [
        (form, "access_token=gho_16C7e42F292c6912E7710c838347Ae178B4a&scope=repo%2Cgist&token_type=bearer"),
        (form, "access_token=gho_16C7e42F292c6912E7710c838347Ae178B4a&expires=5183999"),
        (JSON, r#"{"access_token":"gho_x","token_type":"bEaReR","expires_in":"3600","scope":["a"]}"#),
    ] {
        github.site.reply(TOKEN, Reply::text(200, content_type, body));
        let (answer, row) = finished(&gateway).await;
        assert_eq!(answer.problem(), (400, "userinfo_failed".into()), "{body}");
        assert_eq!(row, "userinfo_failed userinfo_failed", "{body}");
    }
    for (content_type, body) in [
        (form, "error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired."),
        (JSON, r#"{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."}"#),
        (JSON, r#"{"error":"incorrect_client_credentials"}"#),
    ] {
        github.site.reply(TOKEN, Reply::text(200, content_type, body));
        let (answer, row) = finished(&gateway).await;
        assert_eq!(answer.problem(), (400, "token_invalid".into()), "{body}");
        assert_eq!(row, "token_failed token_invalid", "{body}");
        assert!(!answer.body.contains("incorrect or expired"), "{answer:?}");
    }
    github.site.recover();
    assert_eq!(finished(&gateway).await.1, "completed NULL");
}

/// RA-14: a denied authorization, and a code used twice or with another verifier.
#[tokio::test]
async fn a_denied_authorization_or_a_wrong_code_ends_the_login() {
    let github = GitHub::start();
    let gateway = github.setup("").start();
    github.deny();
    let (answer, row) = finished(&gateway).await;
    assert_eq!(answer.problem(), (403, "provider_denied".into()));
    assert_eq!(row, "denied provider_denied");
    github.signed_in(Person::octocat());

    // A code of another login has another PKCE verifier.
    let (ours, theirs) = (gateway.browser(), gateway.browser());
    let at = theirs.get("/login/github").await.location();
    let stolen = parameter(&theirs.get(&at).await.location(), "code").expect("a code");
    let at = ours.get("/login/github").await.location();
    let state = parameter(&at, "state").expect("a state");
    let answer = ours.fetch(&format!("/callback/github?code={stolen}&state={state}")).await;
    assert_eq!(answer.problem(), (400, "token_invalid".into()));
    // Unknown parameters are ignored (RFC 6749 §4.1.2), including parameters of another protocol.
    for (odd, expected) in [
        ("oauth_token=a&oauth_verifier=b&", "invalid_request"),
        ("code=a&error=b&", "invalid_request"),
        ("", "invalid_request"),
        ("code=a&denied=b&oauth_problem=c&", "token_invalid"),
    ] {
        let at = ours.get("/login/github").await.location();
        let state = parameter(&at, "state").expect("a state");
        let answer = ours.fetch(&format!("/callback/github?{odd}state={state}")).await;
        assert_eq!(answer.problem(), (400, expected.into()), "{odd}");
        let row = if expected == "invalid_request" { "pending NULL" } else { "token_failed token_invalid" };
        assert_eq!(gateway.database.login(&state), row, "{odd}");
    }
    assert_eq!(gateway.database.rows("users"), 0);
}

/// FI-07, RD-04, RD-13, RD-14, RT-30, RT-32: failures of the token and profile requests.
#[tokio::test]
async fn every_other_response_ends_the_login_with_its_status() {
    let github = GitHub::start();
    let gateway = github.setup("timeout = '5s'").start();
    let other_server = Op::start();
    let redirected = |status| Reply::text(status, JSON, "").with("Location", &format!("{}/x", other_server.issuer));
    let bombs = || {
        [
            (redirected(302), 502, "provider_error"),
            (redirected(307), 502, "provider_error"),
            (Reply::text(500, JSON, "{}"), 502, "provider_error"),
            (Reply::text(429, JSON, "{}"), 502, "provider_error"),
            (Reply::text(200, "text/html", "<html>"), 502, "provider_error"),
            (Reply::text(200, JSON, "[]"), 502, "provider_error"),
            (Reply::text(200, JSON, &" ".repeat(2 << 20)), 502, "provider_error"),
            (Reply::Endless, 502, "provider_error"),
            (Reply::Broken, 502, "provider_error"),
            (Reply::Closed, 502, "provider_error"),
            (Reply::Silent, 504, "provider_timeout"),
            (Reply::Dripping, 504, "provider_timeout"),
        ]
    };
    let mac = Reply::text(200, JSON, r#"{"access_token":"a","token_type":"mac"}"#);
    let at_token = bombs().into_iter().chain([(mac, 502, "provider_error")]).map(|case| (TOKEN, "token_failed", case));
    let refused = |status| (Reply::text(status, JSON, r#"{"message":"Bad credentials"}"#), 400, "userinfo_failed");
    let of_nobody = [r#"{"login":"octocat"}"#, r#"{"id":""}"#, r#"{"id":1.5}"#];
    let of_nobody = of_nobody.map(|body| (Reply::text(200, JSON, body), 502, "provider_error"));
    let facebook = r#"{"error":{"message":"No","type":"OAuthException","code":190}}"#;
    let errors = [(200, r#"{"error":"invalid_token"}"#), (200, r#"{"ok":false}"#), (400, facebook), (200, facebook)];
    let errors = errors.map(|(status, body)| (Reply::text(status, JSON, body), 400, "userinfo_failed"));
    let long = Reply::text(200, JSON, &json!({"id": "a".repeat(256)}).to_string());
    let at_user = bombs()
        .into_iter()
        .chain([refused(401), refused(403), (long, 502, "provider_error")])
        .chain(of_nobody)
        .chain(errors);
    let at_user = at_user.map(|case| ("/user", "userinfo_failed", case));
    for (path, status_after, (reply, status, code)) in at_token.chain(at_user) {
        github.site.recover();
        github.site.reply(path, reply.clone());
        let (answer, row) = finished(&gateway).await;
        assert_eq!(answer.problem(), (status, code.into()), "{path}: {reply:?}");
        assert_eq!(row, format!("{status_after} {code}"), "{path}: {reply:?}");
    }
    assert!(other_server.calls().is_empty(), "a secret, a code or a token was sent to another server");
    assert_eq!((gateway.database.rows("sessions"), gateway.database.rows("users")), (0, 0));
    github.site.recover();
    assert_eq!(finished(&gateway).await.1, "completed NULL");
}

/// RD-20, RD-21: a strict server accepts the secret in the header, with reserved characters encoded.
#[tokio::test]
async fn the_secret_is_sent_as_configured() {
    let github = GitHub::start();
    let more = "token_endpoint_auth_method = 'client_secret_basic'\nclient_secret = 's:%+ é/secret'";
    let gateway = github.setup("").toml(&format!("[providers.github]\n{more}")).start();
    finished(&gateway).await;
    let public = "[providers.github]\ntoken_endpoint_auth_method = 'none'\nclient_secret = ''";
    let public = github.setup("").toml(public).start();
    finished(&public).await;
    let asked = github.site.calls_to(TOKEN);
    assert_eq!(asked[0].basic().as_deref(), Some("Iv1.0123456789abcdef:s%3A%25%2B+%C3%A9%2Fsecret"));
    assert!(asked[0].form("client_secret").is_empty());
    assert_eq!((asked[1].basic(), asked[1].form("client_secret").len()), (None, 0));
    assert_eq!(asked[1].form("client_id"), ["Iv1.0123456789abcdef"]);
    assert!(!asked[1].body.contains(CLIENT_SECRET));
}

/// After GitHub's error code for a wrong secret, the previous secret is used; the code is still valid.
#[tokio::test]
async fn the_previous_secret_is_used_after_the_current_one_is_rejected() {
    let github = GitHub::start();
    let more =
        format!("[providers.github]\nclient_secret = 'not in force yet'\nclient_secret_previous = '{CLIENT_SECRET}'");
    let gateway = github.setup("").toml(&more).start();
    assert_eq!(finished(&gateway).await.1, "completed NULL");
    let shown: Vec<_> = github.site.calls_to(TOKEN).iter().flat_map(|call| call.form("client_secret")).collect();
    assert_eq!(shown, ["not in force yet", CLIENT_SECRET]);
}

/// RD-21: client assertions work with OAuth 2.0. Without an issuer the audience is the token endpoint.
#[tokio::test]
async fn a_client_assertion_replaces_the_secret() {
    let github = GitHub::start();
    let pem = rcgen::KeyPair::generate().expect("a key").serialize_pem();
    let table = "client_secret = ''\ntoken_endpoint_auth_method = 'private_key_jwt'";
    let more = format!("[providers.github]\n{table}\nprivate_key = \"\"\"{pem}\"\"\"");
    let gateway = github.setup("").toml(&more).start();
    finished(&gateway).await;
    let call = &github.site.calls_to(TOKEN)[0];
    assert_eq!(call.form("client_assertion_type"), ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]);
    assert!(call.basic().is_none() && call.form("client_secret").is_empty());
    let claims = call.form("client_assertion").concat().split('.').nth(1).map(|part| B64.decode(part)).expect("claims");
    let claims: Value = serde_json::from_slice(&claims.expect("base64url")).expect("JSON");
    assert_eq!(claims["aud"], format!("{}{TOKEN}", github.site.origin));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("Iv1.0123456789abcdef"), &json!("Iv1.0123456789abcdef")));
}

/// RA-08: rejected before the token request.
#[tokio::test]
async fn an_iss_parameter_must_be_the_configured_issuer() {
    let github = GitHub::start();
    for (more, iss, expected) in [
        ("issuer = 'https://github.example'", "&iss=https%3A%2F%2Fgithub.example", 303),
        ("issuer = 'https://github.example'", "", 303),
        ("issuer = 'https://github.example'", "&iss=https%3A%2F%2Fevil.example", 400),
        ("", "&iss=https%3A%2F%2Fevil.example", 303),
    ] {
        let gateway = github.setup(more).start();
        let browser = gateway.browser();
        let asked = github.site.calls_to(TOKEN).len();
        let at = browser.get("/login/github").await.location();
        let back = browser.get(&at).await.location();
        let answer = browser.fetch(&format!("{back}{iss}")).await;
        assert_eq!(answer.status, expected, "{more} {iss}: {answer:?}");
        let redeemed = github.site.calls_to(TOKEN).len() - asked;
        assert_eq!(redeemed, usize::from(expected == 303), "{more} {iss}");
    }
}

/// SPA flow, with GitHub's token if `expose_tokens` is set.
#[tokio::test]
async fn a_user_logs_in_with_github_through_an_spa() {
    let github = GitHub::start();
    let frontend = "http://localhost:3000/back";
    let gateway = github.setup(&format!("redirect_uri = '{frontend}'\nexpose_tokens = true")).start();
    let browser = gateway.browser();
    let begun = browser.fetch("/oauth2/url/?provider=github").await.json();
    let at = begun["url"].as_str().expect("a URL");
    assert_eq!(parameter(at, "redirect_uri").as_deref(), Some(frontend));
    let back = browser.get(at).await.location();
    assert!(back.starts_with(frontend), "{back}");
    let [code, state] = ["code", "state"].map(|name| parameter(&back, name).expect(name));
    let exchange = json!({"provider": "github", "code": code, "state": state});
    let answer = browser.post_json("/oauth2/token/", &exchange).await.json();
    assert_eq!(answer["user"]["email"], "octocat@example.com");
    assert!(answer["provider"]["access_token"].as_str().expect("a token").starts_with("gho_"));
    assert_eq!((&answer["provider"]["id_token"], answer["provider"].get("token_secret")), (&json!(null), None));
}

/// A request that only adds an address does not fail a login, unless a rule needs the address.
#[tokio::test]
async fn a_refused_request_for_addresses_does_not_fail_a_login() {
    let lines = LogCapture::start();
    for (status, body) in [
        (403, r#"{"message":"Resource not accessible by integration"}"#),
        (404, r#"{"message":"Not Found"}"#),
        (401, "{}"),
        (500, ""),
        (200, "<html>"),
        (200, r#"{"message":"no list"}"#),
        (200, "[]"),
    ] {
        let github = GitHub::start();
        github.fail_emails(status, body);
        let gateway = github.setup("").start();
        let browser = gateway.browser();
        let (answer, state) = sign_in(&browser).await;
        assert_eq!(
            (answer.status, gateway.database.login(&state).as_str()),
            (303, "completed NULL"),
            "{status} {body}"
        );
        assert_eq!(user(&browser).await["email"], Value::Null, "{status} {body}");
        let gateway = github.setup("allow = { email_domains = ['example.com'] }").start();
        let (answer, _) = finished(&gateway).await;
        assert!(answer.status == 403 || answer.status == 400 || answer.status == 502, "{status} {body}: {answer:?}");
        assert_eq!(gateway.database.number("SELECT count(*) FROM sessions"), 0);
    }
    assert!(lines.text().contains("Email addresses: read-only"), "the remedy is in the log");
}

/// The primary address is on a further page (RFC 8288, `rel="next"`).
#[tokio::test]
async fn further_pages_of_addresses_are_read() {
    let github = GitHub::start();
    let mut person = Person::octocat();
    let other = |number: usize| json!({"email": format!("{number}@example.com"), "verified": true, "primary": false});
    let primary = json!({"email": "octocat@example.com", "verified": true, "primary": true});
    person.emails = json!([other(1), other(2), other(3), primary.clone()]);
    github.signed_in(person.clone());
    github.paginate(3);
    let gateway = github.setup("").start();
    let browser = gateway.browser();
    assert_eq!(sign_in(&browser).await.0.status, 303);
    assert_eq!(user(&browser).await["email"], "octocat@example.com");
    assert_eq!(github.site.calls_to("/user/emails").len(), 2);
    // Within bounds: at most ten pages.
    person.emails = (1..30).map(other).chain([primary]).collect();
    github.signed_in(person);
    github.paginate(1);
    let browser = gateway.browser();
    assert_eq!(sign_in(&browser).await.0.status, 303);
    assert_eq!(github.site.calls_to("/user/emails").len(), 2 + 10);
    // A link to the same page, to an earlier page or to another server is not followed.
    let other_server = Op::start();
    let origin = &github.site.origin;
    for (links, calls) in [
        (format!("<{origin}/user/emails>; rel=\"next\""), 1),
        (format!("<{origin}/user/emails?page=2>; rel=\"next\""), 2),
        (format!("<{}/user/emails>; rel=\"next\"", other_server.issuer), 1),
        ("<//evil.example/user/emails>; rel=next".to_owned(), 1),
        ("<http://[>; rel=next".to_owned(), 1),
    ] {
        let before = github.site.calls_to("/user/emails").len();
        github.site.reply("/user/emails", Reply::text(200, JSON, "[]").with("Link", &links));
        assert_eq!(sign_in(&gateway.browser()).await.0.status, 303, "{links}");
        assert_eq!(github.site.calls_to("/user/emails").len(), before + calls, "{links}");
    }
    assert!(other_server.calls().is_empty(), "an access token was sent to another server");
}
