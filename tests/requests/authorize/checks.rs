//! AZ-10 and AZ-13 to AZ-25: what goes back to the client.

use sea_orm::Set;
use serde_json::json;

use super::{alice, public, refused_back, refused_here, server};
use crate::app::{
    browser::Authorize,
    fixtures::{CONF_CB, PUB_CB},
    https::HttpsServer,
    server::{TestServer, param},
};

/// Changes of the base request, and the code that goes back; nothing is stored (Z).
async fn refuse_each(cases: &[(&[(&str, &str)], &str)]) {
    let server = server().await;
    let mut browser = alice(&server).await;
    let before = server.everything().await;
    for (changes, error) in cases {
        let request = changes
            .iter()
            .fold(Authorize::base(), |request, (name, value)| {
                request.with(name, value)
            });
        let answer = browser.get(&request.path()).await;
        answer.assert_back(CONF_CB, error);
        assert_eq!(server.everything().await, before, "{changes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c010_az_15_response_type_is_demanded() {
    refuse_each(&[
        // an empty one
        (&[("response_type", "")], "invalid_request"),
    ])
    .await;
    let path = Authorize::base().without("response_type").path();
    refused_back(&server().await, &path, "invalid_request").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c011_az_15_only_the_response_type_code_exists() {
    refuse_each(&[
        // token
        (&[("response_type", "token")], "unsupported_response_type"),
        // id token
        (
            &[("response_type", "id_token")],
            "unsupported_response_type",
        ),
        // hybrid
        (
            &[("response_type", "code token")],
            "unsupported_response_type",
        ),
        // hybrid id token
        (
            &[("response_type", "code id_token")],
            "unsupported_response_type",
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c013_az_22_only_s256_is_accepted() {
    refuse_each(&[
        // plain
        (&[("code_challenge_method", "plain")], "invalid_request"),
        // method missing
        (&[("code_challenge_method", "")], "invalid_request"),
        // method in lower case
        (&[("code_challenge_method", "s256")], "invalid_request"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c014_az_22_a_challenge_is_43_characters_of_base64url() {
    let longest = "a".repeat(129);
    refuse_each(&[
        // too short
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
            )],
            "invalid_request",
        ),
        // one more
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMx",
            )],
            "invalid_request",
        ),
        // far too long
        (&[("code_challenge", longest.as_str())], "invalid_request"),
        // equals sign
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=",
            )],
            "invalid_request",
        ),
        // plus
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            )],
            "invalid_request",
        ),
        // space
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw cM",
            )],
            "invalid_request",
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn az_22_a_method_needs_its_challenge() {
    refuse_each(&[
        // method without challenge
        (&[("code_challenge", "")], "invalid_request"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c015_az_20_scope_has_a_syntax() {
    refuse_each(&[
        // quote
        (&[("scope", "openid \"read")], "invalid_scope"),
        // backslash
        (&[("scope", "openid re\\ad")], "invalid_scope"),
        // control
        (&[("scope", "openid\tread")], "invalid_scope"),
        // umlaut
        (&[("scope", "openid r\u{e9}ad")], "invalid_scope"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c016_az_21_scopes_outside_the_clients_list_are_refused() {
    refuse_each(&[
        // outside the clients list
        (&[("scope", "openid read admin")], "invalid_scope"),
        // nothing left
        (&[("scope", "nobody:knows this")], "invalid_scope"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c020_az_18_prompt_has_known_words_and_none_stands_alone() {
    refuse_each(&[
        // none stands alone
        (&[("prompt", "none login")], "invalid_request"),
        // none stands alone wherever
        (&[("prompt", "consent none")], "invalid_request"),
        // unknown word
        (&[("prompt", "login maybe")], "invalid_request"),
        // case counts
        (&[("prompt", "LOGIN")], "invalid_request"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c024_az_10_request_objects_are_not_offered() {
    refuse_each(&[
        // request
        (
            &[("request", "eyJhbGciOiJub25lIn0.e30.")],
            "request_not_supported",
        ),
        // request uri
        (
            &[("request_uri", "https://listener.test/x")],
            "request_uri_not_supported",
        ),
    ])
    .await;
}

/// The server could reach the address: it does not look there.
#[tokio::test(flavor = "multi_thread")]
async fn c024_az_10_nobody_fetches_a_request_object() {
    let https = HttpsServer::start().await;
    let server = TestServer::with(https.settings(&json!({}))).await;
    let mut browser = alice(&server).await;
    let before = server.everything().await;
    let request = Authorize::base().with("request_uri", &https.url("/x"));
    let answer = browser.get(&request.path()).await;
    assert!(answer.location().starts_with(CONF_CB), "{answer:?}");
    let error = answer.location_param("error");
    assert_eq!(error.as_deref(), Some("request_uri_not_supported"));
    assert_eq!(https.connections(), 0);
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn az_17_registration_is_not_offered() {
    refuse_each(&[
        // registration
        (&[("registration", "{}")], "registration_not_supported"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c035_az_23_a_resource_is_absolute_and_known() {
    refuse_each(&[
        // fragment
        (
            &[("resource", "https://mcp.example/mcp#f")],
            "invalid_target",
        ),
        // relative
        (&[("resource", "mcp.example")], "invalid_target"),
        // unknown
        (&[("resource", "https://nobody.example/")], "invalid_target"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c037_az_14_other_response_modes_are_refused_in_the_query() {
    refuse_each(&[
        // jwt
        (&[("response_mode", "jwt")], "invalid_request"),
        // fragment
        (&[("response_mode", "fragment")], "invalid_request"),
        // two at once
        (&[("response_mode", "query form_post")], "invalid_request"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn az_25_a_hint_is_an_id_token_of_ours() {
    refuse_each(&[
        // no jwt
        (&[("id_token_hint", "bob")], "invalid_request"),
        // unsigned
        (
            &[("id_token_hint", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ.")],
            "invalid_request",
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c257_az_19_max_age_is_a_number_of_seconds() {
    refuse_each(&[
        // negative
        (&[("max_age", "-1")], "invalid_request"),
        // plus
        (&[("max_age", "+10")], "invalid_request"),
        // exponent
        (&[("max_age", "1e3")], "invalid_request"),
        // hexadecimal
        (&[("max_age", "0x10")], "invalid_request"),
        // two to 31
        (&[("max_age", "2147483648")], "invalid_request"),
        // two to 63
        (&[("max_age", "9223372036854775808")], "invalid_request"),
        // two to 64
        (&[("max_age", "18446744073709551616")], "invalid_request"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_rule_that_fails_decides() {
    refuse_each(&[
        // AZ-14 before AZ-15
        (
            &[("response_mode", "jwt"), ("response_type", "token")],
            "invalid_request",
        ),
        // AZ-15 before AZ-17
        (
            &[("response_type", "token"), ("registration", "{}")],
            "unsupported_response_type",
        ),
        // AZ-18 before AZ-20
        (&[("prompt", "x"), ("scope", "\"")], "invalid_request"),
        // AZ-21 before AZ-22
        (
            &[("code_challenge", "x"), ("scope", "admin")],
            "invalid_scope",
        ),
        // AZ-21 before AZ-23
        (
            &[("resource", "x"), ("scope", "openid admin")],
            "invalid_scope",
        ),
        // AZ-22 before AZ-23
        (
            &[("resource", "x"), ("code_challenge", "x")],
            "invalid_request",
        ),
        // AZ-10 before AZ-15
        (
            &[("request", "x"), ("response_type", "")],
            "request_not_supported",
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c006_az_13_a_repeated_parameter_goes_back() {
    let server = server().await;
    let twice = Authorize::base().and("scope", "openid write");
    refused_back(&server, &twice.path(), "invalid_request").await;
    let unknown = Authorize::base().and("foo", "1").and("foo", "1");
    refused_back(&server, &unknown.path(), "invalid_request").await;
    let empty = Authorize::base().and("nonce", "").and("nonce", "");
    refused_back(&server, &empty.path(), "invalid_request").await;
    // Of two states neither is the client's.
    let states = Authorize::base().and("state", "T");
    let answer = refused_back(&server, &states.path(), "invalid_request").await;
    assert_eq!(answer.location_param("state"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn c258_ge_04_a_known_name_with_a_bracket_is_refused() {
    let server = server().await;
    for name in ["scope[]", "nonce[x]", "resource[]", "prompt[0]"] {
        let path = Authorize::base().and(name, "a").path();
        refused_back(&server, &path, "invalid_request").await;
    }
    for name in ["client_id[x]", "redirect_uri[]", "request[]"] {
        let path = Authorize::base().and(name, "a").path();
        refused_here(&server, &path, 400).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c012_az_22_pkce_is_demanded_from_every_client() {
    let server = server().await;
    let mut browser = alice(&server).await;
    let before = server.everything().await;
    for (request, back) in [(Authorize::base(), CONF_CB), (public(), PUB_CB)] {
        let request = request
            .without("code_challenge")
            .without("code_challenge_method");
        let answer = browser.get(&request.path()).await;
        answer.assert_back(back, "invalid_request");
    }
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn az_22_an_exempt_client_needs_openid_to_go_without() {
    let server = server().await;
    for client in ["conf", "pub"] {
        server
            .change_client(client, |client| client.require_pkce = Set(false))
            .await;
    }
    let bare = |request: Authorize| {
        request
            .without("code_challenge")
            .without("code_challenge_method")
    };
    let exempt = bare(Authorize::base());
    let location = server.browser().complete(&exempt).await;
    assert!(param(&location, "code").is_some(), "{location}");
    let no_openid = exempt.with("scope", "read");
    refused_back(&server, &no_openid.path(), "invalid_request").await;
    // The exemption is for confidential clients only.
    let answer = alice(&server).await.get(&bare(public()).path()).await;
    answer.assert_back(PUB_CB, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_16_a_client_without_the_code_grant_is_unauthorized() {
    let server = server().await;
    server
        .change_client("conf", |client| {
            client.grant_types = Set(json!(["refresh_token"]));
        })
        .await;
    let path = Authorize::base().path();
    refused_back(&server, &path, "unauthorized_client").await;
    server
        .change_client("conf", |client| {
            client.grant_types = Set(json!(["authorization_code"]));
            client.response_types = Set(json!([]));
        })
        .await;
    refused_back(&server, &path, "unauthorized_client").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn az_21_unknown_scopes_are_dropped() {
    let server = server().await;
    let request = Authorize::base().with("scope", "openid nobody:knows read");
    let tokens = server.tokens(&request).await;
    assert_eq!(tokens["scope"], "openid read");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_21_offline_access_needs_the_refresh_grant() {
    let server = server().await;
    server
        .change_client("conf", |client| {
            client.grant_types = Set(json!(["authorization_code"]));
        })
        .await;
    let request = Authorize::base().with("scope", "openid offline_access");
    let tokens = server.tokens(&request).await;
    assert_eq!(tokens["scope"], "openid");
    assert_eq!(tokens.get("refresh_token"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn az_21_without_scope_the_default_is_cut_to_the_clients() {
    let server = server().await;
    let tokens = server.tokens(&Authorize::base().without("scope")).await;
    assert_eq!(tokens["scope"], "openid profile email");
    server
        .change_client("conf", |client| {
            client.scopes = Set(Some(json!(["openid", "read"])));
        })
        .await;
    let tokens = server.tokens(&Authorize::base().with("scope", "")).await;
    assert_eq!(tokens["scope"], "openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn az_23_resources_are_matched_limited_and_allowed() {
    let server = TestServer::with(json!({ "resources": [
        { "uri": "https://mcp.example/mcp" },
        { "uri": "https://api.example" },
        { "uri": "https://jwt.example", "token_format": "jwt" },
    ] }))
    .await;
    let both = Authorize::base()
        .and("resource", "https://mcp.example/mcp")
        .and("resource", "https://api.example");
    let location = server.browser().complete(&both).await;
    assert!(param(&location, "code").is_some(), "{location}");
    let resources = &server.codes().await[0].resources;
    assert_eq!(
        resources,
        &json!(["https://mcp.example/mcp", "https://api.example"])
    );
    let mixed = both.and("resource", "https://jwt.example");
    refused_back(&server, &mixed.path(), "invalid_target").await;
    let eleven = (0..11).fold(Authorize::base(), |request, _| {
        request.and("resource", "https://api.example")
    });
    refused_back(&server, &eleven.path(), "invalid_target").await;
    server
        .change_client("conf", |client| {
            client.resources = Set(Some(json!(["https://api.example"])));
        })
        .await;
    let foreign = Authorize::base().and("resource", "https://mcp.example/mcp");
    refused_back(&server, &foreign.path(), "invalid_target").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn az_25_an_own_id_token_is_a_hint_even_when_expired() {
    let server = server().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let hint = tokens["id_token"].as_str().unwrap();
    server.advance(7200);
    let mut browser = alice(&server).await;
    let request = Authorize::base()
        .with("id_token_hint", hint)
        .with("prompt", "none");
    let answer = browser.get(&request.path()).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    // One changed character of the signature.
    let (head, _) = hint.rsplit_once('.').unwrap();
    let forged = request.with("id_token_hint", &format!("{head}.AAAA"));
    refused_back(&server, &forged.path(), "invalid_request").await;
    // An access token is no ID token.
    let access = tokens["access_token"].as_str().unwrap();
    let wrong = Authorize::base().with("id_token_hint", access);
    refused_back(&server, &wrong.path(), "invalid_request").await;
}
