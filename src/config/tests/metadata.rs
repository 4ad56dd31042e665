use super::*;
use crate::{
    config::urls::Urls,
    protocol::{jwk::SigningAlg, metadata::ServerMetadata},
};

fn metadata(block: Value, model_can_sign_up: bool) -> ServerMetadata {
    let settings = settings(block);
    let facts = DerivedMetadata {
        algorithms: vec![SigningAlg::RS256, SigningAlg::ES256],
        claims: vec!["name".into(), "email".into(), "sub".into()],
        model_can_sign_up,
    };
    let urls = Urls::new(&settings);
    ServerMetadata::new(settings.metadata_input(&urls, facts))
}

#[test]
fn c173_c176_metadata_of_a_full_configuration() {
    let block = json!({
        "base_url": "https://as.example",
        "pairwise_secret": LONG,
        "service_documentation": "https://as.example/docs",
        "scopes": {"read": {"description": "Read"}},
        "resources": [{"prefix": "/mcp", "scopes": ["mcp:read"]}, {"uri": "https://api.example"}],
    });
    insta::assert_json_snapshot!("metadata_of_a_full_configuration", metadata(block, true));
}

#[test]
fn c177_metadata_of_a_server_for_machines() {
    let block = json!({"grant_types": ["client_credentials"], "enable_end_session": true});
    insta::assert_json_snapshot!("metadata_of_a_server_for_machines", metadata(block, false));
}

#[rstest]
#[case(json!({}), true, true)]
#[case(json!({}), false, false)]
#[case(json!({"enable_signup": false}), true, false)]
#[case(json!({"enable_signup": false, "signup_url": "/join"}), false, true)]
fn s6_5_prompt_create(#[case] block: Value, #[case] model: bool, #[case] offered: bool) {
    let prompts = metadata(block, model).prompt_values_supported;
    assert_eq!(prompts.contains(&"create"), offered);
}
