//! The responses to clients (AR-01 to AR-03).

use super::*;
use crate::protocol::refusals::InteractionRefusal;

fn callback(uri: &str, state: Option<&str>) -> Callback {
    in_mode(ResponseMode::Query, uri, state)
}

fn in_mode(mode: ResponseMode, uri: &str, state: Option<&str>) -> Callback {
    Callback::stored(
        StoredRedirect {
            uri: uri.into(),
            explicit: true,
            mode,
        },
        state.map(str::to_owned),
        "https://as.example",
    )
}

#[test]
fn ar_01_the_uris_own_query_stays_and_each_field_stands_once() {
    let location = |callback: &Callback| callback.success("c").to_text();
    assert_eq!(
        location(&callback("https://app.example/cb?x=1", Some("S"))),
        "https://app.example/cb?x=1&code=c&state=S&iss=https%3A%2F%2Fas.example"
    );
    assert_eq!(
        location(&callback("com.example.app:/cb", None)),
        "com.example.app:/cb?code=c&iss=https%3A%2F%2Fas.example"
    );
}

#[test]
fn c255_ar_02_no_control_character_reaches_the_location() {
    let location = callback("https://app.example/cb", Some("\r\nSet-Cookie: x=é"))
        .error(&OAuthError::of(InteractionRefusal::PersonRefused))
        .to_text();
    assert!(location.is_ascii());
    assert!(!location.contains(['\r', '\n', ' ']));
}

#[test]
fn ar_03_a_form_has_the_same_fields_and_values_as_they_are() {
    let callback = in_mode(
        ResponseMode::FormPost,
        "https://app.example/cb?x=1",
        Some("a&b <é>"),
    );
    let ClientResponse::Form(form) = callback.success("c") else {
        panic!("a form is expected");
    };
    assert_eq!(form.action, "https://app.example/cb?x=1");
    let fields: Vec<(&str, &str)> = { form.fields.iter() }
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .collect();
    let expected = [
        ("code", "c"),
        ("state", "a&b <é>"),
        ("iss", "https://as.example"),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn a_response_is_read_as_it_was_written() {
    for mode in ResponseMode::ALL {
        let response = in_mode(mode, "https://app.example/cb", Some("S")).success("c");
        let read = ClientResponse::from_text(mode, response.to_text());
        assert!(read == Some(response));
        assert_eq!(ResponseMode::parse(mode.as_str()), Some(mode));
    }
    assert!(ClientResponse::from_text(ResponseMode::FormPost, "{}".to_owned()).is_none());
    assert_eq!(ResponseMode::parse("fragment"), None);
}
