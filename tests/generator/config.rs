//! Edits to `config/*.yaml`.

use insta::assert_snapshot;
use loco_oauth_server::internals::generator::{
    Finished,
    config::{CLEANUP, DEVELOPMENT, PRODUCTION, TEST, add, configure},
};
use rstest::rstest;

use super::snapshots;

fn configured(text: &str) -> String {
    let Finished { text, misfits } = configure("config/test.yaml", text, &[TEST, CLEANUP]);
    assert_eq!(misfits, []);
    text
}

#[test]
fn gn_03_existing_keys_are_extended_in_place() {
    let _settings = snapshots();
    let text = r#"# who we are
server:
  port: <%= get_env(name="PORT", default="5150") %> # usual

initializers:
    # log in with Google
    oauth2:
        secret: '<%= get_env(name="GOOGLE") %>'
scheduler:
  output: stdout
  # every job
  jobs:
      mails: { run: "mails", schedule: "at 9:00" }
# end
"#;
    assert_snapshot!("merged_config", configured(text));
}

#[rstest]
#[case::empty("initializers:\nserver: { port: 1 }\n")]
#[case::empty_mapping("initializers: {} # none\nserver: { port: 1 }\n")]
#[case::null("initializers: ~\nserver: { port: 1 }\n")]
#[case::last_line("server: { port: 1 }\ninitializers:")]
#[case::nothing("")]
#[case::no_last_newline("server: { port: 1 }")]
fn gn_03_forms_of_an_empty_mapping(#[case] text: &str) {
    let text = configured(text);
    let value: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).unwrap();

    let settings = &value["initializers"]["oauth_server"];
    assert_eq!(settings["base_url"], "http://localhost:5150", "{text}");
    assert_eq!(
        value["scheduler"]["jobs"]["oauth_cleanup"]["run"],
        "oauth:cleanup"
    );
    assert_eq!(configured(&text), text);
}

#[test]
fn gn_01_settings_that_are_there_stay_as_they_are() {
    let text = "initializers:\n  oauth_server: { prefix: /auth }\nscheduler: { jobs: { oauth_cleanup: { run: x } } }\n";
    assert_eq!(configured(text), text);
}

#[test]
fn gn_03_line_endings_stay() {
    let text = "initializers:\n  other: 1\nserver: { port: 1 }\n";
    assert_eq!(
        configured(&text.replace('\n', "\r\n")),
        configured(text).replace('\n', "\r\n")
    );
}

#[rstest]
#[case::flow_mapping("initializers: { other: 1 }\n")]
#[case::quoted_key("\"initializers\":\n  other: 1\n")]
#[case::not_yaml("a: b: c\n")]
#[case::no_mapping("- 1\n")]
fn gn_02_a_form_that_cannot_be_extended_is_left_to_the_developer(#[case] text: &str) {
    let missing = add(text, &DEVELOPMENT).unwrap_err();

    assert!(
        missing.lines.starts_with("initializers:\n  # OAuth 2.1"),
        "{missing:?}"
    );
}

/// An unset variable stops the boot.
#[test]
fn production_names_no_default() {
    assert!(!PRODUCTION.lines.contains("default="));
    for name in [
        "BASE_URL",
        "OAUTH_SECRET",
        "OAUTH_KEYS_DIR",
        "OAUTH_KEYS_PASSPHRASE",
    ] {
        assert!(
            PRODUCTION
                .lines
                .contains(&format!("get_env(name=\"{name}\")"))
        );
    }
}
