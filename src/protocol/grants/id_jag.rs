//! What a client may have an assertion for another authorization server for (Identity Assertion JWT
//! Authorization Grant §4.3).

use super::token_exchange::Request;
use crate::protocol::{
    client::Client,
    error::OAuthError,
    exchange_policy::{ExchangePolicy, IdJagRule},
    received::Received,
    refusals::IdJagRefusal,
    resource,
    scope::Scopes,
};

/// What an assertion is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertable<'p> {
    /// The rule that allows it.
    pub rule: &'p IdJagRule,
    /// The granted resources, as the rule writes them.
    pub resources: Vec<String>,
    /// The granted scopes.
    pub scopes: Scopes,
}

/// Decides TX-07.
///
/// # Errors
/// `invalid_request`, `invalid_target` or `invalid_scope`.
pub fn decide<'p>(
    client: &Client,
    policy: &'p ExchangePolicy,
    request: &Request<'_>,
) -> Result<Assertable<'p>, OAuthError> {
    let rule = rule(client, policy, &request.audience)?;
    let resources = resources(rule, &request.resource)?;
    let scopes = scopes(rule, request.scope)?;
    Ok(Assertable {
        rule,
        resources,
        scopes,
    })
}

fn rule<'p>(
    client: &Client,
    policy: &'p ExchangePolicy,
    audience: &[&str],
) -> Result<&'p IdJagRule, OAuthError> {
    let of_client = || {
        let rules = policy.id_jag.iter();
        rules.filter(|rule| rule.client == client.client_id)
    };
    let [audience] = audience else {
        let count = format!("{} of them", audience.len());
        return Err(OAuthError::of(IdJagRefusal::AudienceNotOne).received(Received::Public(&count)));
    };
    of_client()
        .find(|rule| rule.audience == *audience)
        .ok_or_else(|| {
            OAuthError::of(IdJagRefusal::AudienceNotAllowed)
                .offering(of_client().map(|rule| rule.audience.as_str()))
                .received(Received::Public(audience))
        })
}

/// Without `resource` it is the only one; several are never given to a client that names none.
fn resources(rule: &IdJagRule, requested: &[&str]) -> Result<Vec<String>, OAuthError> {
    let allowed = || rule.resources.iter().map(String::as_str);
    if requested.is_empty() {
        return match rule.resources.as_slice() {
            [only] => Ok(vec![only.clone()]),
            _ => Err(OAuthError::of(IdJagRefusal::ResourceMissing).offering(allowed())),
        };
    }
    let mut granted = Vec::new();
    for uri in requested {
        let found = resource::find(allowed(), uri).ok_or_else(|| {
            OAuthError::of(IdJagRefusal::ResourceNotAllowed)
                .offering(allowed())
                .received(Received::Public(uri))
        })?;
        if !granted.iter().any(|known| known == found) {
            granted.push(found.to_owned());
        }
    }
    Ok(granted)
}

/// The scopes are those of another server, so that a client asks for what it saw there: it gets those of them
/// that the rule has.
fn scopes(rule: &IdJagRule, sent: Option<&str>) -> Result<Scopes, OAuthError> {
    let Some(sent) = sent else {
        return Ok(rule.scopes.clone());
    };
    let refused = |refusal| {
        let wanted = format!("one of: {}", rule.scopes);
        Err(OAuthError::of(refusal).observed(wanted, sent))
    };
    let Ok(requested) = Scopes::parse(sent) else {
        return refused(IdJagRefusal::ScopeMalformed);
    };
    let granted = requested.intersection(&rule.scopes);
    if granted.is_empty() {
        return refused(IdJagRefusal::ScopeNotAllowed);
    }
    Ok(granted)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::protocol::{
        error::ErrorCode,
        grants::{TokenRequest, token_exchange::tests::client},
        params::Params,
    };

    const AUDIENCE: &str = "https://chat.example";
    const MCP: &str = "https://chat.example/mcp";
    const API: &str = "https://chat.example/api";

    fn policy(resources: &[&str]) -> ExchangePolicy {
        let rule = |client: &str| IdJagRule {
            client: client.to_owned(),
            audience: AUDIENCE.to_owned(),
            audience_client_id: "theirs".to_owned(),
            relying_party: None,
            resources: resources.iter().map(ToString::to_string).collect(),
            scopes: ["chat.read", "chat.write"].into_iter().collect(),
        };
        ExchangePolicy {
            id_jag: vec![rule("wiki")],
            ..ExchangePolicy::default()
        }
    }

    fn decided(client_id: &str, resources: &[&str], query: &str) -> Result<String, ErrorCode> {
        let query = format!(
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=x\
             &subject_token_type=urn:ietf:params:oauth:token-type:id_token\
             &requested_token_type=urn:ietf:params:oauth:token-type:id-jag{query}"
        );
        let params = Params::parse(query.as_bytes()).expect("parameters");
        let sent = TokenRequest::read(&params).expect("a request");
        let request = Request::of(&sent).expect("a request");
        let policy = policy(resources);
        decide(&client(client_id), &policy, &request)
            .map(|granted| format!("{} {}", granted.resources.join(" "), granted.scopes))
            .map_err(|error| error.code)
    }

    #[rstest]
    #[case("", Err(ErrorCode::InvalidRequest))]
    #[case(
        "&audience=https://chat.example&audience=https://other.example",
        Err(ErrorCode::InvalidRequest)
    )]
    #[case("&audience=https://other.example", Err(ErrorCode::InvalidTarget))]
    #[case("&audience=https://chat.example/", Err(ErrorCode::InvalidTarget))]
    #[case(
        "&audience=https://chat.example",
        Ok("https://chat.example/mcp chat.read chat.write")
    )]
    #[case(
        "&audience=https://chat.example&scope=chat.write",
        Ok("https://chat.example/mcp chat.write")
    )]
    #[case(
        "&audience=https://chat.example&scope=chat.write+admin",
        Ok("https://chat.example/mcp chat.write")
    )]
    #[case(
        "&audience=https://chat.example&scope=admin",
        Err(ErrorCode::InvalidScope)
    )]
    #[case(
        "&audience=https://chat.example&scope=%22",
        Err(ErrorCode::InvalidScope)
    )]
    #[case(
        "&audience=https://chat.example&resource=https://chat.example/other",
        Err(ErrorCode::InvalidTarget)
    )]
    #[case(
        "&audience=https://chat.example&resource=HTTPS://chat.example/mcp/&resource=https://chat.example/mcp",
        Ok("https://chat.example/mcp chat.read chat.write")
    )]
    fn tx_07_what_a_rule_allows(#[case] query: &str, #[case] expected: Result<&str, ErrorCode>) {
        let expected = expected.map(str::to_owned);
        assert_eq!(decided("wiki", &[MCP], query), expected, "{query}");
    }

    #[test]
    fn tx_07_a_rule_is_for_its_client_and_several_resources_need_a_name() {
        let query = "&audience=https://chat.example";
        assert_eq!(
            decided("other", &[MCP], query),
            Err(ErrorCode::InvalidTarget)
        );
        assert_eq!(
            decided("wiki", &[MCP, API], query),
            Err(ErrorCode::InvalidTarget)
        );
        let query = format!("{query}&resource={API}");
        let expected = format!("{API} chat.read chat.write");
        assert_eq!(decided("wiki", &[MCP, API], &query), Ok(expected));
    }
}
