//! The house rules that no compiler checks: who may use whom (docs/architecture.md), where JavaScript and the
//! target may be named, and what no tracked file may hold.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each module and the modules of ours that it may use. `bindings` may use all, and nobody may use it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("rng", &[]),
    ("linalg", &["error"]),
    ("kernel", &["error", "linalg"]),
    ("circuit", &["error", "linalg"]),
    ("noise", &["error", "linalg", "circuit"]),
    ("frontend", &["error", "linalg", "circuit", "noise"]),
    ("draw", &["error", "circuit"]),
    ("transpile", &["linalg", "kernel"]),
    ("engine", &["error", "linalg", "circuit", "kernel", "transpile", "rng"]),
    ("run", &["error", "linalg", "circuit", "noise", "engine", "rng"]),
    ("protocol", &["error", "run"]),
    ("job", &["error", "run"]),
    ("executor", &["error", "run", "protocol", "job"]),
    ("session", &["error", "circuit", "noise", "frontend", "run", "protocol"]),
];

/// Crates of the JavaScript side.
const JAVASCRIPT: &[&str] =
    &["wasm_bindgen", "wasm_bindgen_futures", "serde_wasm_bindgen", "js_sys", "web_sys"];

/// A shipped source file: its path below src, its top module, its text without comments and unit tests.
struct Source {
    path: String,
    module: String,
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut found = Vec::new();
    files(&src, &mut found);
    found.sort();
    found
        .iter()
        .map(|file| file.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/"))
        .filter(|path: &String| !path.ends_with("tests.rs") && !path.contains("/tests/"))
        .map(|path| {
            let text = fs::read_to_string(src.join(&path)).unwrap();
            let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code: Vec<&str> =
                shipped.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let module = path.split(['/', '.']).next().unwrap_or_default().to_string();
            Source { path, module, code: code.join("\n") }
        })
        .collect()
}

/// The identifier that a text starts with.
fn identifier(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

/// The modules of ours that a code names: `crate::a`, and each of `crate::{a::…, b}`.
fn used_modules(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let after = &code[at + "crate::".len()..];
        let Some(group) = after.strip_prefix('{') else {
            used.push(identifier(after).to_string());
            continue;
        };
        let mut depth = 0;
        let mut item_starts = true;
        for (at, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => item_starts = true,
                c if item_starts && !c.is_whitespace() => {
                    used.push(identifier(&group[at..]).to_string());
                    item_starts = false;
                }
                _ => {}
            }
        }
    }
    // Macros live at the root of the crate; a path to a module starts in lower case and is no macro's name.
    used.retain(|name| root().join(format!("src/{name}.rs")).exists());
    used
}

#[test]
fn paths_are_found_alone_and_in_groups() {
    let code = "use crate::error::AerError;\nuse crate::{circuit::{self, gate}, rng, linalg::C};\nlet x = crate::run::f();";
    assert_eq!(used_modules(code), ["error", "circuit", "rng", "linalg", "run"]);
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut broken = Vec::new();
    for Source { path, module, code } in sources() {
        // The first three only list modules.
        if ["lib", "base", "fast", "bindings"].contains(&module.as_str()) {
            continue;
        }
        let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            broken.push(format!("src/{path}: module `{module}` has no row in the table of tests/layers.rs"));
            continue;
        };
        for used in used_modules(&code) {
            if used != module && !may_use.contains(&used.as_str()) {
                broken.push(format!("src/{path}: `{module}` may not use `{used}`"));
            }
        }
        // `super` must not climb around the rule: a file at depth n leaves its module with n of them.
        let depth = path.matches('/').count() + 1;
        if code.contains(&"super::".repeat(depth)) {
            broken.push(format!("src/{path}: reaches another module by `super`; say `crate::`"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_bindings_know_javascript_and_few_know_the_target() {
    let mut broken = Vec::new();
    for Source { path, module, code } in sources() {
        let words: Vec<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        if module != "bindings" {
            for name in JAVASCRIPT.iter().filter(|name| words.contains(name)) {
                broken.push(format!("src/{path}: names `{name}`; only `bindings` may"));
            }
        }
        if !["bindings", "kernel", "lib"].contains(&module.as_str()) && words.contains(&"target_arch") {
            broken.push(format!("src/{path}: names the target; only `bindings` and `kernel` may"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Whether a line holds the address of a package registry.
fn names_registry(line: &str) -> bool {
    line.split("://").skip(1).any(|rest| {
        let host = &rest[..rest.find(['/', '"', '\'', ' ', ')', '>', '`']).unwrap_or(rest.len())];
        let words = ["registry", "npmjs", "crates", "pypi", "pythonhosted", "debian"];
        words.iter().any(|word| host.contains(word)) && [".org", ".io"].iter().any(|end| host.ends_with(end))
    })
}

/// Whether a line holds an absolute path of somebody's machine.
fn names_machine(line: &str) -> bool {
    ["root", "home", "work", "Users"].iter().any(|top| {
        line.match_indices(&format!("/{top}/"))
            .any(|(at, _)| line[..at].chars().next_back().is_none_or(|before| " \t\"'`=(:,".contains(before)))
    })
}

#[test]
fn addresses_and_machine_paths_are_recognised() {
    let scheme = "https:";
    assert!(names_registry(&format!("resolved \"{scheme}//registry.npmjs.org/esbuild\"")));
    assert!(!names_registry(&format!("{scheme}//github.com/rust-lang/crates.io-index")));
    assert!(names_machine(&format!("see {}", ["", "home", "me", "x"].join("/"))));
    assert!(!names_machine(&["docs", "work", "x and example.org", "home", "x"].join("/")));
}

#[test]
fn tracked_files_name_no_registry_and_no_machine() {
    if !root().join(".git").exists() {
        return; // An unpacked archive has nothing tracked.
    }
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let mut broken = Vec::new();
    for name in String::from_utf8(listed.stdout).unwrap().split('\0').filter(|name| !name.is_empty()) {
        // Not text, or deleted and not yet committed.
        let Ok(text) = fs::read_to_string(root().join(name)) else { continue };
        for (index, line) in text.lines().enumerate() {
            if names_registry(line) || names_machine(line) {
                let start: String = line.trim().chars().take(100).collect();
                broken.push(format!("{name}:{}: {start}", index + 1));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
