//! Edits to the manifests.

use insta::assert_snapshot;
use loco_oauth_server::internals::generator::manifest::Manifest;
use rstest::rstest;

use super::{snapshots, starter};

const APP: &str = "[package]\nname = \"my-app\"\n\n[dependencies]\n";

fn manifest(text: &str) -> Manifest {
    Manifest::parse("Cargo.toml", text).unwrap()
}

/// The lines that name a crate of the plugin.
fn plugin_lines(text: &str) -> String {
    text.lines()
        .filter(|line| line.contains("loco-oauth-server"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[rstest]
#[case::missing("missing", "")]
#[case::version("version", "loco-oauth-server = \"0.1.3\"\n")]
#[case::path(
    "path",
    "loco-oauth-server = { version = \"0.1.0\", path = \"../oauth\" }\n"
)]
#[case::absolute("absolute_path", "loco-oauth-server = { path = \"/src/oauth/\" }\n")]
#[case::features(
    "features",
    "loco-oauth-server = { version = \"0.1\", features = [\"x\"] }\n"
)]
#[case::git(
    "git",
    "loco-oauth-server = { git = \"https://git.example/o\", rev = \"1a\" }\n"
)]
#[case::table(
    "table",
    "[dependencies.loco-oauth-server]\nversion = \"0.1\"\npath = \"p\"\n"
)]
#[case::workspace(
    "workspace",
    "loco-oauth-server.workspace = true\n[workspace.dependencies]\nloco-oauth-server = { path = \"o\" }\n"
)]
fn gn_03_other_lines_follow_the_dependency(#[case] name: &str, #[case] dependency: &str) {
    let _settings = snapshots();
    let app = manifest(&format!("{APP}{dependency}"));
    let migration = manifest("[dependencies]\n").with_migrations(&app.source());

    let lines = format!(
        "# Cargo.toml\n{}\n# migration/Cargo.toml\n{}",
        plugin_lines(&app.with_plugin()),
        plugin_lines(&migration)
    );
    assert_snapshot!(format!("dependency_by_{name}"), lines);
}

#[test]
fn gn_03_nothing_else_changes() {
    let before = starter().read("Cargo.toml");
    let after = manifest(&before).with_plugin();

    let lines: Vec<&str> = after.lines().collect();
    for line in before.lines() {
        assert!(lines.contains(&line), "{line} is gone");
    }
    assert_eq!(manifest(&after).with_plugin(), after);
}

#[test]
fn ignored_tables_are_joined_to_the_apps() {
    let text = format!(
        "{APP}[package.metadata.db.entity]\n# legacy\nignore-tables = \"old,oauth_clients\"\n"
    );
    let after = manifest(&text).with_plugin();

    assert!(
        after.contains("# legacy\nignore-tables = \"old,oauth_clients,oauth_authorization_states,"),
        "{after}"
    );
}

#[rstest]
#[case("[package]\nname = \"my-app\"\n", "my_app")]
#[case("[package]\nname = \"x\"\n[lib]\nname = \"my_lib\"\n", "my_lib")]
fn the_crate_is_named_as_code_names_it(#[case] text: &str, #[case] name: &str) {
    assert_eq!(manifest(text).crate_name().as_deref(), Some(name));
}

const OPTIMISED: [&str; 4] = ["argon2", "blake2", "num-bigint-dig", "sha2"];

/// The `opt-level` of each crate that a debug build needs optimised.
fn levels(text: &str) -> Vec<Option<i64>> {
    let document: toml_edit::DocumentMut = text.parse().unwrap();
    let level = |name| {
        let mut item = document.as_item();
        for key in ["profile", "dev", "package", name, "opt-level"] {
            item = item.get(key)?;
        }
        item.as_integer()
    };
    OPTIMISED.into_iter().map(level).collect()
}

/// What this repository needs to be usable in a debug build, an app needs, too. One that has a
/// part of it gets the rest; what the app wrote stays.
#[rstest]
#[case::starter("[workspace]\n", [Some(3); 4])]
#[case::others("[workspace]\n[profile.dev]\ndebug = 1\n", [Some(3); 4])]
#[case::own(
    "[workspace]\n[profile.dev.package.num-bigint-dig]\nopt-level = 2\n",
    [Some(3), Some(3), Some(2), Some(3)]
)]
#[case::member("", [None; 4])]
fn s_a2_debug_builds_are_usable_where_the_app_owns_the_profile(
    #[case] head: &str,
    #[case] expected: [Option<i64>; 4],
) {
    let once = manifest(&format!("{head}{APP}")).with_plugin();
    assert_eq!(levels(&once), expected, "{once}");
    assert_eq!(manifest(&once).with_plugin(), once);
}

/// The repository's own profile is the list that apps get.
#[test]
fn s_a2_the_repository_needs_nothing_else() {
    let own = std::fs::read_to_string("Cargo.toml").unwrap();
    let document: toml_edit::DocumentMut = own.parse().unwrap();
    let packages = document["profile"]["dev"]["package"].as_table().unwrap();
    let names: Vec<&str> = packages.iter().map(|(name, _)| name).collect();
    assert_eq!(names, OPTIMISED);
}
