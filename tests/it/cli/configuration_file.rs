//! The configuration file that a command reads, and its message without one. The help of the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::config::support::{Directory, good};

fn run(here: &Path, variables: &[(&str, &str)], words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.args(words).current_dir(here).envs(variables.iter().copied()).stdin(Stdio::null());
    command.output().expect("the binary")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The other problems follow from the missing file, so this one comes first.
#[test]
fn without_a_file_the_first_line_names_the_files_that_do_not_exist() {
    let directory = Directory::new();
    let ended = run(&directory.0, &[], &["config", "check"]);
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    let output = text(&ended.stderr);
    let first = output.lines().next().expect("a line");
    assert!(
        first.starts_with("configuration: no configuration file was read: config/vestibule.toml does not exist here")
    );
    for words in
        [directory.0.to_str().expect("a path"), "/etc/vestibule/vestibule.toml", "--config", "VESTIBULE_CONFIG"]
    {
        assert!(first.contains(words), "{words} is not in {first}");
    }
    assert!(output.contains("database.url") && output.contains("secrets.keys"), "{output}");
    // A complete configuration in the environment needs no file.
    let key = vestibule::base::seal::generate_key();
    let variables = [("VESTIBULE__DATABASE__URL", "postgres://db/v"), ("VESTIBULE__SECRETS__KEYS", key.expose())];
    assert_eq!(run(&directory.0, &variables, &["config", "check"]).status.code(), Some(0));
}

#[test]
fn the_file_is_that_of_the_option_else_of_the_variable_else_the_default() {
    let directory = Directory::new();
    std::fs::create_dir(directory.0.join("config")).expect("a directory");
    let with_issuer = |name: &str, port: u16| -> PathBuf {
        directory.write(name, &(good() + &format!("[server]\npublic_url = \"http://127.0.0.1:{port}\"\n")))
    };
    with_issuer("config/vestibule.toml", 7001);
    let (of_variable, of_option) = (with_issuer("variable.toml", 7002), with_issuer("option.toml", 7003));
    let variables = [("VESTIBULE_CONFIG", of_variable.to_str().expect("a path"))];
    let option = ["--config", of_option.to_str().expect("a path"), "config", "check"];
    for (variables, words, port) in [
        (&[][..], &["config", "check"][..], 7001),
        (&[("VESTIBULE_CONFIG", "")], &["config", "check"], 7001),
        (&variables, &["config", "check"], 7002),
        (&variables, &option, 7003),
    ] {
        let ended = run(&directory.0, variables, words);
        assert!(
            text(&ended.stdout).contains(&format!("http://127.0.0.1:{port}.")),
            "{variables:?} {words:?}: {ended:?}"
        );
    }
    let missing = run(&directory.0, &[("VESTIBULE_CONFIG", "/no/such/file.toml")], &["config", "check"]);
    assert!(text(&missing.stderr).starts_with("/no/such/file.toml: cannot be read"), "{missing:?}");
}

#[test]
fn the_help_is_wrapped_and_is_printed_without_a_command() {
    let directory = Directory::new();
    let alone = run(&directory.0, &[], &[]);
    assert!(text(&alone.stderr).contains("Usage: vestibule") && text(&alone.stderr).contains("users"), "{alone:?}");
    for words in [&["--help"][..], &["users", "list", "--help"], &["config", "check", "--help"], &["explain", "--help"]]
    {
        let help = text(&run(&directory.0, &[], words).stdout);
        let long: Vec<_> = help.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(help.contains("Usage: vestibule") && long.is_empty(), "{words:?}: {long:?}");
    }
}
