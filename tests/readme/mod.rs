//! The README names what is there, and only that.

use std::{collections::BTreeSet, fs, path::Path};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// Keys that the settings are read into.
fn keys() -> BTreeSet<String> {
    let sources = [
        "src/config/raw.rs",
        "src/config/raw_lists.rs",
        "src/config/choices.rs",
        "src/config/exchange.rs",
        "src/config/fetch.rs",
    ];
    let mut keys = BTreeSet::new();
    for source in sources {
        let text = read(source);
        let fields = text.lines().filter_map(|line| {
            let (name, _) = line.strip_prefix("    pub ")?.split_once(": ")?;
            Some(name.to_owned())
        });
        keys.extend(fields);
    }
    keys
}

/// What stands between backticks in a text.
fn code(text: &str) -> BTreeSet<String> {
    let parts = text.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

fn section<'a>(readme: &'a str, title: &str) -> &'a str {
    let (_, rest) = readme.split_once(&format!("\n## {title}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

#[test]
fn every_setting_is_in_the_readme() {
    let readme = read("README.md");
    let named = code(section(&readme, "Settings"));
    // A scope's own members stand in braces; `scope` is no key.
    let others = ["sensitive", "description", "scope"];
    let missing: Vec<_> = keys()
        .into_iter()
        .filter(|key| !named.contains(key))
        .filter(|key| !others.contains(&key.as_str()))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_key_in_the_readmes_tables_is_a_setting() {
    let readme = read("README.md");
    let first_cells: String = section(&readme, "Settings")
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| line.split('|').nth(1))
        .collect();
    let keys = keys();
    let unknown: Vec<_> = code(&first_cells)
        .into_iter()
        .filter(|name| !keys.contains(name))
        .collect();
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn the_architecture_section_matches_the_tree() {
    let readme = read("README.md");
    let block = section(&readme, "Architecture")
        .split("```")
        .nth(1)
        .unwrap();
    let mut folder = "";
    for line in block.lines().skip(1).filter(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        let path = if line.starts_with(' ') {
            format!("{folder}{name}")
        } else {
            folder = name;
            name.to_owned()
        };
        let found = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        assert!(found.exists(), "{path} is not there");
    }
}
