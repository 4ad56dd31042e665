//! `grant_type=refresh_token` (RFC 6749 §6, OAuth 2.1 §4.3, RFC 9700 §4.14.2).

use super::{Bound, Granted, OwnerState, TokenRequest, audience, check_binding};
use crate::protocol::{
    client::SecretHash,
    dpop::KeyThumbprint,
    error::OAuthError,
    policy::{Entitlement, Policy},
    received::Received,
    refusals::RefreshRefusal,
    rule::rule,
    scope::Scopes,
    secret::{Purpose, hash},
    time::UnixTime,
};

/// The parameters of a token request with a refresh token.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The token.
    pub refresh_token: &'a str,
    scope: Option<&'a str>,
    resources: Vec<&'a str>,
    /// The key that the client has proven to hold.
    pub key: Option<&'a KeyThumbprint>,
}

impl<'a> Request<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `invalid_request` (TK-02, TK-19).
    pub fn of(sent: &TokenRequest<'a>) -> Result<Self, OAuthError> {
        Ok(Self {
            refresh_token: sent
                .refresh_token
                .ok_or_else(|| OAuthError::of(RefreshRefusal::Missing))?,
            scope: sent.scope,
            resources: sent.resource.clone(),
            key: None,
        })
    }

    /// Sets the key that the client has proven to hold.
    #[must_use]
    pub fn by(self, key: Option<&'a KeyThumbprint>) -> Self {
        Self { key, ..self }
    }

    /// Returns the request of a client that uses the token for something else than access tokens (TX-06).
    #[must_use]
    pub const fn of_subject(refresh_token: &'a str) -> Self {
        Self {
            refresh_token,
            scope: None,
            resources: Vec::new(),
            key: None,
        }
    }

    /// Whether the request asks for everything that the grant has.
    const fn is_plain(&self) -> bool {
        self.scope.is_none() && self.resources.is_empty()
    }

    /// Hash of what a retry must request again to get the stored answer (RF-02): the set of scopes,
    /// without undefined ones (TK-23), the set of resources, in whatever spelling, and the key.
    pub fn fingerprint(&self, policy: &Policy) -> SecretHash {
        let scope = if self.scope.is_some() {
            let known = self.known_scopes(policy).unwrap_or_default();
            let mut words: Vec<&str> = known.iter().collect();
            words.sort_unstable();
            // The sign tells it from a request without a scope, also when no word is left.
            format!("={}", words.join(" "))
        } else {
            String::new()
        };
        let configured = |uri: &&str| policy.resource(uri).map(|it| it.identifier.clone());
        let sent = self.resources.iter();
        let mut resources: Vec<String> = sent
            .map(|uri| configured(uri).unwrap_or_else(|| (*uri).to_owned()))
            .collect();
        resources.sort_unstable();
        resources.dedup();
        let key = self.key.map(|key| format!("\nDPoP {}", key.as_str()));
        let key = key.unwrap_or_default();
        hash(
            Purpose::Fingerprint,
            &format!("{scope}\n{}{key}", resources.join("\n")),
        )
    }

    /// Requested scopes that are defined; `None` = the request has no scope, or a malformed one.
    fn known_scopes(&self, policy: &Policy) -> Option<Scopes> {
        let requested = Scopes::parse(self.scope?).ok()?;
        Some(requested.intersection(&policy.defined_scopes))
    }
}

/// The refresh token and its grant.
#[derive(Clone, Debug)]
pub struct RefreshToken<'a> {
    /// The client it was issued to.
    pub client_id: &'a str,
    /// When the token expires.
    pub expires_at: UnixTime,
    /// When all refresh tokens of the grant expire.
    pub absolute_expires_at: UnixTime,
    /// Whether the token was rotated.
    pub superseded: bool,
    /// Whether the token of the next generation was rotated too.
    pub successor_superseded: bool,
    /// Until when a retry of the rotation gets the stored answer.
    pub successor_until: Option<UnixTime>,
    /// Fingerprint of the rotation's request.
    pub fingerprint: Option<SecretHash>,
    /// The key to which the grant of a public client is bound.
    pub bound_to: Option<&'a str>,
    /// Whether the grant is revoked.
    pub grant_revoked: bool,
    /// Scopes of the grant.
    pub scopes: Scopes,
    /// Resources of the grant.
    pub resources: &'a [String],
    /// The user, if the account still exists.
    pub owner: Option<OwnerState>,
}

/// The decision about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Supersede the token and issue new ones.
    Rotate(Granted),
    /// Answer with the sealed answer of the rotation (RF-02).
    Repeat,
    /// The user may no longer use the grant: it is revoked, then `invalid_grant` is answered
    /// (TK-20).
    Lost(Loss),
    /// The token may have been stolen: the grant is revoked, then `invalid_grant` is answered.
    Replay(Replay),
    /// A live token was used without the key of its grant, or for something that its grant does not have. This is counted (RF-03),
    /// then refused with the error, or taken for a replay.
    Misuse(OAuthError),
    /// The token belongs to another client: an event is emitted, then `invalid_grant` is answered
    /// (TK-19).
    WrongClient,
}

/// Why a refresh token counts as stolen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// It was rotated, and cannot be retried any more (RF-04).
    UsedBefore,
    /// It was rotated by a request for something else. A refusal that costs nothing would tell a
    /// thief that the rightful client has just rotated it (RF-03).
    AnotherRequest,
    /// It is live, but was used too often for what its grant does not have (RF-03).
    TooManyMisuses,
}

impl Replay {
    /// Returns the refusal that answers the replay.
    pub const fn refusal(self) -> RefreshRefusal {
        match self {
            Self::UsedBefore => RefreshRefusal::Used,
            Self::AnotherRequest => RefreshRefusal::UsedForOtherRequest,
            Self::TooManyMisuses => RefreshRefusal::Misused,
        }
    }
}

/// How often a live refresh token may be used for what its grant does not have (RF-03): often
/// enough that a developer sees what is wrong, too rarely to watch for the next rotation.
pub const MOST_MISUSES: i64 = 3;

/// Why a user may no longer use a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The account is locked or gone.
    Account,
    /// The credentials changed since, and the settings say that this ends grants.
    Credentials,
}

/// Decides TK-19 to TK-25.
///
/// # Errors
/// `invalid_grant`, `invalid_scope` or `invalid_target`; the token is not rotated.
pub fn decide(
    entitlement: Entitlement<'_>,
    token: Option<&RefreshToken<'_>>,
    request: &Request<'_>,
    now: UnixTime,
) -> Result<Verdict, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let sent = Received::Secret(request.refresh_token);
    let token = token.ok_or_else(|| OAuthError::of(RefreshRefusal::Unknown).received(sent))?;
    if token.client_id != client.client_id {
        return Ok(Verdict::WrongClient);
    }
    if token.grant_revoked {
        return Err(OAuthError::of(RefreshRefusal::Revoked).received(sent));
    }
    if let Some(loss) = loss(token.owner.as_ref()) {
        return Ok(Verdict::Lost(loss));
    }
    if token.superseded {
        return Ok(of_superseded(token, policy, request, now));
    }
    if token.expires_at <= now || token.absolute_expires_at <= now {
        return Err(OAuthError::of(RefreshRefusal::Expired).received(sent));
    }
    let allowed = policy
        .grantable_scopes(client, token.resources)
        .intersection(&policy.defined_scopes);
    let left = token.scopes.intersection(&allowed);
    if left.is_empty() {
        // Nobody can use this token any more, whatever is asked for: it tells nothing.
        return Err(OAuthError::of(RefreshRefusal::NoGrantedScopeAllowed)
            .observed(format!("one of: {allowed}"), token.scopes.to_string()));
    }
    if let Err(error) = check_key(token, request) {
        return Ok(Verdict::Misuse(error));
    }
    check_binding(entitlement, &[], request.key)?;
    match granted(token, entitlement, request, &left) {
        Ok(granted) => {
            check_binding(entitlement, &granted.audience, request.key)?;
            Ok(Verdict::Rotate(granted))
        }
        Err(error) if request.is_plain() => Err(error),
        Err(error) => Ok(Verdict::Misuse(error)),
    }
}

/// TK-25: the tokens of a public client are of use only with the key to which they are bound (RFC 9449 §5).
fn check_key(token: &RefreshToken<'_>, request: &Request<'_>) -> Result<(), OAuthError> {
    match (token.bound_to, request.key) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(OAuthError::of(RefreshRefusal::ProofMissing)),
        (Some(wanted), Some(key)) if key.as_str() == wanted => Ok(()),
        (Some(wanted), Some(key)) => {
            let wanted = format!("jkt: {wanted}");
            Err(OAuthError::of(RefreshRefusal::OtherKey).observed(wanted, key.as_str()))
        }
    }
}

/// TK-23, TK-24: what the new access token is for. `left` is what the client may still have of the
/// grant's scopes.
fn granted(
    token: &RefreshToken<'_>,
    entitlement: Entitlement<'_>,
    request: &Request<'_>,
    left: &Scopes,
) -> Result<Granted, OAuthError> {
    let scopes = narrowed(token, entitlement.policy, request, left)?;
    let bound = Bound {
        resources: token.resources,
        scopes: &scopes,
    };
    let audience = audience(entitlement, &request.resources, bound);
    let audience = audience.map_err(|error| error.with_rule(rule!("TK-24")))?;
    Ok(Granted { scopes, audience })
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
    policy: &Policy,
    request: &Request<'_>,
    now: UnixTime,
) -> Verdict {
    let in_window = token.successor_until.is_some_and(|until| now < until);
    if !in_window || token.successor_superseded {
        return Verdict::Replay(Replay::UsedBefore);
    }
    let fingerprint = request.fingerprint(policy);
    let same = |stored: &SecretHash| stored.matches(&fingerprint);
    if token.fingerprint.as_ref().is_some_and(same) {
        Verdict::Repeat
    } else {
        Verdict::Replay(Replay::AnotherRequest)
    }
}

/// TK-23: the scopes of the new access token. Words that nobody defined are ignored, as at the
/// authorization endpoint: clients repeat what they sent there.
fn narrowed(
    token: &RefreshToken<'_>,
    policy: &Policy,
    request: &Request<'_>,
    left: &Scopes,
) -> Result<Scopes, OAuthError> {
    let Some(sent) = request.scope else {
        return Ok(left.clone());
    };
    let granted = || format!("scopes of the grant: {}", token.scopes);
    let malformed =
        || OAuthError::of(RefreshRefusal::ScopeMalformed).received(Received::Public(sent));
    let requested = request.known_scopes(policy).ok_or_else(malformed)?;
    if requested.is_empty() {
        let error = OAuthError::of(RefreshRefusal::ScopeUnknown);
        return Err(error.observed(granted(), sent));
    }
    if !requested.is_subset_of(&token.scopes) {
        let beyond = requested.difference(&token.scopes).to_string();
        return Err(OAuthError::of(RefreshRefusal::ScopeNotGranted).observed(granted(), beyond));
    }
    let scopes = requested.intersection(left);
    if scopes.is_empty() {
        let error = OAuthError::of(RefreshRefusal::GrantedScopeNotAllowed);
        return Err(error.observed(format!("one of: {left}"), requested.to_string()));
    }
    Ok(scopes)
}
