//! What a certification run needs beyond the settings of the app's test environment.

use loco_rs::config::Config;
use serde_json::{Value, json};

use super::plan::Plan;

/// Where the keys of these runs are: others would see an RS256 key among theirs.
const KEYS: &str = "target/oauth_conformance_keys";

/// Changes the settings of the server for a plan.
pub(super) fn prepare(plan: Plan, config: &mut Config) {
    let initializers = config.initializers.get_or_insert_default();
    let settings = initializers
        .entry("oauth_server".to_owned())
        .or_insert_with(|| json!({}));
    let is_openid = !matches!(plan, Plan::McpAuthorization | Plan::Fapi2SecurityProfile);
    // An operator's own keys are left alone.
    let has_own_keys = ["pem", "jwks"].iter().any(|source| settings["keys"].get(source).is_some());
    if is_openid && !has_own_keys {
        // OpenID Connect Discovery §3: every provider signs by RS256.
        settings["keys"]["directory"] = json!(KEYS);
        settings["keys"]["id_token_alg"] = json!("RS256");
    }
    for (name, value) in needed(plan) {
        settings[name] = value;
    }
}

fn needed(plan: Plan) -> Vec<(&'static str, Value)> {
    let registers = matches!(plan, Plan::DynamicOp | Plan::BackChannelLogoutOp);
    let signs_out = matches!(plan, Plan::RpInitiatedLogoutOp | Plan::BackChannelLogoutOp);
    let mut needed = Vec::new();
    if registers {
        needed.push(("allow_dynamic_client_registration", json!(true)));
        needed.push(("allow_unauthenticated_client_registration", json!(true)));
        // The suite's clients send no PKCE challenge.
        needed.push(("client_registration_require_pkce", json!(false)));
    }
    if signs_out {
        needed.push(("enable_end_session", json!(true)));
    }
    needed
}
