//! `grant_type=refresh_token` (RFC 6749 §6, OAuth 2.1 §4.3, RFC 9700 §4.14.2).

use super::{Granted, OwnerState, audience, one, resources};
use crate::protocol::{
    client::{Client, SecretHash},
    error::OAuthError,
    params::Params,
    policy::Policy,
    scope::Scopes,
    secret::{Purpose, hash},
};

/// The parameters of the request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The token.
    pub refresh_token: &'a str,
    scope: Option<&'a str>,
    resources: Vec<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` (TK-02, TK-19).
    pub fn read(params: &'a Params) -> Result<Self, OAuthError> {
        Ok(Self {
            refresh_token: one(params, "refresh_token")?
                .ok_or_else(|| OAuthError::invalid_request("TK-19", "refresh_token is missing"))?,
            scope: one(params, "scope")?,
            resources: resources(params)?,
        })
    }

    /// What a retry must ask for again to get the same answer (RF-02).
    pub fn fingerprint(&self) -> SecretHash {
        let mut resources = self.resources.clone();
        resources.sort_unstable();
        let scope = self.scope.unwrap_or_default();
        hash(
            Purpose::Fingerprint,
            &format!("{scope}\n{}", resources.join("\n")),
        )
    }
}

/// The token and its family.
#[derive(Clone, Debug)]
pub struct RefreshToken<'a> {
    /// The client it was issued to.
    pub client_id: &'a str,
    /// Unix seconds.
    pub expires_at: i64,
    /// Unix seconds.
    pub absolute_expires_at: i64,
    /// Rotated.
    pub superseded: bool,
    /// The next generation was rotated too.
    pub successor_superseded: bool,
    /// Until when the rotation's answer can be fetched again, Unix seconds.
    pub successor_until: Option<i64>,
    /// Fingerprint of the rotation's request.
    pub fingerprint: Option<SecretHash>,
    /// The family is dead.
    pub grant_revoked: bool,
    /// Scopes of the grant.
    pub scopes: Scopes,
    /// Resources of the grant.
    pub resources: &'a [String],
    /// The user, if the account still exists.
    pub owner: Option<OwnerState>,
}

/// What follows from a good request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Supersede the token and issue this.
    Rotate(Granted),
    /// Answer with the sealed answer of the rotation (RF-02).
    Repeat,
    /// The user may no longer use the grant: the family dies, then `invalid_grant` (TK-20).
    Lost(Loss),
    /// A superseded token came back: the family dies, then `invalid_grant` (TK-21).
    Replay,
    /// The token belongs to somebody else: an event, then `invalid_grant` (TK-19).
    Foreign,
}

/// Why a user may no longer use a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The account is locked or gone.
    Account,
    /// The credentials changed since, and the settings say that this ends grants.
    Credentials,
}

/// The answer to a grant whose user may no longer use it.
pub const LOST: OAuthError = OAuthError::invalid_grant("TK-20", "The account is not active");
/// The answer to a replay.
pub const REPLAY: OAuthError = OAuthError::invalid_grant(
    "TK-21",
    "The refresh token was used before; the authorization is revoked",
);
/// The answer to an unknown token.
pub const UNKNOWN: OAuthError =
    OAuthError::invalid_grant("TK-19", "The refresh token is not valid");

/// TK-19 to TK-24.
///
/// # Errors
/// `invalid_grant`, `invalid_scope` or `invalid_target`; the token is not rotated.
pub fn decide(
    (client, policy): (&Client, &Policy),
    token: Option<&RefreshToken<'_>>,
    request: &Request<'_>,
    now: i64,
) -> Result<Verdict, OAuthError> {
    let token = token.ok_or(UNKNOWN)?;
    if token.client_id != client.client_id {
        return Ok(Verdict::Foreign);
    }
    if token.grant_revoked {
        return Err(OAuthError::invalid_grant(
            "TK-20",
            "The authorization was revoked",
        ));
    }
    if let Some(loss) = loss(token.owner.as_ref()) {
        return Ok(Verdict::Lost(loss));
    }
    if token.superseded {
        return of_superseded(token, request, now);
    }
    if token.expires_at <= now || token.absolute_expires_at <= now {
        return Err(OAuthError::invalid_grant(
            "TK-22",
            "The refresh token has expired",
        ));
    }
    let scopes = narrowed(token, (client, policy), request)?;
    let audience =
        audience(policy, &request.resources, (token.resources, &scopes)).map_err(|error| {
            OAuthError {
                rule: "TK-24",
                ..error
            }
        })?;
    Ok(Verdict::Rotate(Granted { scopes, audience }))
}

fn loss(owner: Option<&OwnerState>) -> Option<Loss> {
    match owner {
        Some(owner) if owner.is_good() => None,
        Some(owner) if owner.active => Some(Loss::Credentials),
        _ => Some(Loss::Account),
    }
}

/// RF-02 to RF-04: a lost answer or a second tab is not theft.
fn of_superseded(
    token: &RefreshToken<'_>,
    request: &Request<'_>,
    now: i64,
) -> Result<Verdict, OAuthError> {
    let in_window = token.successor_until.is_some_and(|until| now < until);
    if !in_window || token.successor_superseded {
        return Ok(Verdict::Replay);
    }
    let same = token
        .fingerprint
        .is_some_and(|stored| stored.matches(&request.fingerprint()));
    if same {
        return Ok(Verdict::Repeat);
    }
    Err(OAuthError::invalid_grant(
        "RF-03",
        "The refresh token was used for another request",
    ))
}

/// TK-23: the scopes of the new access token.
fn narrowed(
    token: &RefreshToken<'_>,
    (client, policy): (&Client, &Policy),
    request: &Request<'_>,
) -> Result<Scopes, OAuthError> {
    let allowed = policy
        .grantable_scopes(client)
        .intersection(&policy.defined_scopes);
    let asked = match request.scope {
        None => token.scopes.clone(),
        Some(scope) => Scopes::parse(scope)
            .map_err(|_| OAuthError::invalid_scope("TK-23", "scope has a forbidden character"))?,
    };
    if !asked.is_subset_of(&token.scopes) {
        return Err(OAuthError::invalid_scope(
            "TK-23",
            "scope is more than was granted",
        ));
    }
    let scopes = asked.intersection(&allowed);
    if scopes.is_empty() {
        return Err(OAuthError::invalid_scope(
            "TK-23",
            "No granted scope is still allowed",
        ));
    }
    Ok(scopes)
}
