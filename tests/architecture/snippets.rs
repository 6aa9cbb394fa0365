//! Each code block of README and documentation is run or parsed by a test, or says why no test can do so.

use std::collections::BTreeSet;
use std::fs;

use crate::documents::{self, Snippet};

/// Languages whose blocks are all tested together: `it::documents` loads TOML as configuration, parses shell commands and
/// JSON, and looks up the commands.
const PARSED: [&str; 3] = ["toml", "sh", "json"];
/// Not programs: diagrams, output, and shortened HTTP messages.
const SHOWN: [&str; 2] = ["text", "http"];
/// `make bench-scale` writes it and runs each statement in it.
const GENERATED: &str = "docs/plans.md";

/// The problem of a block, given the names that tests use and the files of `examples`.
fn fault(snippet: &Snippet, named: &BTreeSet<String>, examples: &[String]) -> Option<String> {
    let fault = match (&snippet.name, &snippet.not_run) {
        (Some(name), _) if named.contains(name) => return None,
        (Some(name), _) => format!("no test asks for the snippet {name}"),
        (None, Some(reason)) if reason.split(' ').count() > 2 => return None,
        (None, Some(_)) => "the reason is too short".to_owned(),
        (None, None) if snippet.language.is_empty() => "it has no language".to_owned(),
        (None, None) => {
            let language = snippet.language.as_str();
            if PARSED.contains(&language)
                || SHOWN.contains(&language)
                || snippet.document == GENERATED
                || examples.contains(&snippet.text)
            {
                return None;
            }
            format!(
                "no test runs this block of {language}: name it with `<!-- snippet: NAME -->` and run it, or say why not"
            )
        }
    };
    Some(format!("{}: {fault}", snippet.place()))
}

/// The names in calls of `named("NAME")` under `tests`, and in lists of names that are passed to it.
fn names_in_tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["tests/it", "tests/process"] {
        documents::below(&documents::root().join(folder), "rs", &mut files);
    }
    let read = |file: &String| fs::read_to_string(documents::root().join(file)).expect("a test");
    let asking = files.iter().map(read).filter(|source| source.contains("named("));
    let quoted = |source: String| source.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    asking.flat_map(quoted).collect()
}

#[test]
fn every_code_block_is_tested_or_says_why_not() {
    let named = names_in_tests();
    let mut examples = Vec::new();
    for extension in ["mjs", "js", "py", "rs"] {
        documents::below(&documents::root().join("examples"), extension, &mut examples);
    }
    let read = |file: &String| fs::read_to_string(documents::root().join(file)).expect("an example");
    let examples: Vec<String> = examples.iter().map(read).collect();
    let all = documents::all();
    assert!(all.len() > 60, "only {} blocks were found", all.len());
    let faults: Vec<String> = all.iter().filter_map(|snippet| fault(snippet, &named, &examples)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_block_that_nothing_runs_is_found() {
    let text = "```js\na()\n```\n<!-- snippet: known -->\n```js\nb()\n```\n<!-- snippet: unknown -->\n```js\nc()\n```\n\
                <!-- not run: needs a Kubernetes cluster -->\n```yaml\nd: 1\n```\n<!-- not run: no -->\n```yaml\ne: 1\n```\n\
                ```\nf\n```\n```python\ng()\n```\n```toml\nh = 1\n```\n```text\ni\n```\n";
    let blocks = documents::blocks("x.md", text);
    let (named, examples) = (BTreeSet::from(["known".to_owned()]), ["g()\n".to_owned()]);
    let lines: Vec<usize> =
        blocks.iter().filter(|block| fault(block, &named, &examples).is_some()).map(|block| block.line).collect();
    assert_eq!((blocks.len(), lines), (9, vec![1, 9, 17, 20]));
}
