//! `[resources.<id>]`

use crate::config::support::{accepted, good, only_problem};

#[test]
fn resources_have_an_address_of_their_own() {
    let resource = |id: &str, lines: &str| format!("{}[resources.{id}]\n{lines}\n", good());
    let config = accepted(&resource("tools", "resource = 'https://tools.example.com/mcp'"));
    let tools = config.resource("tools").expect("configured");
    assert_eq!((tools.name.as_str(), tools.scopes.len()), ("tools.example.com", 0));
    assert!(config.resource_at("https://tools.example.com/mcp").is_some() && config.resource("mcp").is_none());
    for (key, text) in [
        ("tools.resource", resource("tools", "")),
        ("tools.resource", resource("tools", "resource = 'tools'")),
        ("tools.resource", resource("tools", "resource = 'http://tools.example.com'")),
        ("tools.resource", resource("tools", "resource = 'https://tools.example.com/#x'")),
        ("tools.resource", resource("tools", "resource = 'https://a@tools.example.com/'")),
        ("tools.scopes[0]", resource("tools", "resource = 'https://t.example'\nscopes = ['a b']")),
        ("tools.scopes[0]", resource("tools", "resource = 'https://t.example'\nscopes = ['account']")),
        ("tools.allow.aal", resource("tools", "resource = 'https://t.example'\nallow = { aal = 'high' }")),
        (
            "tools.allow.providers[0]",
            resource("tools", "resource = 'https://t.example'\nallow = { providers = ['x'] }"),
        ),
        ("b.resource", resource("a", "resource = 'https://t.example'\n[resources.b]\nresource = 'https://t.example/'")),
    ] {
        assert_eq!(only_problem(&text).key, format!("resources.{key}"), "{text}");
    }
    // Each token of the app would be for the resource, without consent and with all scopes.
    for audience in ["'https://t.example'", "'https://api.example', 'https://t.example/'"] {
        let lines = format!("resource = 'https://t.example'\n[clients.web]\naudience = [{audience}]");
        let problem = only_problem(&resource("tools", &lines));
        assert!(problem.key.starts_with("clients.web.audience["), "{problem}");
        assert!(problem.what.contains("resources.tools"), "{problem}");
        assert!(problem.remedy.contains("resources = [\"tools\"]"), "{problem}");
    }
    accepted(&resource("tools", "resource = 'https://t.example'\n[clients.web]\naudience = ['https://t.example/x']"));
    let client = resource("tools", "resource = 'https://t.example'\n[clients.web]\nresources = ['tool']");
    let problem = only_problem(&client);
    assert_eq!(problem.key, "clients.web.resources[0]");
    assert!(problem.remedy.contains("did you mean \"tools\"?"), "{}", problem.remedy);
}
