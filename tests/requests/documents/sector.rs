//! Sector documents and pairwise subjects (SU-03, ST-09, C156).

use rstest::rstest;
use serde_json::{Value, json};

use super::{CALLBACK, Site};
use crate::app::{
    https::Reply,
    tokens::{jwt_part, text},
};

const OTHER: &str = "https://other.example/cb";

/// A pairwise client with two redirect hosts and a sector document.
async fn pairwise() -> Site {
    let site = Site::with(&json!({
        "pairwise_secret": "a pairwise secret of 32 characters",
        "resources": [{ "uri": "https://mcp.example/mcp", "token_format": "jwt" }],
    }))
    .await;
    site.publish(&json!({
        "subject_type": "pairwise",
        "sector_identifier_uri": site.https.url("/sector.json"),
        "redirect_uris": [CALLBACK, OTHER],
    }));
    site
}

/// C156, as far as the document goes: registration asks the same function.
#[rstest]
#[case::all(json!([OTHER, CALLBACK, "https://third.example/"]), true)]
#[case::one_is_missing(json!([CALLBACK]), false)]
#[case::almost(json!([CALLBACK, "https://other.example/cb/"]), false)]
#[case::empty(json!([]), false)]
#[case::no_list(json!({ "redirect_uris": [CALLBACK, OTHER] }), false)]
#[case::other_entries(json!([CALLBACK, OTHER, 1]), false)]
#[tokio::test(flavor = "multi_thread")]
async fn c156_the_sector_document_lists_every_redirect_uri(
    #[case] listed: Value,
    #[case] good: bool,
) {
    let site = pairwise().await;
    site.https.serve("/sector.json", Reply::json(&listed));
    if good {
        assert_eq!(site.authorize().await.status, 303);
        assert_eq!(site.rows().await[0].sector.as_deref(), Some("localhost"));
    } else {
        site.assert_refused().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c156_a_sector_document_that_is_not_there() {
    let site = pairwise().await;
    site.assert_refused().await;
}

/// SU-03: one subject wherever the client sees it, and another than the public one.
#[tokio::test(flavor = "multi_thread")]
async fn su_03_the_pairwise_subject_everywhere() {
    let site = pairwise().await;
    let list = json!([CALLBACK, OTHER]);
    site.https.serve("/sector.json", Reply::json(&list));
    let sub = async |request: &crate::app::browser::Authorize| {
        let code = site.server.browser().code(request).await;
        let tokens = site.redeem(&code, &[]).await.ok();
        let sub = jwt_part(text(&tokens, "id_token"), 1)["sub"].clone();
        (tokens, sub)
    };
    let (tokens, expected) = sub(&site.request()).await;
    let access = text(&tokens, "access_token");
    assert_eq!(site.server.userinfo(access).await.ok()["sub"], expected);
    let at_resource = site.request().and("resource", "https://mcp.example/mcp");
    let (tokens, again) = sub(&at_resource).await;
    assert_eq!(again, expected);
    let access = jwt_part(text(&tokens, "access_token"), 1);
    assert_eq!(access["sub"], expected, "a JWT access token");
    let user = site.server.user(crate::app::fixtures::ALICE).await.unwrap();
    assert_ne!(expected, user.pid.to_string());
    assert_eq!(expected.as_str().unwrap().len(), 43);
}

/// C156 at registration and at its management.
#[tokio::test(flavor = "multi_thread")]
async fn c156_registration_of_a_pairwise_client() {
    let site = Site::with(&json!({
        "pairwise_secret": "a pairwise secret of 32 characters",
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let metadata = json!({
        "subject_type": "pairwise",
        "sector_identifier_uri": site.https.url("/sector.json"),
        "redirect_uris": [CALLBACK, OTHER],
    });
    site.https
        .serve("/sector.json", Reply::json(&json!([OTHER])));
    let before = site.server.everything().await;
    let refused = site.server.register(&metadata).await;
    refused.assert_error(400, "invalid_client_metadata");
    assert!(
        refused.body.contains("sector_identifier_uri"),
        "{refused:?}"
    );
    assert_eq!(site.server.everything().await, before);
    let list = json!([CALLBACK, OTHER]);
    site.https.serve("/sector.json", Reply::json(&list));
    let registered = site.server.registered(&metadata).await;
    assert_eq!(
        registered["sector_identifier_uri"],
        metadata["sector_identifier_uri"]
    );
    let row = site.server.client_row(&registered).await;
    assert_eq!(row.sector.as_deref(), Some("localhost"));
    let mut update = metadata.clone();
    update["client_id"] = registered["client_id"].clone();
    update["redirect_uris"] = json!([CALLBACK, "https://new.example/cb"]);
    let refused = site.server.manage("PUT", &registered, Some(&update)).await;
    refused.assert_error(400, "invalid_client_metadata");
}

/// C154: keys by value at registration, then a token request that needs them.
#[tokio::test(flavor = "multi_thread")]
async fn c154_a_registered_client_that_signs() {
    let site = Site::with(&json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    }))
    .await;
    let key = crate::app::assertions::ClientKey::new("k1");
    let metadata = |keys: Value| {
        json!({
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": keys,
        })
    };
    let refused = site.server.register(&metadata(Value::Null)).await;
    refused.assert_error(400, "invalid_client_metadata");
    let registered = site.server.registered(&metadata(key.jwks())).await;
    assert!(registered.get("client_secret").is_none(), "{registered}");
    let id = registered["client_id"].as_str().unwrap();
    let request = crate::app::browser::Authorize::of(id, CALLBACK).with("scope", "openid");
    let code = site.server.browser().code(&request).await;
    let assertion = key.assertion(&site.server, id, &json!({}));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", crate::app::browser::VERIFIER),
    ];
    let form = crate::app::assertions::with_assertion(&assertion, &form);
    site.server.post("/oauth/token", &form).await.ok();
}
