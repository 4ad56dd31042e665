//! `docs/`: what a page calls done has tests, and they are there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file with this ending below a folder of the repository.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found
}

/// Names of the test functions of the tree.
fn tests() -> BTreeSet<String> {
    let folders = [
        "tests",
        "src",
        "macros/src",
        "macros/tests",
        "migration/src",
    ];
    let sources = folders.into_iter().flat_map(|folder| files(folder, "rs"));
    let sources = sources.chain(files("examples/demo/tests", "rs"));
    let mut names = BTreeSet::new();
    for source in sources {
        let text = fs::read_to_string(source).unwrap();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            let marks = ["#[test]", "#[tokio::test", "#[rstest]"];
            is_test |= marks.iter().any(|mark| line.starts_with(mark));
            let Some(name) = function(line) else { continue };
            if is_test {
                names.insert(name.to_owned());
            }
            is_test = false;
        }
    }
    names
}

fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// The rows of the page's table: the cells of each.
fn rows(page: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs").join(page)).unwrap();
    let table = text.lines().filter(|line| line.starts_with('|'));
    // The head, and the line below it.
    table
        .skip(2)
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A row that says "yes" names tests that exist; one that says "later" names none.
fn check(page: &str) -> usize {
    let tests = tests();
    let rows = rows(page);
    for row in &rows {
        let [.., state, named] = row.as_slice() else {
            panic!("{page}: {row:?}");
        };
        let named = code(named);
        match state.as_str() {
            "yes" => assert!(!named.is_empty(), "{page}: no test for {row:?}"),
            "later" => assert!(named.is_empty(), "{page}: {row:?}"),
            other => panic!("{page}: state {other:?}"),
        }
        for name in named {
            assert!(tests.contains(name), "{page}: there is no test {name}");
        }
    }
    rows.len()
}

#[test]
fn every_feature_of_the_reference_has_its_tests() {
    assert!(check("reference.md") >= 27);
}

#[test]
fn every_demand_of_mcp_has_its_tests() {
    assert!(check("mcp.md") >= 11);
}

#[test]
fn every_right_answer_has_its_tests() {
    assert_eq!(check("right-answers.md"), 22);
}

#[test]
fn names_of_tests_are_found() {
    let tests = tests();
    assert!(tests.contains("names_of_tests_are_found"));
    assert!(!tests.contains("check"), "a helper is no test");
}

/// Links of the pages lead to files.
#[test]
fn links_lead_somewhere() {
    let mut pages = files("docs", "md");
    pages.push(root().join("README.md"));
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            let file = link.split('#').next().unwrap();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let target = page.parent().unwrap().join(file);
            assert!(target.exists(), "{}: {link}", page.display());
        }
    }
}
