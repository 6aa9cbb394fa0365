//! Every state of every page in a browser, in each language.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::directory::Directory;
use crate::peer::{self, node};

/// WB-01, WB-12: nothing stands beyond the edge at 320 px, axe-core finds nothing in light and in dark, and a page with all that it loads is
/// below 15 KiB. The pictures are in `target/tmp/previewed`.
#[test]
fn every_state_of_every_page_is_good_in_every_language() {
    let directory = Directory::new();
    let key = vestibule::base::seal::generate_key();
    let configuration = format!("[database]\nurl = \"postgres://db/v\"\n[secrets]\nkeys = [\"{}\"]\n", key.expose());
    let file = directory.write("vestibule.toml", &configuration);
    let folder = directory.path().join("seen");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    let written = command.arg("--config").arg(file).args(["pages", "preview"]).arg(&folder).output().expect("it runs");
    assert!(written.status.success(), "{written:?}");
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("previewed");
    let ended = peer::run(node("previewed.mjs").arg(&folder).arg("--pictures").arg(&pictures), "");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let seen: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert!(seen["pages"].as_u64().is_some_and(|pages| pages >= 600), "{seen}");
}
