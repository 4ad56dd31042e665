//! The texts: complete in every language, and chosen by what the browser asks for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use loco_oauth_server::internals::{
    protocol::{error::ErrorCode, error_kind::ErrorKind},
    views::{Edits, FormError, Views},
};

use super::{LANGUAGES, shipped_views};

fn read(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("templates/oauth_server")
        .join(name);
    fs::read_to_string(file).unwrap()
}

/// The variables of each message, by key.
fn messages(lang: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    let mut current = String::new();
    for line in read(&format!("i18n/{lang}.ftl"))
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        if let Some((key, _)) = line.split_once(" =")
            && line.starts_with(|first: char| first.is_ascii_alphabetic())
        {
            key.clone_into(&mut current);
            assert!(!found.contains_key(key), "{lang}: `{key}` occurs twice");
            found.insert(current.clone(), BTreeSet::new());
        }
        let variables = line.split('$').skip(1).map(|rest| {
            rest.chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect::<String>()
        });
        found.entry(current.clone()).or_default().extend(variables);
    }
    found.remove("");
    found
}

#[test]
fn pg_06_every_language_has_the_same_messages_and_variables() {
    let english = messages("en");
    assert!(english.len() > 150);
    for lang in LANGUAGES {
        assert_eq!(messages(lang), english, "{lang} differs from en");
    }
}

#[test]
fn pg_06_every_language_is_its_own() {
    let english = read("i18n/en.ftl");
    for lang in LANGUAGES.into_iter().filter(|lang| *lang != "en") {
        let text = read(&format!("i18n/{lang}.ftl"));
        let same: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(" = ") && !line.ends_with("->"))
            .filter(|line| english.lines().any(|other| other == *line))
            .collect();
        // Words that happen to be the same, such as "Code" in German.
        assert!(same.len() < 5, "{lang} has untranslated messages: {same:?}");
    }
}

#[test]
fn every_situation_and_error_has_its_words() {
    let words = shipped_views().words("en").unwrap();
    for kind in ErrorKind::ALL {
        assert!(
            words.text(&format!("problem-{}", kind.name())).is_some(),
            "{kind:?}"
        );
        assert!((400..=503).contains(&kind.status()), "{kind:?}");
    }
    for error in FormError::ALL {
        assert!(words.text(error.key()).is_some(), "{error:?}");
    }
}

#[test]
fn every_message_is_used() {
    let protocol = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol/error_kind.rs");
    let mut sources = fs::read_to_string(protocol).unwrap();
    for folder in ["templates/oauth_server", "src/views", "src/views/pages"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            sources += &fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
        }
    }
    // Chosen by a scope or a claim, or by the app's own sign-up fields and their errors.
    let open = ["scope-", "claim-", "field-", "error-field-", "warning-"];
    for key in messages("en").keys() {
        let used =
            sources.contains(&format!("\"{key}\"")) || open.iter().any(|it| key.starts_with(it));
        assert!(used, "`{key}` is not used");
    }
}

/// Of the codes that are sent back to clients.
#[test]
fn every_oauth_code_has_its_situation() {
    for code in [
        ErrorCode::UnauthorizedClient,
        ErrorCode::UnsupportedResponseType,
        ErrorCode::InvalidScope,
        ErrorCode::InvalidTarget,
        ErrorCode::AccessDenied,
        ErrorCode::LoginRequired,
        ErrorCode::ConsentRequired,
        ErrorCode::AccountSelectionRequired,
        ErrorCode::InteractionRequired,
        ErrorCode::RequestNotSupported,
        ErrorCode::RequestUriNotSupported,
        ErrorCode::RegistrationNotSupported,
    ] {
        assert_eq!(ErrorKind::of_code(code).code(), code.as_str());
    }
    let other = ErrorKind::of_code(ErrorCode::InvalidGrant);
    assert_eq!(other, ErrorKind::InvalidRequest);
}

#[test]
fn pg_06_only_configured_languages_are_chosen() {
    let views = Views::new(None, &["en".into(), "pt-BR".into()], "pt-BR", Edits::AtBoot).unwrap();

    assert_eq!(views.negotiate(&["pt".into()], None), "pt-BR");
    assert_eq!(views.negotiate(&[], Some("de, en;q=0.2")), "en");
    assert_eq!(views.negotiate(&[], Some("de")), "pt-BR");
    assert_eq!(views.words("de").unwrap().lang(), "pt-BR");
}

#[test]
fn values_may_be_messages_or_texts() {
    let words = shipped_views().words("de").unwrap();

    assert_eq!(words.say("field-password"), "Passwort");
    assert_eq!(words.say("Kundennummer"), "Kundennummer");
    assert_eq!(words.text("no-such-message"), None);
}
