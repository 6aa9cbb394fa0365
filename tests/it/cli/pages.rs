//! `vestibule pages` and `[pages]`: templates and messages of the operator.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::config::support::{Directory, good};

fn run(here: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.args(words).current_dir(here).stdin(Stdio::null());
    command.output().expect("the binary")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with the exported files and a configuration that names them.
fn exported() -> Directory {
    let directory = Directory::new();
    let ended = run(&directory.0, &["pages", "export", "own"]);
    assert!(ended.status.success(), "{ended:?}");
    let pages = "[pages]\ntemplates = \"own/templates\"\nmessages = \"own/messages\"\n";
    directory.write("vestibule.toml", &(good() + pages));
    directory
}

fn check(directory: &Directory) -> (Option<i32>, String) {
    let ended = run(&directory.0, &["--config", "vestibule.toml", "config", "check"]);
    (ended.status.code(), text(&ended.stderr) + &text(&ended.stdout))
}

#[test]
fn exported_files_are_valid_and_not_overwritten() {
    let directory = exported();
    let (code, said) = check(&directory);
    assert_eq!(code, Some(0), "{said}");
    let again = run(&directory.0, &["pages", "export", "own"]);
    assert!(!again.status.success() && text(&again.stderr).contains("is there already"), "{again:?}");
}

#[test]
fn a_broken_template_or_message_is_refused_with_its_line() {
    let first = "{#- context: 1 -#}";
    for (file, content, expected) in [
        (
            "own/templates/signed_out.html",
            format!("{first}\n<p>\n{{{{ nobody }}}}\n"),
            "own/templates/signed_out.html:3: ",
        ),
        ("own/templates/signed_out.html", format!("{first}\n{{% if %}}\n"), "own/templates/signed_out.html:2: "),
        (
            "own/templates/signed_out.html",
            format!("{first}\n{{{{ t(\"nothing\") }}}}\n"),
            "there is no message nothing",
        ),
        (
            "own/templates/signed_out.html",
            "<p>\n".to_owned(),
            "own/templates/signed_out.html:1: the first line must be",
        ),
        ("own/messages/de.ftl", "sign-in = A\n\nsign-out = { $x\n".to_owned(), "own/messages/de.ftl:"),
        ("own/messages/de.ftl", "sign-inn = A\n".to_owned(), "own/messages/de.ftl: no page has the message sign-inn"),
        ("own/messages/de.ftl", "sign-in = { $x }\n".to_owned(), "own/messages/de.ftl: the message sign-in has no $x"),
        ("own/messages/xx yy.ftl", "sign-in = A\n".to_owned(), "\"xx yy\" is not a language tag"),
    ] {
        let directory = exported();
        directory.write(file, &content);
        let (code, said) = check(&directory);
        assert!(code == Some(2) && said.contains(expected), "{file} {content}: {said}");
    }
}

#[test]
fn the_preview_has_every_language_with_the_files_of_the_operator() {
    let directory = exported();
    directory.write("own/messages/nl.ftl", "language-name = Nederlands\nsign-in = Inloggen\n");
    directory.write("own/templates/signed_out.html", "{#- context: 1 -#}\n<p>Bye: {{ t(\"sign-in\") }}</p>\n");
    let ended = run(&directory.0, &["--config", "vestibule.toml", "pages", "preview", "seen"]);
    assert!(ended.status.success(), "{ended:?}");
    let page = |path: &str| std::fs::read_to_string(directory.0.join("seen").join(path)).expect(path);
    assert_eq!(page("nl/signed_out.html"), "<p>Bye: Inloggen</p>");
    assert_eq!(page("fr/signed_out.html"), "<p>Bye: Se connecter</p>");
    assert!(page("nl/choose_provider.html").contains("Inloggen</h1>"), "{}", page("nl/choose_provider.html"));
    assert!(page("nl/sign_out.html").contains("Stay signed in"), "English where a text is missing");
    assert!(page("assets/style-6.css").contains("--accent"));
    assert!(page("index.html").contains("de/problem-not-found.html"));
}
