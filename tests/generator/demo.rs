//! `examples/demo` is what `loco new` and the command make, with a client of its own on top.

use std::{
    fs,
    path::{Path, PathBuf},
};

use loco_oauth_server::internals::generator::{Options, plan};

use super::{now, starter};

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo")
}

/// How the demo was made.
fn with_tests() -> Options {
    Options {
        tests: true,
        ..Options::default()
    }
}

/// Name of the module with the plugin's tables in the demo.
fn migration_of_the_demo() -> String {
    fs::read_dir(demo().join("migration/src"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find_map(|file| Some(file.strip_suffix("_oauth_server.rs")?.to_owned() + "_oauth_server"))
        .expect("the demo has a migration of the plugin")
}

#[test]
fn gn_01_a_second_run_on_the_demo_changes_nothing() {
    let plan = plan(&demo(), &with_tests(), now()).unwrap();

    assert_eq!(plan.diff(), "");
    assert_eq!(plan.misfits, []);
    assert_eq!(plan.kept, []);
    assert_eq!(plan.notes, Vec::<String>::new());
}

#[test]
fn the_demos_files_are_those_of_a_fresh_run() {
    let app = starter();
    let plan = app.generate_with(&with_tests());

    // The only difference is the moment of the run, which is part of the migration's name; the
    // fingerprint follows it.
    let (fresh, demos) = ("m20260728_093000_oauth_server", migration_of_the_demo());
    let body = |text: &str| text.lines().skip(1).collect::<Vec<_>>().join("\n");
    let new = plan.changes.iter().filter(|change| change.before.is_none());
    let mut files = 0;
    for change in new {
        let path = change.path.replace(fresh, &demos);
        let expected = change.after.replace(fresh, &demos);
        let found = fs::read_to_string(demo().join(&path)).unwrap_or_default();
        if path.contains(&demos) {
            assert_eq!(body(&found), body(&expected), "{path}");
        } else {
            assert_eq!(found, expected, "{path}");
        }
        files += 1;
    }
    assert_eq!(files, 9, "model, two migrations, two tests, four snapshots");
}
