//! Runs the apps of `examples/apps`, which the README shows, unchanged.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::running::Server;
use super::setting::{BASE64_SECRET, confidential, go, setup};
use crate::directory::Directory;
use crate::page::Page;
use crate::peer;
use crate::ports;
use crate::visitor::Visitor;

/// The pretend provider uses the part before the `@` as the name.
const MARKUP: &str = "<b>bold</b>@example.com";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Starts an app with its environment variables. Returns the pages that it shows for Ada, and for a user whose name is HTML.
async fn signed_in_at(command: &mut Command, port: u16) -> [Page; 2] {
    let app = format!("http://127.0.0.1:{port}");
    let client = confidential("web", BASE64_SECRET, &format!("{app}/callback"), "");
    let setup = setup(&client);
    command.env("ISSUER", setup.gateway.public()).env("CLIENT_ID", "web").env("CLIENT_SECRET", BASE64_SECRET);
    let server = Server::start(command, port);
    let ada = go(&Visitor::new(), &app, "nowhere").await;
    let visitor = Visitor::new();
    let asked = visitor.follow(visitor.get(&app).await, "nowhere").await;
    let back = visitor.decide(&asked.url, &[("person", "new"), ("email", MARKUP)]).await;
    let other = visitor.follow(visitor.get(back).await, "nowhere").await;
    for page in [&ada, &other] {
        assert_eq!(page.status, 200, "{page}\n{}\n{}", server.log(), setup.gateway.log());
    }
    [ada, other]
}

/// Checks that the page for the user with [`MARKUP`] shows the name as text.
fn shows_no_markup(page: &Page) {
    let kind = page.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expected = if kind.starts_with("text/plain") { "Hello, <b>bold</b>" } else { "Hello, &lt;b&gt;bold&lt;/b&gt;" };
    assert!(!kind.is_empty() && page.body == expected, "{kind}: {}", page.body);
}

/// IO-04, with the code of the README
#[tokio::test]
async fn the_node_example_shows_the_user() {
    let port = ports::free::<1>();
    // Node.js looks for modules beside the script, so the script is copied to a directory with the modules of the tests.
    let place = Directory::new();
    let script = PathBuf::from(place.write("app.mjs", &text("examples/apps/node/app.mjs")));
    std::os::unix::fs::symlink(root().join("tests/peers/node_modules"), place.join("node_modules")).expect("a link");
    let mut command = peer::node_at(&script);
    let [ada, other] = signed_in_at(command.env("PORT", port.to_string()), port).await;
    assert_eq!(ada.body, "Hello, Ada Lovelace");
    shows_no_markup(&other);
}

/// With the code of the README
#[tokio::test]
async fn the_python_example_shows_the_user() {
    let port = ports::free::<1>();
    let mut command = peer::python_at(Path::new("-m"));
    let app = root().join("examples/apps/python/app.py");
    command.args(["flask", "--app"]).arg(app).args(["run", "--port", &port.to_string()]).env("SECRET_KEY", "secret");
    let [ada, other] = signed_in_at(&mut command, port).await;
    assert_eq!(ada.body, "Hello, Ada Lovelace");
    shows_no_markup(&other);
}

#[test]
fn the_readme_shows_the_examples_as_they_are() {
    let readme = text("README.md");
    for (language, path) in [("js", "node/app.mjs"), ("python", "python/app.py"), ("js", "browser/app.js")] {
        let shown = format!("```{language}\n{}```\n", text(&format!("examples/apps/{path}")));
        assert!(readme.contains(&shown), "README.md does not show examples/apps/{path} as it is");
    }
}
