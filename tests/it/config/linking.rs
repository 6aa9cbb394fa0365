//! Configurations that are refused because they would confuse two people: with line, key and remedy.

use vestibule::config::{self, Place};

fn text(rest: &str) -> String {
    let key = vestibule::base::seal::generate_key();
    format!("[database]\nurl = \"postgres://db/v\"\n[secrets]\nkeys = [\"{}\"]\n{rest}", key.expose())
}

fn provider(id: &str, lines: &str) -> String {
    format!("[providers.{id}]\nissuer = \"https://{id}.example\"\nclient_id = \"v\"\nclient_secret = \"s\"\n{lines}\n")
}

const TRUSTING: &str = "trusts_email = true\nallow = { email_domains = [\"example.com\"] }";

/// AC-04
#[test]
fn unsafe_combinations_are_rejected_with_line_key_and_remedy() {
    let linked = "[login]\nlink_by_verified_email = true\n";
    for (rest, key, what, remedy) in [
        (linked.to_owned(), "login.link_by_verified_email", "no provider has trusts_email", "or remove it"),
        (
            provider("a", TRUSTING) + &provider("b", "") + linked,
            "login.link_by_verified_email",
            "only one provider has trusts_email",
            "set trusts_email = true",
        ),
        (
            provider("a", TRUSTING) + &provider("b", &TRUSTING.replace(".com", ".org")) + linked,
            "login.link_by_verified_email",
            "no two providers with trusts_email have a domain in common",
            "write the same domain in allow.email_domains of both",
        ),
        (
            provider("a", "trusts_email = true"),
            "providers.a.trusts_email",
            "allow.email_domains is empty",
            "write the domains",
        ),
        (
            provider("a", &format!("{TRUSTING}\nclaims = {{ email_verified = \"\" }}")),
            "providers.a.trusts_email",
            "claims.email_verified is empty",
            "point to the claim that says whether the address is verified",
        ),
        (
            provider("a", "claims = { email_verified = \"\" }\nallow.email_domains = [\"example.com\"]"),
            "providers.a.allow.email_domains",
            "no user could sign in",
            "point claims.email_verified to the claim",
        ),
        (
            provider("a", "claims = { groups = \"\" }\nallow.groups = [\"staff\"]"),
            "providers.a.allow.groups",
            "no user could sign in",
            "point claims.groups to the claim",
        ),
        (
            provider("a", &format!("{TRUSTING}\ninsecure_allow_http = true")),
            "providers.a.trusts_email",
            "an attacker on the network can set any address",
            "remove insecure_allow_http",
        ),
        (
            provider("a", TRUSTING).replace("https://a.example", "https://a.example/{tenantid}/v2.0"),
            "providers.a.trusts_email",
            "any tenant can set any address",
            "list your own tenants in tenants",
        ),
    ] {
        let text = text(&rest);
        let Err(problems) = config::from_toml(&text) else { panic!("accepted:\n{text}") };
        let all: Vec<_> = problems.iter().collect();
        let found = all.iter().find(|problem| problem.key == key && problem.what.contains(what));
        let found = found.unwrap_or_else(|| panic!("{key}: {what}: {problems}"));
        assert!(found.remedy.contains(remedy), "{problems}");
        let name = key.splitn(3, '.').last().filter(|_| key.starts_with("providers.")).unwrap_or("link_by");
        let line = text.lines().position(|line| line.starts_with(name)).expect("the line") + 1;
        assert!(matches!(&found.place, Place::File(_, Some(reported)) if *reported == line), "{line}: {problems}");
    }
}

#[test]
fn two_authorities_of_one_domain_are_accepted() {
    let good = provider("a", TRUSTING) + &provider("b", TRUSTING) + "[login]\nlink_by_verified_email = true\n";
    assert!(config::from_toml(&text(&good)).is_ok());
    let tenants = provider("a", &format!("{TRUSTING}\ntenants = [\"72f988bf-86f1-41af-91ab-2d7cd011db47\"]"))
        .replace("https://a.example", "https://a.example/{tenantid}/v2.0");
    assert!(config::from_toml(&text(&tenants)).is_ok());
}
