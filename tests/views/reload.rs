//! When files of the app are read (PG-02).

use std::fs;

use super::app::{App, login};

#[test]
fn pg_02_debug_builds_notice_new_changed_and_removed_files() {
    let app = App::with(&[]);
    let views = app.debug();
    assert!(login(&views, "en").unwrap().contains("<h1>Sign in</h1>"));

    app.write("login.html", "one");
    assert_eq!(login(&views, "en").unwrap(), "one");

    app.write("login.html", "{% broken");
    assert!(login(&views, "en").is_err());

    app.write("login.html", "three");
    assert_eq!(login(&views, "en").unwrap(), "three");

    fs::remove_file(app.path().join("login.html")).unwrap();
    assert!(login(&views, "en").unwrap().contains("<h1>Sign in</h1>"));
}

#[test]
fn pg_02_release_builds_load_once() {
    let app = App::with(&[]);
    let (views, _) = app.release();

    app.write("login.html", "changed");

    assert!(login(&views, "en").unwrap().contains("<h1>Sign in</h1>"));
}
