//! Entries of the lists `scopes`, `resources` and `clients` as written.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;
use validator::Validate;

use super::choices::TokenFormat;
use crate::protocol::secret::Secret;
use crate::protocol::{jwk::SigningAlg, time::Seconds};

/// Value of an entry of `scopes`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawScope {
    pub description: Option<String>,
    pub sensitive: bool,
}

/// Entry of `resources`.
#[derive(Debug, Default, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawResource {
    pub prefix: Option<String>,
    pub uri: Option<String>,
    pub name: Option<String>,
    pub scopes: Vec<RawResourceScope>,
    pub default_scopes: Vec<String>,
    pub implied_scopes: BTreeMap<String, Vec<String>>,
    pub token_format: TokenFormat,
    pub signing_alg: Option<SigningAlg>,
    #[validate(range(min = 60, max = 86400))]
    pub access_token_ttl_seconds: Option<Seconds>,
    pub introspection_clients: Vec<String>,
    pub dpop_bound_access_tokens: bool,
    pub documentation: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
}

/// A scope of a resource: its name, or `{name, description, sensitive}`.
#[derive(Clone, Debug)]
pub(super) struct RawResourceScope {
    pub name: String,
    pub scope: RawScope,
}

impl<'de> Deserialize<'de> for RawResourceScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = match Value::deserialize(deserializer)? {
            Value::String(name) => {
                let scope = RawScope::default();
                return Ok(Self { name, scope });
            }
            Value::Object(members) => members,
            _ => return Err(D::Error::custom("expected a name or {name, description}")),
        };
        let Some(Value::String(name)) = members.remove("name") else {
            return Err(D::Error::custom("a scope needs a name"));
        };
        let scope = RawScope::deserialize(Value::Object(members)).map_err(D::Error::custom)?;
        Ok(Self { name, scope })
    }
}

/// Entry of `clients`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawClient {
    pub client_id: String,
    pub client_secret_sha256: Option<Vec<Secret>>,
    pub client_secret: Option<Secret>,
    pub token_endpoint_auth_method: Option<String>,
    pub redirect_uris: Option<Vec<String>>,
    pub post_logout_redirect_uris: Option<Vec<String>>,
    pub application_type: Option<String>,
    pub grant_types: Option<Vec<String>>,
    pub response_types: Option<Vec<String>>,
    pub scopes: Option<Vec<String>>,
    pub resources: Option<Vec<String>>,
    pub require_pkce: Option<bool>,
    pub skip_consent: Option<bool>,
    pub client_name: Option<String>,
    pub contacts: Option<Vec<String>>,
    pub client_uri: Option<String>,
    pub logo_uri: Option<String>,
    pub tos_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub subject_type: Option<String>,
    pub id_token_signed_response_alg: Option<String>,
    pub userinfo_signed_response_alg: Option<String>,
    pub token_endpoint_auth_signing_alg: Option<String>,
    pub request_object_signing_alg: Option<String>,
    pub require_signed_request_object: Option<bool>,
    pub require_pushed_authorization_requests: Option<bool>,
    pub jwks: Option<serde_json::Map<String, Value>>,
    pub jwks_uri: Option<String>,
    pub sector_identifier_uri: Option<String>,
    pub default_max_age: Option<Seconds>,
    pub require_auth_time: Option<bool>,
    pub dpop_bound_access_tokens: Option<bool>,
    pub default_acr_values: Option<Vec<String>>,
    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: Option<bool>,
}
