//! The text files of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where ids of rules may stand.
const PLACES: &[&str] = &[
    ".ci",
    "CHANGELOG.md",
    "Cargo.toml",
    "README.md",
    "SECURITY.md",
    "benches",
    "docs",
    "examples",
    "macros",
    "migration",
    "src",
    "templates",
    "tests",
];

/// Folders and files in them that nobody here wrote: what tools made, and input of the fuzzer.
const FOREIGN: &[&str] = &[
    "Cargo.lock",
    "corpus",
    "node_modules",
    "package-lock.json",
    "target",
];

/// A text file.
pub struct Source {
    /// Its path below the root of the repository.
    pub name: String,
    text: String,
}

/// A line of a file.
pub struct Line<'a> {
    /// From 1.
    pub number: usize,
    pub text: &'a str,
}

impl Source {
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = (1..).zip(self.text.lines());
        lines.map(|(number, text)| Line { number, text })
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file with this path below the root of the repository.
pub fn source(name: &str) -> Source {
    Source {
        name: name.to_owned(),
        text: fs::read_to_string(root().join(name)).unwrap(),
    }
}

/// Every text file in which an id may stand.
pub fn sources() -> Vec<Source> {
    let mut open: Vec<PathBuf> = PLACES.iter().map(|place| root().join(place)).collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        let file = path.file_name().unwrap().to_string_lossy();
        let hidden = file.starts_with('.') && file != ".ci";
        if hidden || FOREIGN.contains(&file.as_ref()) {
            continue;
        }
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|at| at.unwrap().path()));
        } else if let Ok(text) = fs::read_to_string(&path) {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            found.push(Source { name, text });
        }
    }
    assert!(found.len() > 500, "{} files", found.len());
    found
}
