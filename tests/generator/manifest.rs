//! Edits to the manifests.

use insta::assert_snapshot;
use loco_oauth_server::generator::manifest::Manifest;
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

/// The lines from the profile on.
fn profile(text: &str) -> &str {
    text.find("num-bigint-dig")
        .map_or("", |at| text[at..].lines().nth(1).unwrap_or_default())
}

#[rstest]
#[case::starter("[workspace]\n", "opt-level = 3")]
#[case::others("[workspace]\n[profile.dev]\ndebug = 1\n", "opt-level = 3")]
#[case::own(
    "[workspace]\n[profile.dev.package.num-bigint-dig]\nopt-level = 2\n",
    "opt-level = 2"
)]
#[case::member("", "")]
fn rsa_keys_are_made_fast_where_the_app_owns_the_profile(#[case] head: &str, #[case] line: &str) {
    let once = manifest(&format!("{head}{APP}")).with_plugin();
    assert_eq!(profile(&once), line, "{once}");
    assert_eq!(manifest(&once).with_plugin(), once);
}
