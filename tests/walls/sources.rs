//! The sources of the library and what belongs to it, parsed.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One file.
pub struct Source {
    /// Path below `src/`, `store/mod.rs`; of [`sources_of`] from the root of the repository.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The same, parsed.
    pub file: syn::File,
}

impl Source {
    /// The room: the first folder of the path, or the file itself.
    pub fn room(&self) -> String {
        let first = self.path.components().next().expect("a path");
        let first = first.as_os_str().to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    /// Whether the file holds nothing but tests.
    pub fn is_test(&self) -> bool {
        let path = self.path.to_string_lossy();
        path.contains("/tests/") || path.ends_with("tests.rs")
    }
}

/// All of `src/`, sorted by path.
pub fn sources() -> Vec<Source> {
    let found = below("src");
    assert!(found.len() > 200, "{} files", found.len());
    found
}

/// All of these folders of the repository.
pub fn sources_of(folders: &[&str]) -> Vec<Source> {
    let mut all = Vec::new();
    for folder in folders {
        let found = below(folder);
        assert!(!found.is_empty(), "nothing in {folder}");
        all.extend(found.into_iter().map(|source| Source {
            path: Path::new(folder).join(source.path),
            ..source
        }));
    }
    all
}

/// Those below one folder, with their paths there, sorted by them; without what was built there.
fn below(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let file = syn::parse_file(&text)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let path = path.strip_prefix(&root).unwrap().to_owned();
                found.push(Source { path, text, file });
            }
        }
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}
