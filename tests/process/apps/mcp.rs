//! An MCP server that takes our access tokens, and an MCP client with a registered id, by npm `@modelcontextprotocol/sdk`.

use super::running::run_with_browser;
use super::setting::{NOWHERE, public, setup};
use crate::peer::node;
use crate::ports;

/// From the server's 401 to a tool call; then a refresh, and a new login after the session has ended.
#[tokio::test]
async fn the_mcp_sdk_finds_the_gateway_from_its_server() {
    let port = ports::free::<1>();
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let more = format!(
        "scopes = [\"openid\", \"tools\", \"offline_access\"]\naudience = [\"{resource}\", \"https://other.example\"]"
    );
    let setup = setup(&public("tool", NOWHERE, &more));
    let mut command = node("apps/mcp.mjs");
    command.args([&setup.gateway.public(), "tool", NOWHERE, &port.to_string()]);
    let seen = run_with_browser(&setup, &mut command).await;
    assert!(seen["sub"].as_str().is_some_and(|sub| !sub.is_empty()), "{seen}");
    assert_eq!(setup.wire.count("POST /token"), 1, "the person stays signed in at the gateway");
}
