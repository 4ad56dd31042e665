//! Every starter with a database.

use insta::assert_snapshot;
use loco_oauth_server::internals::generator::{Options, plan::Change, report};
use rstest::rstest;

use super::{Starter, now, snapshots, starter, starter_named};

/// The changes to files that were there before.
fn edits(changes: &[Change]) -> String {
    let edited = changes.iter().filter(|change| change.before.is_some());
    edited.map(Change::diff).collect()
}

#[rstest]
#[case("sqlite-serverside")]
#[case("sqlite-none")]
#[case("sqlite-clientside")]
#[case("postgres-none")]
fn gn_04_edits_every_starter(#[case] name: &str) {
    let _settings = snapshots();
    let plan = starter_named(name).generate();

    assert_eq!(plan.misfits, []);
    assert_snapshot!(format!("edits_of_{name}"), edits(&plan.changes));
}

#[rstest]
#[case("sqlite-serverside")]
#[case("sqlite-none")]
#[case("sqlite-clientside")]
#[case("postgres-none")]
fn gn_01_a_second_run_changes_nothing(#[case] name: &str) {
    let app = starter_named(name);
    app.generate();

    let second = app.plan(&Options::default()).unwrap();

    assert_eq!(second.changes, []);
    assert_eq!(second.kept, []);
    assert!(second.is_empty());
}

/// Rustfmt orders imports differently in each edition.
#[rstest]
#[case("2021")]
#[case("2024")]
fn gn_01_formatting_of_an_edition_is_no_edit(#[case] edition: &str) {
    let app = starter();
    app.replace(
        "Cargo.toml",
        "edition = \"2021\"",
        &format!("edition = \"{edition}\""),
    );
    app.generate();

    let second = app.plan(&Options::default()).unwrap();

    assert!(second.is_empty(), "{}", second.diff());
    assert_eq!(second.kept, []);
}

#[test]
fn gn_02_new_files() {
    let _settings = snapshots();
    let plan = starter().generate();

    let added = plan.changes.iter().filter(|change| change.before.is_none());
    let paths: Vec<&str> = added.map(|change| change.path.as_str()).collect();
    insta::assert_debug_snapshot!("new_files", paths);
}

#[test]
fn gn_04_new_files_for_the_starters_users() {
    let _settings = snapshots();
    let app = starter();
    app.generate();

    assert_snapshot!("model", app.read("src/models/oauth_server.rs"));
    assert_snapshot!(
        "migration",
        app.read("migration/src/m20260728_093000_oauth_server.rs")
    );
    assert_snapshot!("request_test", app.read("tests/requests/oauth_server.rs"));
}

/// The sections of the starter's CI that look at source text.
#[test]
fn gn_04_written_rust_is_formatted() {
    let app = starter_named("sqlite-serverside");
    let plan = app.generate_with(&long());

    for change in plan.changes {
        let path = app.path(&change.path);
        if path.extension().is_some_and(|extension| extension == "rs") {
            let output = std::process::Command::new("rustfmt")
                .args(["--check", "--edition", "2021"])
                .stdin(std::fs::File::open(path).unwrap())
                .current_dir(app.folder.path())
                .output()
                .unwrap();
            let found = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{found}");
        }
    }
}

#[test]
fn gn_02_a_dry_run_shows_what_a_run_writes() {
    let app = starter();
    let shown = app.plan(&Options::default()).unwrap().diff();

    let written = app.generate().diff();

    assert_eq!(shown, written);
    assert!(shown.contains("+pub mod oauth_server;"), "{shown}");
}

#[test]
fn gn_05_every_version_of_the_tables_has_a_migration() {
    let plan = starter().generate();
    let migrations = plan.changes.iter().filter(|change| {
        let is_new = change.before.is_none();
        is_new && change.path.starts_with("migration/src/m")
    });
    let newest = loco_oauth_server::internals::store::schema::VERSION;
    assert_eq!(migrations.count(), newest as usize);
}

#[test]
fn gn_05_an_existing_migration_keeps_its_name() {
    let app = starter();
    app.generate();
    let later = now() + chrono::TimeDelta::days(400);

    let plan = loco_oauth_server::internals::generator::plan(
        app.folder.path(),
        &Options::default(),
        later,
    )
    .unwrap();

    assert!(plan.is_empty(), "{}", plan.diff());
}

#[test]
fn views_are_copied_on_request_only() {
    let app = starter();
    let without = app.plan(&Options::default()).unwrap();
    let with = app
        .plan(&Options {
            views: true,
            ..Options::default()
        })
        .unwrap();

    let is_view = |change: &&Change| change.path.starts_with("assets/views/");
    assert_eq!(without.changes.iter().filter(is_view).count(), 0);
    assert_eq!(
        with.changes.len() - with.changes.iter().filter(is_view).count(),
        without.changes.len()
    );
}

/// `--tests`.
fn long() -> Options {
    Options {
        tests: true,
        ..Options::default()
    }
}

const FLOWS: &str = "tests/requests/oauth_server_flows.rs";

#[test]
fn gn_01_the_long_test_is_written_on_request_and_stays() {
    let app = starter();
    app.generate();
    assert!(!app.path(FLOWS).exists());

    let second = app.generate_with(&long());
    let paths: Vec<&str> = second.changes.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, [FLOWS, "tests/requests/mod.rs"]);
    let modules = app.read("tests/requests/mod.rs");
    assert!(modules.contains("mod oauth_server_flows;"), "{modules}");

    // It stays with and without the flag.
    assert!(app.plan(&long()).unwrap().is_empty());
    assert!(app.plan(&Options::default()).unwrap().is_empty());
}

#[test]
fn gn_01_one_run_declares_both_tests() {
    let app = starter();
    let first = app.generate_with(&long());

    let modules = app.read("tests/requests/mod.rs");
    assert!(modules.contains("mod oauth_server;"), "{modules}");
    assert!(modules.contains("mod oauth_server_flows;"), "{modules}");
    let mut paths: Vec<&str> = first.changes.iter().map(|it| it.path.as_str()).collect();
    paths.sort_unstable();
    let all = paths.len();
    paths.dedup();
    assert_eq!(paths.len(), all, "a file is written once");
    assert!(app.plan(&long()).unwrap().is_empty());
}

#[test]
fn gn_01_an_edited_long_test_is_kept_unless_forced() {
    let app = starter();
    app.generate_with(&long());
    let written = app.read(FLOWS);
    app.replace(FLOWS, "Ada Lovelace", "Grace Hopper");

    assert_eq!(app.generate_with(&long()).kept.len(), 1);
    assert!(app.read(FLOWS).contains("Grace Hopper"));

    app.generate_with(&Options {
        force: true,
        ..long()
    });
    assert_eq!(app.read(FLOWS), written);
}

#[test]
fn gn_02_a_dry_run_shows_the_long_test_and_writes_nothing() {
    let app = starter();
    let shown = app.plan(&long()).unwrap().diff();

    assert!(shown.contains("+async fn people_decide_what_a_client_gets"));
    assert!(!app.path(FLOWS).exists());
}

/// Every part that the flag promises.
#[test]
fn gn_04_the_long_test_of_the_starters_users() {
    let _settings = snapshots();
    let app = starter();
    app.generate_with(&long());

    assert_snapshot!("flows_test", app.read(FLOWS));
}

#[test]
fn outside_of_an_app_it_stops() {
    let _settings = snapshots();
    let app = Starter {
        folder: tempfile::TempDir::new().unwrap(),
    };

    let err = app.plan(&Options::default()).unwrap_err();

    assert_snapshot!("outside_of_an_app", err.to_string());
}

#[test]
fn gn_05_the_first_run_says_what_comes_next() {
    let _settings = snapshots();
    let app = starter();
    app.replace(
        "src/bin/main.rs",
        "use loco_rs::cli;",
        "use loco_oauth_server::cli;",
    );
    let options = Options::default();

    let first = report::of(&app.generate(), &options);
    let second = report::of(&app.generate(), &options);

    assert_snapshot!("report_of_the_first_run", first);
    assert_snapshot!("report_of_the_second_run", second);
}
