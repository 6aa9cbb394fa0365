//! nginx and the server of the document.

use std::path::PathBuf;

use crate::apps::running::Server;
use crate::directory::Directory;
use crate::gateway::Settings;
use crate::peer;
use crate::proxies::deployment::Place;
use crate::proxies::nginx::serving;
use crate::proxies::program::Program;
use crate::snippets::{named, root};

/// The address of nginx in the document.
const DOCUMENTED: &str = "127.0.0.1:8000";

/// The ports of nginx and of the server behind it.
#[derive(Clone, Copy)]
pub struct Ports {
    pub nginx: u16,
    pub server: u16,
}

impl Ports {
    /// The URL of the resource.
    pub fn resource(self) -> String {
        format!("http://127.0.0.1:{}/mcp", self.nginx)
    }

    /// The documented configuration of the gateway.
    pub fn gateway(self) -> String {
        Place::fill(&named("mcp-gateway"), &[(DOCUMENTED, &*format!("127.0.0.1:{}", self.nginx))])
    }

    /// The documented MCP server.
    pub fn mcp_server(self, directory: &Directory) -> Server {
        let text = Place::fill(&named("mcp-server"), &[("listen(3001,", &*format!("listen({},", self.server))]);
        let script = file(directory, "server.mjs", &text);
        Server::start(&mut peer::node_at(&script), self.server)
    }

    /// nginx with the documented configuration and further changes, before a gateway with that port and path.
    pub fn nginx(self, directory: &Directory, (gateway, path): (u16, &str), changes: &[(&str, &str)]) -> Program {
        let parts = [
            (DOCUMENTED, &*format!("127.0.0.1:{}", self.nginx)),
            ("127.0.0.1:8080", &*format!("127.0.0.1:{gateway}")),
            ("127.0.0.1:3001", &*format!("127.0.0.1:{}", self.server)),
            ("proxy_pass http://vestibule/", &*format!("proxy_pass http://vestibule{path}/")),
        ];
        let text = Place::fill(&Place::fill(&named("mcp-nginx"), changes), &parts);
        Program::start(&mut serving(directory, &text), directory, self.nginx)
    }
}

/// A file of the documented directory, beside the modules of the tests.
pub fn file(directory: &Directory, name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(directory.write(name, text));
    let modules = directory.join("node_modules");
    if !modules.exists() {
        std::os::unix::fs::symlink(root().join("tests/peers/node_modules"), modules).expect("a link");
    }
    path
}

/// The settings that `vestibule dev` adds to the snippet.
pub fn behind_nginx(settings: Settings) -> Settings {
    settings.with("server.trusted_proxies", "127.0.0.1/32").with("signing.algorithms", "ES256,RS256")
}
