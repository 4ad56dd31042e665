//! `grant_type=urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693 §2).

use super::{Granted, TokenRequest};
use crate::protocol::{
    actor::{Actor, MOST_ACTORS},
    client::Client,
    error::OAuthError,
    exchange_policy::ExchangeRule,
    policy::{Entitlement, Policy},
    received::Received,
    refusals::ExchangeRefusal,
    resource,
    scope::Scopes,
    time::UnixTime,
    token_type::TokenType,
};

/// A token in a request, and the type that the request says it has.
#[derive(Clone, Copy, Debug)]
pub struct TypedToken<'a> {
    /// The token.
    pub text: &'a str,
    /// Its type.
    pub kind: TokenType,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An access token of this server.
    AccessToken,
    /// An assertion for another authorization server.
    IdJag,
}

/// The parameters of a token request for an exchange.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What is asked for.
    pub wanted: Wanted,
    /// The token of the person for whom the new token is.
    pub subject: TypedToken<'a>,
    /// The token of the party that acts.
    pub actor: Option<TypedToken<'a>>,
    /// `audience`, any number.
    pub audience: Vec<&'a str>,
    /// `resource`, any number.
    pub resource: Vec<&'a str>,
    /// `scope`, as sent.
    pub scope: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Reads the parameters (TX-02, TX-05).
    ///
    /// # Errors
    /// `invalid_request` for a missing token, and for a type that this server does not take or issue.
    pub fn of(sent: &TokenRequest<'a>) -> Result<Self, OAuthError> {
        let wanted = wanted(sent.requested_token_type)?;
        let text = sent
            .subject_token
            .ok_or_else(|| OAuthError::of(ExchangeRefusal::SubjectTokenMissing))?;
        let (taken, refusal) = match wanted {
            Wanted::AccessToken => (
                TokenType::FOR_ACCESS_TOKEN,
                ExchangeRefusal::SubjectTypeNotTaken,
            ),
            Wanted::IdJag => (
                TokenType::FOR_ID_JAG,
                ExchangeRefusal::SubjectTypeNotTakenForIdJag,
            ),
        };
        let kind = typed(sent.subject_token_type, taken, refusal)?;
        let actor = match (sent.actor_token, sent.actor_token_type) {
            (None, None) => None,
            (Some(_), Some(_)) if wanted == Wanted::IdJag => {
                return Err(OAuthError::of(ExchangeRefusal::ActorForIdJag));
            }
            (Some(text), kind @ Some(_)) => {
                let taken = TokenType::FOR_ACCESS_TOKEN;
                let kind = typed(kind, taken, ExchangeRefusal::ActorTypeNotTaken)?;
                Some(TypedToken { text, kind })
            }
            _ => return Err(OAuthError::of(ExchangeRefusal::ActorIncomplete)),
        };
        Ok(Self {
            wanted,
            subject: TypedToken { text, kind },
            actor,
            audience: sent.audience.clone(),
            resource: sent.resource.clone(),
            scope: sent.scope,
        })
    }
}

fn wanted(requested: Option<&str>) -> Result<Wanted, OAuthError> {
    match requested.map(TokenType::named) {
        None | Some(Some(TokenType::AccessToken)) => Ok(Wanted::AccessToken),
        Some(Some(TokenType::IdJag)) => Ok(Wanted::IdJag),
        Some(_) => {
            let offered = [TokenType::AccessToken, TokenType::IdJag].map(TokenType::as_str);
            Err(OAuthError::of(ExchangeRefusal::TypeNotIssued)
                .offering(offered)
                .received(Received::Public(requested.unwrap_or_default())))
        }
    }
}

fn typed(
    sent: Option<&str>,
    taken: [TokenType; 2],
    refusal: ExchangeRefusal,
) -> Result<TokenType, OAuthError> {
    let kind = sent.and_then(TokenType::named);
    kind.filter(|kind| taken.contains(kind)).ok_or_else(|| {
        OAuthError::of(refusal)
            .offering(taken.map(TokenType::as_str))
            .received(Received::Public(sent.unwrap_or("no type")))
    })
}

/// TX-01: exchanges are for clients that authenticate.
///
/// # Errors
/// `unauthorized_client`.
pub fn check_confidential(client: &Client) -> Result<(), OAuthError> {
    if client.is_confidential() {
        return Ok(());
    }
    let method = Received::Public(client.token_endpoint_auth_method.as_str());
    Err(OAuthError::of(ExchangeRefusal::NotConfidential).received(method))
}

/// A live access token of a person that the caller may exchange.
#[derive(Clone, Debug)]
pub struct SubjectToken<'a> {
    /// Its scopes.
    pub scopes: Scopes,
    /// Its audience.
    pub audience: &'a [String],
    /// When it expires.
    pub expires_at: UnixTime,
    /// Who acts with it.
    pub actor: Option<Actor>,
}

/// What an exchange gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Scopes and audience of the new token.
    pub granted: Granted,
    /// Who acts with the new token.
    pub actor: Option<Actor>,
    /// When the new token expires at the latest.
    pub latest_end: UnixTime,
}

/// Decides TX-03 to TX-05. `actor` is the party of the actor token.
///
/// # Errors
/// `invalid_target`, `invalid_scope` or `invalid_request`.
pub fn decide(
    entitlement: Entitlement<'_>,
    request: &Request<'_>,
    subject: SubjectToken<'_>,
    actor: Option<Actor>,
    now: UnixTime,
) -> Result<Exchange, OAuthError> {
    let Entitlement { client, policy } = entitlement;
    let rules = rules(entitlement, &subject);
    let audience = targets(&rules, request)?;
    let scopes = scopes(policy, &rules, &audience, &subject.scopes, request.scope)?;
    // Without an actor token the client itself acts, unless the operator lets clients pass for the person.
    let acting = match actor {
        None if policy.exchange.impersonation => None,
        None => Some(Actor::client(&client.client_id)),
        named => named,
    };
    let actor = match acting {
        // Who acted before stays named.
        None => subject.actor,
        Some(acting) => Some(acting.after(subject.actor)),
    };
    if let Some(length) = actor.as_ref().map(Actor::length)
        && length > MOST_ACTORS
    {
        return Err(OAuthError::of(ExchangeRefusal::TooManyActors).observed(
            format!("at most {MOST_ACTORS} actors"),
            format!("{length} actors"),
        ));
    }
    let longest = now + policy.exchange.max_ttl_seconds;
    Ok(Exchange {
        granted: Granted { scopes, audience },
        actor,
        latest_end: longest.min(subject.expires_at),
    })
}

/// Narrows the scopes to those that the app lets the person give to the client (hook `authorize_scopes`).
///
/// # Errors
/// `invalid_scope` when no scope is left of those that were granted.
pub fn narrow(granted: Granted, permitted: &[String]) -> Result<Granted, OAuthError> {
    let permitted: Scopes = permitted.iter().collect();
    let scopes = granted.scopes.intersection(&permitted);
    if scopes.is_empty() && !granted.scopes.is_empty() {
        return Err(OAuthError::of(ExchangeRefusal::ScopesNotPermitted)
            .observed(format!("one of: {permitted}"), granted.scopes.to_string()));
    }
    Ok(Granted { scopes, ..granted })
}

/// The rules that hold for the client and the subject token.
fn rules<'p>(entitlement: Entitlement<'p>, subject: &SubjectToken<'_>) -> Vec<&'p ExchangeRule> {
    let Entitlement { client, policy } = entitlement;
    let is_from = |rule: &&ExchangeRule| {
        let mut audience = subject.audience.iter();
        audience.any(|uri| policy.is_for(&rule.from_resource, uri))
    };
    { policy.exchange.rules.iter() }
        .filter(|rule| rule.client == client.client_id && client.may_reach(&rule.to_resource))
        .filter(is_from)
        .collect()
}

/// TX-03: the audience of the new token.
fn targets(rules: &[&ExchangeRule], request: &Request<'_>) -> Result<Vec<String>, OAuthError> {
    let mut allowed: Vec<&str> = Vec::new();
    for rule in rules {
        if !allowed.contains(&rule.to_resource.as_str()) {
            allowed.push(&rule.to_resource);
        }
    }
    let named: Vec<&str> = [request.resource.clone(), request.audience.clone()].concat();
    if named.is_empty() {
        return match allowed.as_slice() {
            [only] => Ok(vec![(*only).to_owned()]),
            _ => Err(OAuthError::of(ExchangeRefusal::TargetMissing).offering(allowed)),
        };
    }
    let mut targets = Vec::new();
    for uri in named {
        let target = resource::find(allowed.iter().copied(), uri).ok_or_else(|| {
            OAuthError::of(ExchangeRefusal::TargetNotAllowed)
                .offering(allowed.iter().copied())
                .received(Received::Public(uri))
        })?;
        if !targets.iter().any(|known| known == target) {
            targets.push(target.to_owned());
        }
    }
    Ok(targets)
}

/// TX-04: the scopes of the new token. A scope counts at every resource of the audience that defines it, so that
/// rules for each of these must allow it.
fn scopes(
    policy: &Policy,
    rules: &[&ExchangeRule],
    targets: &[String],
    held: &Scopes,
    sent: Option<&str>,
) -> Result<Scopes, OAuthError> {
    let to = |target: &str| -> Scopes {
        let rules = rules.iter().filter(|rule| rule.to_resource == target);
        rules.flat_map(|rule| rule.scopes.iter()).collect()
    };
    let by_rules = { targets.iter() }.fold(Scopes::default(), |all, target| all.union(&to(target)));
    let everywhere = |scope: &str| {
        targets.iter().all(|target| {
            let defines = policy.resource(target);
            let defines = defines.is_some_and(|resource| resource.scopes.contains(scope));
            !defines || to(target).contains(scope)
        })
    };
    let by_rules = by_rules.filtered(everywhere);
    let allowed = held.intersection(&by_rules);
    let refused = |refusal, sent: &str| {
        Err(OAuthError::of(refusal).observed(format!("of these: {allowed}"), sent))
    };
    let Some(sent) = sent else {
        if allowed.is_empty() && !by_rules.is_empty() {
            return refused(ExchangeRefusal::ScopeNotAllowed, "no scope");
        }
        return Ok(allowed);
    };
    let Ok(requested) = Scopes::parse(sent) else {
        return refused(ExchangeRefusal::ScopeMalformed, sent);
    };
    if requested.is_empty() || !requested.is_subset_of(&allowed) {
        return refused(ExchangeRefusal::ScopeNotAllowed, sent);
    }
    Ok(requested)
}

#[cfg(test)]
pub(in crate::protocol) mod tests;
