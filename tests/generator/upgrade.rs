//! `--upgrade`: an app of an older version of the generator.

use insta::assert_snapshot;
use loco_oauth_server::internals::generator::{
    GeneratorError, Options, Plan, report,
    stamp::{Style, stamped, unstamped},
    upgrade,
};

use super::{Starter, now, snapshots, starter};

const MODEL: &str = "src/models/oauth_server.rs";
const LIST: &str = "migration/src/lib.rs";
const VERSION_2: &str = "m20260728_093000_oauth_server_v2";
const PAGES: &str = "assets/views/oauth_server";

fn options() -> Options {
    Options {
        upgrade: true,
        ..Options::default()
    }
}

/// Rewrites a file as an older version would have: other text, right stamp.
fn age(app: &Starter, file: &str, style: Style, old: &str) {
    let body = unstamped(&app.read(file)).body;
    app.write(file, &stamped(&format!("{body}{old}"), style));
}

/// An app as the generator left it that knew version 1 of the tables only, with pages.
fn old_app() -> Starter {
    let app = starter();
    app.generate_with(&Options {
        views: true,
        ..Options::default()
    });
    std::fs::remove_file(app.path(&format!("migration/src/{VERSION_2}.rs"))).unwrap();
    let lines = app.read(LIST);
    let lines = lines.lines().filter(|line| !line.contains(VERSION_2));
    let lines: Vec<&str> = lines.collect();
    app.write(LIST, &(lines.join("\n") + "\n"));
    app
}

fn upgraded(app: &Starter) -> Plan {
    let plan = upgrade::plan(app.folder.path(), &options(), now()).unwrap();
    plan.write(app.folder.path()).unwrap();
    plan
}

fn paths(plan: &Plan) -> Vec<&str> {
    plan.changes
        .iter()
        .map(|change| change.path.as_str())
        .collect()
}

#[test]
fn gn_05_the_missing_migration_is_written_and_nothing_else() {
    let _settings = snapshots();
    let app = old_app();
    let before = app.read(MODEL);
    age(&app, MODEL, Style::Rust, "// of old\n");
    let aged = app.read(MODEL);
    assert_ne!(before, aged);

    let plan = upgraded(&app);

    let file = format!("migration/src/{VERSION_2}.rs");
    assert_eq!(paths(&plan), [LIST, &file]);
    assert_snapshot!("upgrade_migration", app.read(&file));
    assert_snapshot!("upgrade_list", app.read(LIST));
    assert_eq!(app.read(MODEL), aged, "reported, not written");
    assert_snapshot!("upgrade_report", report::of(&plan, &options()));
    assert!(plan.into_result().is_ok());
}

#[test]
fn gn_01_a_second_upgrade_changes_nothing() {
    let app = old_app();
    upgraded(&app);
    let plan = upgraded(&app);
    assert_eq!(paths(&plan), Vec::<&str>::new());
    let report = report::of(&plan, &options());
    assert!(
        report.starts_with("Everything is in place; nothing was changed.\n"),
        "{report}"
    );
}

#[test]
fn gn_05_a_dry_run_writes_nothing() {
    let app = old_app();
    let list = app.read(LIST);
    let options = Options {
        dry_run: true,
        ..options()
    };
    let plan = upgrade::plan(app.folder.path(), &options, now()).unwrap();
    assert!(plan.diff().contains("version = 2"));
    let report = report::of(&plan, &options);
    assert!(report.contains(&format!("would add: migration/src/{VERSION_2}.rs")));
    assert_eq!(app.read(LIST), list);
}

/// The tables of the app have its prefix, and refer to its users, in every version.
#[test]
fn gn_05_the_new_migration_has_the_attributes_of_the_old_one() {
    let app = old_app();
    let file = "migration/src/m20260728_093000_oauth_server.rs";
    app.replace(
        file,
        "version = 1",
        "version = 1,\n    users_table = \"people\", table_prefix = \"auth_\",\n    \
         extra(oauth_sessions(tenant_id = \"Option<i64>\", note = \"Option<String>\"))",
    );
    let edited = app.read(file);

    upgraded(&app);

    let new = app.read(&format!("migration/src/{VERSION_2}.rs"));
    for attribute in [
        "version = 2",
        "users_table = \"people\"",
        "table_prefix = \"auth_\"",
    ] {
        assert!(new.contains(attribute), "{new}");
    }
    assert!(
        !new.contains("extra") && !new.contains("tenant_id"),
        "{new}"
    );
    assert_eq!(app.read(file), edited);
    // A migration that may have run is never written again, whatever the flags.
    app.generate_with(&Options {
        force: true,
        ..Options::default()
    });
    assert_eq!(app.read(file), edited);
}

#[test]
fn gn_01_files_and_pages_that_changed_are_reported() {
    let _settings = snapshots();
    let app = old_app();
    age(&app, MODEL, Style::Rust, "// of old\n");
    app.replace(MODEL, "self.name.clone()", "self.email.clone()");
    let page = |name: &str| format!("{PAGES}/{name}");
    // Copied from an older version: one left alone, one edited.
    age(&app, &page("login.html"), Style::Template, "<i>old</i>\n");
    age(&app, &page("consent.html"), Style::Template, "<i>old</i>\n");
    app.replace(&page("consent.html"), "<i>old</i>", "<i>mine</i>");
    // Edited, with nothing new; of nobody; of no page; texts.
    app.replace(&page("layout.html"), "<body", "<body data-mine");
    app.write(&page("apps.html"), "mine");
    app.write(&page("welcome.html"), "mine");
    app.write(&page("i18n/de.ftl"), "title = Hallo\n");
    // Settings and wiring of an older version.
    app.replace(
        "config/development.yaml",
        "    enable_end_session: true\n",
        "",
    );
    app.replace(
        "src/app.rs",
        "OAuth::connect_workers(ctx, queue).await?;",
        "",
    );
    std::fs::remove_file(app.path("tests/requests/oauth_server.rs")).unwrap();

    let plan = upgraded(&app);

    assert_snapshot!("upgrade_findings", report::of(&plan, &options()));
    assert_eq!(app.read(&page("apps.html")), "mine");
    assert!(plan.into_result().is_ok(), "a report is no failure");
}

/// What has no place in a file of the app does not keep the migrations from being written.
#[test]
fn gn_02_an_edited_app_is_upgraded_too() {
    let app = old_app();
    app.replace("src/app.rs", "OAuth::register_tasks(tasks);", "");
    app.replace("src/app.rs", "// tasks-inject", "// nothing");
    let plan = upgraded(&app);
    assert_eq!(plan.changes.len(), 2);
    let report = report::of(&plan, &options());
    assert!(report.contains("note: src/app.rs"), "{report}");
    // Without a place for the migration itself, nothing is written.
    let app = old_app();
    app.replace(LIST, "// inject-above", "// nothing");
    let plan = upgraded(&app);
    assert!(!app.path(&format!("migration/src/{VERSION_2}.rs")).exists());
    assert!(plan.into_result().is_err());
}

#[test]
fn gn_05_an_app_without_a_server_has_nothing_to_upgrade() {
    let app = starter();
    let error = upgrade::plan(app.folder.path(), &options(), now()).unwrap_err();
    assert!(matches!(error, GeneratorError::NothingToUpgrade), "{error}");
    assert!(!app.has_generated());
}
