//! The rules of the architecture that look at one file, each a function from the file to its breaches.

use std::fmt;

use crate::source::{Path, Token, attribute, code_lines, paths, text, tokens};

/// The modules, by layer. A file imports from its own module and from lower layers.
const LAYERS: [(u8, &[&str]); 12] = [
    (12, &["main"]),
    (11, &["cli"]),
    (10, &["dev"]),
    (9, &["server"]),
    (8, &["web", "jobs"]),
    (7, &["login", "authorize", "logout", "gate", "verify", "administration"]),
    (6, &["token", "grant"]),
    (5, &["app"]),
    (4, &["vault", "access"]),
    (3, &["upstream", "keys", "client", "session", "telemetry", "pages"]),
    (2, &["config", "account"]),
    (1, &["base"]),
];

/// Foreign crates and their homes. A home is a folder (`web/`), a file (`telemetry.rs`) or either in any module (`*/store.rs`).
const HOMES: [(&[&str], &[&str]); 18] = [
    (&["actix*", "tracing_actix_web"], WEB),
    (&["diesel*", "pq_sys"], &["base/", "*/store.rs", "*/store/", "keys/row.rs"]),
    (&["r2d2", "openssl_sys"], &["base/db/"]),
    (&["openidconnect", "oauth2"], &["upstream/"]),
    (&["reqwest"], &["base/outbound.rs"]),
    (&["config"], &["config/load.rs"]),
    (&["metrics"], &["base/measure.rs", "telemetry.rs"]),
    (&["metrics_exporter_prometheus"], &["telemetry.rs"]),
    (&["tracing_subscriber"], &["telemetry.rs", "config/section/log.rs"]),
    (&["clap"], &["cli/"]),
    (&["minijinja", "fluent*", "icu*", "intl_memoizer", "unic_langid"], &["pages/"]),
    (&["askama"], &["dev/"]),
    (&["ua_parser"], &["session/device.rs"]),
    (&["aws_lc_rs"], &["base/", "config/value/key_file.rs", "keys/", "upstream/", "token/", "dev/provider/"]),
    (&["jsonwebtoken"], &["keys/", "token/"]),
    (&["pem"], &["config/value/public_key.rs"]),
    (&["rustls"], &["base/tls.rs", "config/value/key_file.rs"]),
    // Its private-key operations leak by their timing (RUSTSEC-2023-0071).
    (&["rsa"], &["nowhere"]),
];

const WEB: &[&str] = &["web/", "server/", "dev/"];

/// File names that do not describe the content.
const EMPTY_NAMES: [&str; 7] = ["util", "utils", "helper", "helpers", "common", "misc", "shared"];

/// The maximum lines of code of a file.
const MAX_CODE_LINES: usize = 300;

/// A file of the source tree: its path below `src/`, with `/`, and its text.
pub struct File {
    pub path: String,
    pub source: String,
}

/// One breach of one rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Breach {
    pub path: String,
    pub line: usize,
    pub what: String,
    pub why: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    {}", self.path, self.line, self.what, self.why)
    }
}

impl File {
    /// The folder or file directly below `src/` that this file belongs to.
    pub fn top_module(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    fn breach(&self, line: usize, what: impl Into<String>, why: impl Into<String>) -> Breach {
        Breach { path: format!("src/{}", self.path), line, what: what.into(), why: why.into() }
    }

    /// The module that this file is: `base/db.rs` and `base/db/mod.rs` are `[base, db]`.
    pub fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let crate_root = path == "lib" || path == "main";
        path.split('/').filter(|_| !crate_root).map(str::to_owned).collect()
    }

    /// `mod.rs` and `lib.rs`: they declare and re-export.
    pub fn is_module_root(&self) -> bool {
        self.path.ends_with("/mod.rs") || self.path == "lib.rs"
    }
}

/// A file imports from its own module and from lower layers only; every module has a layer.
pub fn layers(file: &File) -> Vec<Breach> {
    if file.path == "lib.rs" {
        return Vec::new();
    }
    let Some(own) = layer(file.top_module()) else {
        let what = format!("the module `{}` has no layer", file.top_module());
        return vec![file.breach(
            1,
            what,
            "give it one in LAYERS (tests/architecture/rules.rs) and in docs/architecture.md",
        )];
    };
    let named = paths(&tokens(&file.source));
    named.iter().filter_map(|path| forbidden_import(file, own, path)).collect()
}

fn forbidden_import(file: &File, own: u8, path: &Path) -> Option<Breach> {
    let module = module_of(file, path)?;
    let layer = layer(&module)?;
    if module == file.top_module() || layer < own {
        return None;
    }
    let way = if layer == own { "sideways" } else { "up" };
    let what = format!(
        "`{}` imports {way}: from `{}` (layer {own}) to `{module}` (layer {layer})",
        shown(path),
        file.top_module()
    );
    Some(file.breach(
        path.line,
        what,
        "a file imports from its own module and from lower layers only; hand the value in, or move the code",
    ))
}

/// The top module that a path leads to, if it leads into our own crate.
fn module_of(file: &File, path: &Path) -> Option<String> {
    let mut segments = path.segments.iter().map(String::as_str).peekable();
    let mut module = match *segments.peek()? {
        "crate" | "vestibule" => Vec::new(),
        "super" | "self" => file.module(),
        _ => return None,
    };
    while let Some(step) = segments.next_if(|step| ["crate", "vestibule", "self", "super"].contains(step)) {
        if step == "super" {
            module.pop();
        }
    }
    module.first().cloned().or_else(|| segments.next().map(str::to_owned))
}

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(_, modules)| modules.contains(&module)).map(|(layer, _)| *layer)
}

/// Each foreign crate has one home.
pub fn homes(file: &File) -> Vec<Breach> {
    let named = paths(&tokens(&file.source));
    let own: Vec<&str> = named.iter().filter(|path| path.imported).filter_map(our_name).collect();
    let mut found = Vec::new();
    for path in &named {
        let Some(name) = path.segments.first() else { continue };
        let Some((_, homes)) = HOMES.iter().find(|(crates, _)| crates.iter().any(|pattern| fits(name, pattern))) else {
            continue;
        };
        let ours = !path.rooted && !path.imported && (own.contains(&name.as_str()) || declares(file, name));
        let ours = ours || (file.path == "lib.rs" && !path.rooted);
        if !ours && !homes.iter().any(|home| lives_in(&file.path, home)) {
            let why = format!("`{name}` lives in {} only", homes.join(", "));
            found.push(file.breach(path.line, format!("`{}` away from home", shown(path)), why));
        }
    }
    found
}

/// The name that `use crate::a::name` or `use super::name` brings in.
fn our_name(path: &Path) -> Option<&str> {
    let head = path.segments.first()?;
    let last = path.segments.iter().rev().find(|segment| *segment != "self")?;
    ["crate", "self", "super", "vestibule"].contains(&head.as_str()).then_some(last.as_str())
}

/// Whether the file declares a module of that name.
fn declares(file: &File, name: &str) -> bool {
    tokens(&file.source).windows(2).any(|pair| pair[0].text == "mod" && pair[1].text == name)
}

/// `diesel*` is every crate whose name begins so.
fn fits(name: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(name == pattern, |start| name.starts_with(start))
}

fn lives_in(path: &str, home: &str) -> bool {
    match home.strip_prefix('*') {
        Some(folder) if folder.ends_with('/') => path.contains(folder),
        Some(file) => path.ends_with(file),
        None if home.ends_with('/') => path.starts_with(home),
        None => path == home,
    }
}

/// A module root has its description, its `mod` lines and its `use` lines.
pub fn module_roots(file: &File) -> Vec<Breach> {
    if !file.is_module_root() {
        return Vec::new();
    }
    let all = tokens(&file.source);
    let mut found = Vec::new();
    if !file.source.trim_start().starts_with("//!") {
        found.push(file.breach(1, "a module root without a description", "begin with `//!`: what the module is for"));
    }
    let mut at = 0;
    while at < all.len() {
        at += attribute(&all[at..]).unwrap_or_default();
        match root_item(&all[at.min(all.len())..]) {
            Some(length) => at += length,
            None if at < all.len() => {
                let what = format!("code in a module root: `{}`", line_of(file, all[at].line));
                found.push(file.breach(
                    all[at].line,
                    what,
                    "a module root holds `mod`, `pub mod`, `use` and `pub use` lines only",
                ));
                return found;
            }
            None => {}
        }
    }
    found
}

/// The length of the `mod` or `use` line, or of the attribute, that stands here.
fn root_item(rest: &[Token]) -> Option<usize> {
    if attribute(rest).is_some() {
        return Some(0);
    }
    let mut at = usize::from(text(rest, 0) == "pub");
    if at == 1 && text(rest, 1) == "(" {
        at += 1 + rest[1..].iter().take_while(|token| token.text != ")").count();
    }
    let end = at + rest.get(at..)?.iter().take_while(|token| token.text != ";").count();
    let allowed = match text(rest, at) {
        "mod" => end == at + 2,
        "use" => end < rest.len(),
        _ => false,
    };
    allowed.then_some(end + 1)
}

fn line_of(file: &File, line: usize) -> &str {
    file.source.lines().nth(line - 1).unwrap_or_default().trim()
}

/// File names have a meaning, and files are short.
pub fn names_and_sizes(file: &File) -> Vec<Breach> {
    let mut found = Vec::new();
    let empty = |part: &&str| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"));
    if let Some(name) = file.path.split('/').find(empty) {
        found.push(file.breach(1, format!("`{name}` says nothing about what is inside"), "name it after its idea"));
    }
    let lines = code_lines(&file.source);
    if lines > MAX_CODE_LINES {
        let what = format!("{lines} lines of code, more than {MAX_CODE_LINES}");
        found.push(file.breach(1, what, "a file has one idea; find the second one and give it a file"));
    }
    found
}

/// The problems of a migration, given its two files if they exist.
pub fn migration(name: &str, up: Option<&str>, down: Option<&str>) -> Vec<Breach> {
    let breach = |file: &str, what: &str, why: &str| Breach {
        path: format!("migrations/{name}/{file}"),
        line: 1,
        what: what.to_owned(),
        why: why.to_owned(),
    };
    let mut found = Vec::new();
    let comment = |line: &str| line.split_once("--").is_some_and(|(_, comment)| comment.contains("Locks:"));
    match up {
        None => found.push(breach("up.sql", "missing", "a migration has an up.sql")),
        Some(up) if !up.lines().any(comment) => {
            found.push(breach("up.sql", "no comment says `Locks:`", "say which locks it takes, and for how long"));
        }
        Some(_) => {}
    }
    if down.is_none_or(|down| down.trim().is_empty()) {
        found.push(breach("down.sql", "missing or empty", "a migration can be taken back"));
    }
    found
}

fn shown(path: &Path) -> String {
    format!("{}{}", if path.rooted { "::" } else { "" }, path.segments.join("::"))
}
