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
    let has_own_keys = ["pem", "jwks"]
        .iter()
        .any(|source| settings["keys"].get(source).is_some());
    if is_openid && !has_own_keys {
        // OpenID Connect Discovery §3: every provider signs by RS256.
        settings["keys"]["directory"] = json!(KEYS);
        settings["keys"]["id_token_alg"] = json!("RS256");
    }
    let needed = plan.settings();
    let needed = needed.as_object().into_iter().flatten();
    for (name, value) in needed {
        settings[name] = value.clone();
    }
}

impl Plan {
    /// The settings that a certification run of this plan needs and that a fresh app does not have.
    pub fn settings(self) -> Value {
        match self {
            // The suite's clients send no PKCE challenge.
            Self::DynamicOp => json!({
                "allow_dynamic_client_registration": true,
                "allow_unauthenticated_client_registration": true,
                "client_registration_require_pkce": false,
            }),
            Self::RpInitiatedLogoutOp => json!({ "enable_end_session": true }),
            Self::BackChannelLogoutOp => json!({
                "allow_dynamic_client_registration": true,
                "allow_unauthenticated_client_registration": true,
                "client_registration_require_pkce": false,
                "enable_end_session": true,
            }),
            // Assertions are for the issuer alone, and refresh tokens of these clients stay.
            Self::Fapi2SecurityProfile => json!({
                "client_assertion_audience": "issuer",
                "rotate_refresh_tokens": "public_only",
            }),
            Self::BasicOp | Self::ConfigOp | Self::FormPostOp | Self::McpAuthorization => json!({}),
        }
    }
}
