//! The documents against the code: error codes, the tree, the table of dependencies.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::Path;

use aer_wasm::error::ErrorCode;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Whether the documents are there: an unpacked archive of the crate has none.
fn documents() -> bool {
    root().join("docs").exists()
}

/// The cells of each row of the tables in a document, below their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").map(str::trim).collect())
        .collect()
}

#[test]
fn every_error_code_is_documented_in_its_own_words() {
    if !documents() {
        return;
    }
    let text = read("docs/errors.md");
    let documented: Vec<(&str, &str)> = rows(&text)
        .into_iter()
        .filter(|cells| cells.len() == 4 && cells[0].starts_with('`'))
        .map(|cells| (cells[0].trim_matches('`'), cells[2]))
        .collect();
    let codes: Vec<(&str, &str)> =
        ErrorCode::ALL.iter().map(|code| (code.as_str(), code.description())).collect();
    assert_eq!(documented, codes, "docs/errors.md has the rows of src/error.rs, in its order");
}

/// The first block of a document between ```text and ``` that has a line starting with this.
fn block<'a>(text: &'a str, start: &str) -> &'a str {
    text.split("```")
        .filter_map(|part| part.strip_prefix("text\n"))
        .find(|part| part.lines().any(|line| line.starts_with(start)))
        .unwrap_or_else(|| panic!("no block with {start}"))
}

#[test]
fn the_tree_of_the_architecture_is_the_one_there_is() {
    if !documents() || !root().join(".git").exists() {
        return;
    }
    let text = read("docs/architecture.md");
    let named: Vec<&str> =
        block(&text, "src/lib.rs").lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(named.len() > 20, "the tree was found");
    for path in &named {
        assert!(root().join(path).exists(), "docs/architecture.md names {path}, which does not exist");
    }
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = format!("src/{}", path.file_name().unwrap().to_str().unwrap());
            assert!(named.contains(&name.as_str()), "docs/architecture.md does not name {name}");
        }
    }
}

#[test]
fn the_table_of_dependencies_is_the_one_that_is_checked() {
    if !documents() {
        return;
    }
    let source = read("tests/layers.rs");
    let table = source.split("const MAY_USE").nth(1).unwrap();
    let table = table.split("= &[").nth(1).unwrap().split("\n];").next().unwrap();
    // `("a", &["b", "c"]),` is split at its quotes: every second part is a name, the first one the module's.
    let checked: Vec<String> = table
        .lines()
        .map(|line| line.split('"').skip(1).step_by(2).collect::<Vec<_>>())
        .filter(|names| !names.is_empty())
        .map(|names| names.join(" "))
        .collect();
    assert!(checked.len() > 10, "the table of tests/layers.rs was found");
    let text = read("docs/architecture.md");
    let section = text.split("## Who may use whom").nth(1).unwrap().split("\n## ").next().unwrap();
    let documented: Vec<String> = rows(section)
        .into_iter()
        .filter(|cells| cells[0].starts_with('`') && cells[0] != "`bindings`")
        .map(|cells| cells[..2].join(" ").replace(['`', ','], "").trim_end_matches(" nothing").to_owned())
        .collect();
    assert_eq!(documented, checked);
}
