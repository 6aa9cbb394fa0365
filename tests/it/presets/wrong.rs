//! `config check` on invalid provider configurations: each problem names the line, the key and the remedy.

use rcgen::KeyPair;
use serde_json::Value;

use crate::presets::operator::Operator;

struct Wrong {
    /// The lines below `[providers.corp]`.
    lines: &'static str,
    /// The line of the problem, counted from `[providers.corp]`.
    line: usize,
    /// The key of the problem, without `providers.corp.`.
    key: &'static str,
    what: &'static str,
    remedy: &'static str,
}

const GOOGLE: &str = "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"";

fn wrong(lines: &'static str, line: usize, key: &'static str, what: &'static str, remedy: &'static str) -> Wrong {
    Wrong { lines, line, key, what, remedy }
}

fn all() -> Vec<Wrong> {
    vec![
        wrong(
            "preset = \"githbu\"\nclient_id = \"v\"",
            2,
            "preset",
            "there is no preset \"githbu\"",
            "did you mean \"github\"?",
        ),
        wrong("kind = \"openid\"", 2, "kind", "\"openid\" is not one of the known values", "\"oidc\""),
        wrong(
            "preset = \"microsoft\"\nclient_id = \"v\"\nclient_secret_file = \"\"",
            1,
            "issuer",
            "is missing",
            "issuer = \"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0\"",
        ),
        wrong(
            "preset = \"microsoft\"\nissuer = \"https://login.microsoftonline.com/common/v2.0\"\nclient_id = \"v\"\n\
             client_secret_file = \"\"",
            3,
            "issuer",
            "is the address of all tenants, which is not the issuer of any",
            "your tenant's id in its place, or preset = \"microsoft-multi\" with the tenants",
        ),
        wrong(
            "preset = \"github\"\nclientid = \"v\"\nclient_id = \"v\"\nclient_secret_file = \"\"",
            3,
            "clientid",
            "unknown key",
            "client_id",
        ),
        wrong("preset = \"github\"\nclient_id = \"v\"", 1, "client_secret", "is missing", "client_secret_file"),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret = \"x\"\nclient_secret_file = \"\"",
            5,
            "client_secret_file",
            "is set as well",
            "keep one of",
        ),
        wrong(
            "preset = \"apple\"\nclient_id = \"v\"\nteam_id = \"A\"\nprivate_key_id = \"B\"\nprivate_key_file = \"\"\n\
             client_secret = \"x\"",
            7,
            "client_secret",
            "token_endpoint_auth_method \"apple\" does not use it",
            "remove it: the secret is created from private_key",
        ),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"\ntrusts_email = true",
            5,
            "trusts_email",
            "allow.email_domains is empty",
            "write the domains",
        ),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"\nallow.email_domains = [\"@example.com\"]",
            5,
            "allow.email_domains[0]",
            "is not a domain",
            "as \"example.com\"",
        ),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"\nallow.claims = { hd = \"example.com\" }",
            5,
            "allow.claims.hd",
            "does not start with \"/\"",
            "JSON pointer",
        ),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"\nscopes = [\"email\"]",
            5,
            "scopes",
            "do not contain \"openid\"",
            "add it",
        ),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"\ntenants = [\"11111111-2222-3333-4444-555555555555\"]",
            5,
            "tenants",
            "the issuer belongs to one tenant",
            "{tenantid}",
        ),
        wrong(
            "kind = \"oauth2\"\nclient_id = \"v\"\nclient_secret_file = \"\"\n\
             authorization_endpoint = \"https://a.example/a\"\nuserinfo_endpoint = \"https://a.example/u\"",
            1,
            "token_endpoint",
            "is missing",
            "or use a preset",
        ),
        wrong(
            "preset = \"github\"\nclient_id = \"v\"\nclient_secret_file = \"\"\nprofile_pick = { orgs = \"/admin\" }",
            5,
            "profile_pick.orgs",
            "has no call of that name in profile_calls",
            "profile_calls",
        ),
    ]
}

/// Missing keys, whose remedy is the example of the preset; and keys that the kind or the authentication method does not
/// use.
fn of_kinds() -> Vec<Wrong> {
    vec![
        wrong(
            "preset = \"github\"\nclient_secret_file = \"\"",
            1,
            "client_id",
            "is missing",
            "looks like client_id = \"Ov23li0123456789abcd\"",
        ),
        wrong(
            "preset = \"apple\"\nclient_id = \"v\"\nteam_id = \"A\"\nprivate_key_file = \"\"",
            1,
            "private_key_id",
            "is missing",
            "private_key_id = \"F6G7H8J9K0\"",
        ),
        wrong(
            "preset = \"github\"\nclient_id = \"v\"\nclient_secret_file = \"\"\npushed_authorization = \"always\"",
            5,
            "pushed_authorization",
            "has no effect where kind is \"oauth2\"",
            "remove it; it is for kind \"oidc\"",
        ),
        wrong(
            "preset = \"discogs\"\nclient_id = \"v\"\nclient_secret_file = \"\"\nscopes = [\"identity\"]",
            5,
            "scopes",
            "has no effect where kind is \"oauth1\"",
            "it is for kind \"oidc\" and \"oauth2\"",
        ),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"\nprofile_calls = { a = \"https://a.example\" }",
            5,
            "profile_calls.a",
            "has no effect where kind is \"oidc\"",
            "it is for kind \"oauth2\" and \"oauth1\"",
        ),
        wrong(
            "preset = \"google\"\nclient_id = \"v\"\nclient_secret_file = \"\"\nteam_id = \"A1B2C3D4E5\"",
            5,
            "team_id",
            "token_endpoint_auth_method \"client_secret_basic\" does not use it",
            "remove it, or set token_endpoint_auth_method to \"apple\"",
        ),
    ]
}

fn configuration(lines: &str) -> String {
    format!("[providers.corp]\n{lines}\n")
}

#[test]
fn each_problem_has_its_line_key_and_remedy() {
    let operator = Operator::new();
    let (code, _, complaint) = operator.run(&configuration(GOOGLE), &["config", "check"]);
    assert_eq!(code, Some(0), "{complaint}");
    for Wrong { lines, line, key, what, remedy } in all().into_iter().chain(of_kinds()) {
        let (code, _, complaint) = operator.run(&configuration(lines), &["config", "check"]);
        assert_eq!(code, Some(2), "accepted:\n{lines}");
        let reported: Vec<_> = complaint.lines().collect();
        let [problem, count] = reported.as_slice() else { panic!("not one problem:\n{complaint}\n{lines}") };
        assert_eq!(*count, "1 problem in the configuration.");
        let place = format!("vestibule.toml:{line}: providers.corp.{key}: ");
        assert!(problem.contains(&place), "{place}\n{problem}\n{lines}");
        assert!(problem.contains(what) && problem.contains(remedy), "{problem}");
    }
}

/// With an empty list of tenants, users of every organization can sign in.
#[test]
fn an_issuer_of_all_tenants_without_tenants_gives_a_notice() {
    let operator = Operator::new();
    let multi = "preset = \"microsoft-multi\"\nclient_id = \"v\"\nclient_secret_file = \"\"\n";
    let (code, reported, _) = operator.run(&configuration(multi), &["config", "check"]);
    assert!(
        code == Some(0) && reported.contains("\nNotice: providers.corp accepts users of every organization"),
        "{reported}"
    );
    let (_, reported, _) = operator.run(&configuration(multi), &["config", "check", "--json"]);
    let reported: Value = serde_json::from_str(&reported).expect("JSON");
    assert!(
        reported["notices"][0].as_str().is_some_and(|notice| notice.contains("providers.corp.tenants")),
        "{reported}"
    );
    let id = "11111111-2222-3333-4444-555555555555";
    for rule in [format!("tenants = [\"{id}\"]"), format!("allow.claims = {{ \"/tid\" = \"{id}\" }}")] {
        let (code, reported, complaint) = operator.run(&configuration(&format!("{multi}{rule}")), &["config", "check"]);
        assert!(code == Some(0) && !reported.contains("Notice"), "{reported}{complaint}");
    }
    // What any tenant can say of itself is not a bound.
    let (_, reported, _) =
        operator.run(&configuration(&format!("{multi}allow.groups = [\"staff\"]")), &["config", "check"]);
    assert!(reported.contains("every organization"), "{reported}");
}

#[test]
fn an_id_with_the_name_of_a_preset_suggests_the_preset() {
    let text = "[providers.google]\nclient_id = \"v\"\nclient_secret_file = \"\"\n";
    let (code, _, complaint) = Operator::new().run(text, &["config", "check"]);
    assert_eq!(code, Some(2));
    assert!(complaint.contains("vestibule.toml:1: providers.google.preset: is missing, and so is issuer"));
    assert!(complaint.contains("write preset = \"google\"") && complaint.contains("1 problem"), "{complaint}");
}

#[test]
fn a_key_of_the_wrong_type_for_apple_names_the_right_file() {
    let operator = Operator::new();
    let rsa = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256);
    // Some builds of the library make no RSA keys; an Ed25519 key will not do for Apple either.
    let other = rsa.or_else(|_| KeyPair::generate_for(&rcgen::PKCS_ED25519)).expect("a key");
    let text = "[providers.apple]\npreset = \"apple\"\nclient_id = \"v\"\nteam_id = \"A\"\nprivate_key_id = \"B\"\n\
                private_key_file = \"\"\n";
    operator.write("key", &other.serialize_pem());
    let (code, _, complaint) = operator.run(text, &["config", "check"]);
    assert_eq!(code, Some(2));
    assert!(complaint.contains("needs a P-256 key; use the file AuthKey_….p8"), "{complaint}");
}

#[test]
fn json_output_has_the_same_problems() {
    let operator = Operator::new();
    let (code, reported, _) = operator.run(&configuration("preset = \"githbu\""), &["config", "check", "--json"]);
    let reported: Value = serde_json::from_str(&reported).expect("JSON");
    assert_eq!((code, &reported["good"]), (Some(2), &false.into()));
    let problem = &reported["problems"][0];
    assert_eq!(problem["key"], "providers.corp.preset");
    assert!(problem["place"].as_str().is_some_and(|place| place.ends_with("vestibule.toml:2")), "{reported}");
    assert!(problem["remedy"].as_str().is_some_and(|remedy| remedy.contains("github")), "{reported}");
    let (code, reported, _) = operator.run(&configuration(GOOGLE), &["config", "check", "--json"]);
    let reported: Value = serde_json::from_str(&reported).expect("JSON");
    assert_eq!((code, &reported["good"]), (Some(0), &true.into()));
    assert_eq!((&reported["providers"][0]["id"], &reported["notices"]), (&"corp".into(), &Value::Array(Vec::new())));
}

#[test]
fn two_providers_with_the_same_name_give_a_notice() {
    let twin = |id: &str| format!("[providers.{id}]\n{GOOGLE}\n");
    let (code, reported, _) = Operator::new().run(&(twin("one") + &twin("two")), &["config", "check"]);
    assert_eq!(code, Some(0));
    assert!(reported.contains("\nNotice: one, two have the same name \"Google\" on their buttons"), "{reported}");
    let (_, reported, _) =
        Operator::new().run(&(twin("one") + &twin("two") + "name = \"Staff\"\n"), &["config", "check"]);
    assert!(!reported.contains("Notice"), "{reported}");
}
