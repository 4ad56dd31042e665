//! The metadata of a FAPI 2.0 server.

use serde_json::{Value, json};

use super::clients::needs_profile;
use crate::testing::conformance::{
    report::{Checked, ensure},
    suite::Suite,
};

/// The algorithms that FAPI 2.0 Security Profile allows.
const ALGORITHMS: [&str; 3] = ["PS256", "ES256", "EdDSA"];

pub(super) async fn verification(suite: &Suite<'_>) -> Checked {
    needs_profile(suite)?;
    let document = &suite.metadata;
    let types = &document["response_types_supported"];
    ensure!(
        *types == json!(["code"]),
        "response_types_supported is {types}"
    );
    let iss = &document["authorization_response_iss_parameter_supported"];
    ensure!(
        *iss == true,
        "authorization_response_iss_parameter_supported is {iss}"
    );
    ensure!(
        suite.lists("code_challenge_methods_supported", "S256"),
        "S256 is missing"
    );
    for name in [
        "dpop_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg_values_supported",
    ] {
        let list = document[name].as_array().into_iter().flatten();
        let other = list
            .filter_map(Value::as_str)
            .find(|alg| !ALGORITHMS.contains(alg));
        if let Some(other) = other {
            suite.warn(format!("{name} has {other}, which the profile forbids"));
        }
    }
    let required = &document["require_pushed_authorization_requests"];
    let is_boolean = required.is_null() || required.is_boolean();
    ensure!(
        is_boolean,
        "require_pushed_authorization_requests is {required}"
    );
    Ok(())
}
