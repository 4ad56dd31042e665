//! GN-01: whose a generated file is.

use insta::assert_snapshot;
use loco_oauth_server::internals::generator::{
    Options,
    stamp::{Standing, Style, stamped, standing},
};
use rstest::rstest;

use super::{Starter, snapshots, starter};

const MODEL: &str = "src/models/oauth_server.rs";

fn force() -> Options {
    Options {
        force: true,
        ..Options::default()
    }
}

/// Rewrites the model as an older version of the generator would have: other text, right stamp.
fn age(app: &Starter) {
    let unstamped = loco_oauth_server::internals::generator::stamp::unstamped(&app.read(MODEL));
    let body = unstamped.body;
    let older = body.replace(
        "const PASSWORD_MIN_LENGTH: usize = 8;",
        "const PASSWORD_MIN_LENGTH: usize = 6;",
    );
    assert_ne!(body, older);
    app.write(MODEL, &stamped(&older, Style::Rust));
}

#[test]
fn gn_01_a_file_of_an_older_version_is_updated() {
    let app = starter();
    app.generate();
    let current = app.read(MODEL);
    age(&app);

    let plan = app.generate();

    assert_eq!(plan.changes.len(), 1);
    assert_eq!(app.read(MODEL), current);
}

#[test]
fn gn_01_an_edited_file_with_nothing_new_is_kept() {
    let app = starter();
    app.generate();
    app.replace(MODEL, "self.name.clone()", "self.email.clone()");

    let plan = app.generate();

    assert_eq!(plan.changes, []);
    assert_eq!(plan.kept.len(), 1);
    assert!(plan.into_result().is_ok());
}

#[test]
fn gn_01_an_edited_file_of_an_older_version_is_refused() {
    let _settings = snapshots();
    let app = starter();
    app.generate();
    age(&app);
    app.replace(MODEL, "self.name.clone()", "self.email.clone()");
    let edited = app.read(MODEL);

    let plan = app.generate();

    assert_eq!(app.read(MODEL), edited);
    assert_eq!(plan.kept[0].path, MODEL);
    assert_snapshot!("refused", plan.into_result().unwrap_err().to_string());
}

#[test]
fn gn_01_a_file_of_the_app_is_refused() {
    let app = starter();
    app.write(MODEL, "pub struct OAuth;\n");

    let plan = app.generate();

    assert_eq!(app.read(MODEL), "pub struct OAuth;\n");
    assert!(plan.into_result().is_err());
}

#[test]
fn gn_01_force_overwrites_edited_files() {
    let app = starter();
    app.generate();
    let generated = app.read(MODEL);
    app.replace(MODEL, "self.name.clone()", "self.email.clone()");

    app.generate_with(&force());

    assert_eq!(app.read(MODEL), generated);
}

#[test]
fn gn_01_formatting_is_no_edit() {
    let app = starter();
    app.generate();
    let reformatted = app.read(MODEL).replace("    ", "\t").replace('\n', "\r\n");
    app.write(MODEL, &reformatted);

    assert!(app.plan(&Options::default()).unwrap().is_empty());
}

#[rstest]
#[case(Style::Rust, "fn main() {}\n")]
#[case(Style::Snapshot, "---\nsource: x\n---\nvalue: 1\n")]
#[case(Style::Template, "{% extends \"layout.html\" %}\n<p>x</p>\n")]
#[case(Style::Css, "p { color: red }\n")]
#[case(Style::Fluent, "title = Log in\n")]
fn gn_01_every_kind_of_file_carries_a_stamp(#[case] style: Style, #[case] body: &str) {
    let written = stamped(body, style);
    let next = stamped(
        &body
            .replace('x', "y")
            .replace("main", "start")
            .replace("red", "blue")
            .replace("Log", "Sign"),
        style,
    );
    let edited = format!("{written}more");

    assert_eq!(standing(&written, &written), Standing::Current);
    assert_eq!(standing(body, &written), Standing::Current);
    assert_eq!(standing(&written, &next), Standing::Outdated);
    assert_eq!(standing(&edited, &written), Standing::EditedCurrent);
    assert_eq!(standing(&edited, &next), Standing::EditedOutdated);
    assert_eq!(standing("other", &written), Standing::Foreign);
}
