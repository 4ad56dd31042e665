//! Walls between the layers, and limits of size.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// The rules decide on values: no HTTP, no app, no database, no clock, no randomness.
#[test]
fn protocol_knows_nobody() {
    let foreign = [
        "axum",
        "loco_rs",
        "sea_orm",
        "tokio",
        "Utc::now",
        "SystemTime",
        "crate::store",
        "crate::controllers",
        "crate::server",
        "crate::config",
        "rand::",
    ];
    for (path, text) in sources("src/protocol") {
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for name in foreign {
                assert!(!line.contains(name), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn store_knows_the_database_only() {
    for (path, text) in sources("src/store") {
        for name in [
            "axum",
            "crate::controllers",
            "crate::server",
            "crate::layers",
        ] {
            assert!(!text.contains(name), "{} mentions {name}", path.display());
        }
    }
}

/// Style: an endpoint is one file that is read from top to bottom.
#[test]
fn endpoints_are_short() {
    for (path, text) in sources("src/controllers") {
        let lines = text.lines().count();
        assert!(lines < 300, "{} has {lines} lines", path.display());
    }
}

/// UR-01: endpoint paths are written in `urls.rs` and, as routes, in `routes.rs` alone.
#[test]
fn ur_01_nothing_else_joins_urls() {
    let paths = [
        "token",
        "revoke",
        "introspect",
        "userinfo",
        "jwks",
        "authorize",
        "continue",
    ];
    for (path, text) in sources("src") {
        let shown = path.display().to_string();
        let allowed = [
            "src/urls.rs",
            "src/routes.rs",
            "src/config/",
            "src/generator/",
            "/tests",
        ];
        if allowed.iter().any(|allowed| shown.contains(allowed)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for name in paths {
                assert!(!line.contains(&format!("/{name}\"")), "{shown}: {line}");
            }
        }
    }
}
