//! One file per grant type, which decides about its requests on loaded values.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod id_jag;
pub mod jwt_bearer;
pub mod refresh_token;
pub mod token_exchange;

use serde::Deserialize;

use super::{
    client::{Client, GrantType},
    client_auth::ClientParameters,
    dpop::{Binding, KeyThumbprint, SentProof},
    error::OAuthError,
    params::{Params, Repeated},
    policy::{Entitlement, Policy},
    received::Received,
    refusals::{DpopRefusal, GrantResourceRefusal, TokenRefusal},
    scope::{self, Scopes},
    typed_params,
};

/// Scopes and audience of an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Scopes of the access token.
    pub scopes: Scopes,
    /// Audience of the access token: never empty.
    pub audience: Vec<String>,
}

/// The user behind a grant, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerState {
    /// `ResourceOwner::is_active`.
    pub active: bool,
    /// The credentials changed since the grant, and the settings say that this ends it.
    pub credentials_changed: bool,
}

impl OwnerState {
    /// Whether the grant may still be used by this user.
    pub const fn is_good(&self) -> bool {
        self.active && !self.credentials_changed
    }
}

/// The parameters of a token request, as they were sent (RFC 6749 §4.1.3, §4.4.2, §6; RFC 8707 §2), and its
/// proof of possession (RFC 9449 §5).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TokenRequest<'p> {
    /// Which grant is used.
    pub grant_type: Option<&'p str>,
    client_id: Option<&'p str>,
    client_secret: Option<&'p str>,
    client_assertion: Option<&'p str>,
    client_assertion_type: Option<&'p str>,
    /// An authorization code.
    pub code: Option<&'p str>,
    redirect_uri: Option<&'p str>,
    code_verifier: Option<&'p str>,
    /// A refresh token.
    pub refresh_token: Option<&'p str>,
    /// A device code.
    pub device_code: Option<&'p str>,
    scope: Option<&'p str>,
    resource: Vec<&'p str>,
    /// The header `DPoP`.
    #[serde(skip)]
    pub proof: SentProof,
    /// An assertion about a person (RFC 7523 §2.1).
    assertion: Option<&'p str>,
    /// The token that is exchanged (RFC 8693 §2.1).
    pub subject_token: Option<&'p str>,
    /// Its type.
    pub subject_token_type: Option<&'p str>,
    actor_token: Option<&'p str>,
    actor_token_type: Option<&'p str>,
    requested_token_type: Option<&'p str>,
    audience: Vec<&'p str>,
}

/// Parameters that may be sent several times: `audience` in a token exchange (RFC 8693 §2.1).
const REPEATABLE_IN_EXCHANGE: [&str; 2] = ["resource", "audience"];

impl<'p> TokenRequest<'p> {
    /// Reads the parameters (TK-02).
    ///
    /// # Errors
    /// `invalid_request` for one that was sent twice or as a list.
    pub fn read(params: &'p Params) -> Result<Self, OAuthError> {
        let exchange = GrantType::TokenExchange.as_str();
        let read = match params.one("grant_type") {
            Ok(Some(grant)) if grant == exchange => {
                typed_params::read_repeatable(params, &REPEATABLE_IN_EXCHANGE)
            }
            _ => typed_params::read(params),
        };
        Ok(read.map_err(repeated)?.request)
    }

    /// Adds the header `DPoP` of the request.
    #[must_use]
    pub fn with_proof(mut self, proof: SentProof) -> Self {
        self.proof = proof;
        self
    }

    /// Returns the client credentials of the request.
    pub const fn client(&self) -> ClientParameters<'p> {
        ClientParameters {
            id: self.client_id,
            secret: self.client_secret,
            assertion: self.client_assertion,
            assertion_type: self.client_assertion_type,
        }
    }
}

/// The parameters of a request about a token (RFC 7009 §2.1, RFC 7662 §2.1), as they were sent.
#[derive(Clone, Debug, Deserialize)]
pub struct LookupRequest<'p> {
    /// The token.
    pub token: Option<&'p str>,
    /// Of no use: the prefix of a token says what it is.
    #[serde(rename = "token_type_hint")]
    _token_type_hint: Option<&'p str>,
    client_id: Option<&'p str>,
    client_secret: Option<&'p str>,
    client_assertion: Option<&'p str>,
    client_assertion_type: Option<&'p str>,
}

impl<'p> LookupRequest<'p> {
    /// Reads the parameters (TK-02).
    ///
    /// # Errors
    /// `invalid_request` for one that was sent twice or as a list.
    pub fn read(params: &'p Params) -> Result<Self, OAuthError> {
        Ok(typed_params::read(params).map_err(repeated)?.request)
    }

    /// Returns the client credentials of the request.
    pub const fn client(&self) -> ClientParameters<'p> {
        ClientParameters {
            id: self.client_id,
            secret: self.client_secret,
            assertion: self.client_assertion,
            assertion_type: self.client_assertion_type,
        }
    }
}

/// The refusal of a parameter that was sent twice or as a list (TK-02).
pub fn repeated(_: Repeated) -> OAuthError {
    OAuthError::of(TokenRefusal::ParameterRepeated)
}

/// TK-07: whether the client may use this grant.
///
/// # Errors
/// `unauthorized_client`.
pub fn check_allowed(client: &Client, grant: GrantType) -> Result<(), OAuthError> {
    if client.may_use(grant) {
        return Ok(());
    }
    let registered: Vec<&str> = client.grant_types.iter().map(|it| it.as_str()).collect();
    let wanted = format!("one of: {}", registered.join(" "));
    Err(OAuthError::of(TokenRefusal::GrantNotAllowed).observed(wanted, grant.as_str()))
}

/// DP-06: whether a token for this audience may be issued to the holder of `key`; `None` = the request has no
/// proof of possession.
///
/// # Errors
/// `invalid_dpop_proof` where settings, resource or registration demand a proof.
pub fn check_binding(
    entitlement: Entitlement<'_>,
    audience: &[String],
    key: Option<&KeyThumbprint>,
) -> Result<(), OAuthError> {
    let Entitlement { client, policy } = entitlement;
    match (key, policy.binding(client, audience)) {
        (None, Binding::Required) => Err(OAuthError::of(DpopRefusal::Missing)),
        _ => Ok(()),
    }
}

/// Values of a grant that decide about the audience of its access tokens.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a> {
    /// Resources of the grant.
    pub resources: &'a [String],
    /// Scopes of the access token.
    pub scopes: &'a Scopes,
}

/// TK-17: returns the audience of the access token.
///
/// `asked` narrows the grant's resources; a grant with `openid` reaches the `UserInfo` endpoint
/// too; without any resource the audience is the issuer. Resources that the client may no longer
/// reach are left out, as scopes are.
///
/// # Errors
/// `invalid_target` for a resource outside the grant, and where none of its resources is left.
pub fn audience(
    entitlement: Entitlement<'_>,
    requested: &[&str],
    bound: Bound<'_>,
) -> Result<Vec<String>, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let userinfo = bound.scopes.contains(scope::OPENID);
    let userinfo = userinfo.then(|| policy.userinfo_url.clone());
    let resources = || bound.resources.iter().filter(|uri| client.may_reach(uri));
    if requested.is_empty() {
        let mut audience: Vec<String> = resources().cloned().chain(userinfo).collect();
        if audience.is_empty() && !bound.resources.is_empty() {
            let of_grant = bound.resources.join(" ");
            return Err(OAuthError::of(GrantResourceRefusal::NoResourceLeft)
                .received(Received::Public(&of_grant)));
        }
        if audience.is_empty() {
            audience.push(policy.issuer.clone());
        }
        return Ok(audience);
    }
    let mut audience = Vec::new();
    for uri in requested {
        let found = super::resource::find(resources().map(String::as_str), uri)
            .map(str::to_owned)
            .or_else(|| userinfo.clone().filter(|userinfo| userinfo == uri));
        let found = found.ok_or_else(|| {
            let of_grant: Vec<&str> = resources().map(String::as_str).collect();
            OAuthError::of(GrantResourceRefusal::ResourceNotOfGrant).observed(
                format!("resources of the grant: {}", of_grant.join(" ")),
                uri,
            )
        })?;
        if !audience.contains(&found) {
            audience.push(found);
        }
    }
    Ok(audience)
}

/// Whether a grant of `client` with `scopes` comes with a refresh token.
pub fn has_refresh_token(policy: &Policy, client: &Client, scopes: &Scopes) -> bool {
    policy.grant_types.contains(&GrantType::RefreshToken)
        && client.may_use(GrantType::RefreshToken)
        && (!policy.refresh_needs_offline_access || scopes.contains(scope::OFFLINE_ACCESS))
}
