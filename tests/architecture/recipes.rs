//! The recipes in `docs/apps` say how they were checked.

use std::fs;
use std::path::{Path, PathBuf};

const CHECKED: [&str; 3] = ["Run by the tests", "Run once, by hand", "From its source, not run"];

fn pages() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/apps");
    let entries = fs::read_dir(folder).expect("docs/apps").map(|entry| entry.expect("a file").path());
    let page = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("a page"))
    };
    entries.map(page).collect()
}

/// The headings of the sections that show how to set up a product, and do not say how this was checked.
fn unchecked(page: &str) -> Vec<&str> {
    let sections: Vec<&str> = page.split("\n## ").collect();
    // What stands above the sections is shared by them, unless the page has none.
    let of_products = if sections.len() == 1 { &sections[..] } else { &sections[1..] };
    let shows = |section: &&&str| section.contains("\n```");
    let silent = |section: &&&str| !CHECKED.iter().any(|checked| section.contains(checked));
    of_products.iter().filter(shows).filter(silent).filter_map(|section| section.lines().next()).collect()
}

#[test]
fn each_recipe_says_how_it_was_checked() {
    let pages = pages();
    let index = &pages.iter().find(|(name, _)| name == "README.md").expect("the index").1;
    for (name, page) in pages.iter().filter(|(name, _)| name != "README.md") {
        assert!(index.contains(&format!("({name})")), "docs/apps/README.md does not list {name}");
        assert_eq!(unchecked(page), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn a_recipe_that_does_not_say_it_is_found() {
    let page =
        "# A\n\n```toml\n```\n\n## B\n\nRun by the tests.\n\n```sh\n```\n\n## C\n\n```sh\n```\n\n## D\n\nSee B.\n";
    assert_eq!(unchecked(page), ["C"]);
    assert_eq!(unchecked("# A\n\n```sh\n```\n"), ["# A"]);
}
