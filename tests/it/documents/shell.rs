//! Each block of shell commands can be parsed, names commands of `vestibule` and options that exist, and targets of the
//! Makefile that exist. Commands that need nothing but files run.

use std::fs;
use std::process::{Command, Stdio};

use crate::presets::operator::Operator;
use crate::snippets::{self, Snippet};

/// The commands of a block, with continued lines joined and without comments.
fn commands(snippet: &Snippet) -> Vec<String> {
    let joined = snippet.text.replace("\\\n", " ");
    let without_comment = |line: &str| line.split(" #").next().unwrap_or_default().trim().to_owned();
    joined.lines().map(without_comment).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// The commands of `vestibule`, also those that another command runs: `sudo -u vestibule sh -c 'vestibule serve'`.
fn of_vestibule(snippet: &Snippet) -> Vec<String> {
    let parts = commands(snippet).into_iter().flat_map(|command| {
        let parts = command.split(['\'', ';', '&']).map(|part| part.trim().to_owned());
        parts.collect::<Vec<_>>()
    });
    parts.filter(|part| part.starts_with("vestibule ")).collect()
}

/// The words of a command up to where its output goes, without the brackets around what may be left out.
fn words(command: &str) -> Vec<String> {
    let end = command.find(['>', '|']).unwrap_or(command.len());
    command[..end].split_whitespace().map(|word| word.trim_matches(['[', ']']).to_owned()).collect()
}

#[test]
fn every_shell_block_can_be_parsed() {
    let blocks = snippets::in_language("sh");
    assert!(blocks.len() > 8, "only {} blocks were found", blocks.len());
    for block in blocks {
        let parsed = Command::new("/bin/sh").args(["-n", "-c", &block.text]).output().expect("a shell");
        assert!(parsed.status.success(), "{}: {}", block.place(), String::from_utf8_lossy(&parsed.stderr));
    }
}

#[test]
fn the_commands_and_options_of_vestibule_exist() {
    let (operator, mut count) = (Operator::new(), 0);
    for block in snippets::in_language("sh") {
        for command in of_vestibule(&block) {
            let words = words(&command);
            let global = words[1..].iter().position(|word| word == "--config").map_or(0, |_| 2);
            let is_verb = |word: &&String| {
                word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !word.starts_with('-')
            };
            let verbs: Vec<&str> = words[1 + global..].iter().take_while(is_verb).map(String::as_str).collect();
            let (code, help, complaint) = operator.run("", &[&verbs[..], &["--help"]].concat());
            assert_eq!(code, Some(0), "{}: {command}: {complaint}", block.place());
            for option in words.iter().filter(|word| word.starts_with("--")) {
                let option = option.split('=').next().unwrap_or(option);
                assert!(help.contains(option), "{}: {command}: no option {option} in\n{help}", block.place());
            }
            count += 1;
        }
    }
    assert!(count > 3, "only {count} commands were found");
}

#[test]
fn the_targets_of_make_exist() {
    let makefile = fs::read_to_string(snippets::root().join("Makefile")).expect("the Makefile");
    let mut count = 0;
    for block in snippets::in_language("sh") {
        for command in commands(&block).iter().filter(|command| command.starts_with("make ")) {
            let target = words(command)[1].clone();
            assert!(makefile.contains(&format!("\n{target}:")), "{}: {command}", block.place());
            count += 1;
        }
    }
    assert!(count > 3, "only {count} commands were found");
}

/// The blocks that make keys by OpenSSL run in a directory of their own.
#[test]
fn the_commands_of_openssl_make_keys() {
    let mut count = 0;
    for block in snippets::in_language("sh") {
        if !commands(&block).iter().all(|command| command.starts_with("openssl ")) {
            continue;
        }
        let place = std::env::temp_dir().join(format!("vestibule-snippet-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&place).expect("a directory");
        let mut shell = Command::new("/bin/sh");
        shell.args(["-e", "-c", &block.text]).current_dir(&place).stdin(Stdio::null());
        let ended = shell.output().expect("a shell");
        let made = fs::read_dir(&place).expect("a directory").count();
        fs::remove_dir_all(&place).expect("a directory");
        assert!(ended.status.success() && made > 0, "{}: {ended:?}", block.place());
        count += 1;
    }
    assert!(count > 1, "only {count} blocks were found");
}
