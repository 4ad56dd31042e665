//! `token_exchange` and `jwt_bearer`: tokens that are exchanged, and assertions of identity providers.

use serde::Deserialize;
use url::Url;
use validator::Validate;

use super::{finding::Findings, settings::Settings};
use crate::protocol::{
    client::GrantType,
    exchange_policy::{AssertionIssuer, ExchangePolicy, ExchangeRule, IdJagRule},
    scope::{OFFLINE_ACCESS, OPENID, Scopes},
    time::Seconds,
};

/// Setting `token_exchange` as written.
#[derive(Debug, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawTokenExchange {
    pub impersonation: bool,
    #[validate(range(min = 60, max = 86400))]
    pub max_ttl_seconds: Seconds,
    pub rules: Vec<RawExchangeRule>,
    pub id_jag: Vec<RawIdJagRule>,
}

impl Default for RawTokenExchange {
    fn default() -> Self {
        let ExchangePolicy {
            impersonation,
            max_ttl_seconds,
            ..
        } = ExchangePolicy::default();
        Self {
            impersonation,
            max_ttl_seconds,
            rules: Vec::new(),
            id_jag: Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExchangeRule {
    pub client: String,
    pub from_resource: String,
    pub to_resource: String,
    #[serde(default)]
    pub scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIdJagRule {
    pub client: String,
    pub audience: String,
    pub audience_client_id: Option<String>,
    pub relying_party: Option<String>,
    pub resources: Vec<String>,
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// Setting `jwt_bearer` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawJwtBearer {
    pub issuers: Vec<RawAssertionIssuer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAssertionIssuer {
    pub issuer: String,
    pub jwks_uri: String,
    #[serde(default = "sub")]
    pub subject_claim: String,
    pub clients: Vec<String>,
    #[serde(default)]
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
}

fn sub() -> String {
    "sub".to_owned()
}

/// Resolves both settings, once resources and scopes are known, and checks them.
pub(super) fn resolve(
    exchange: RawTokenExchange,
    jwt_bearer: RawJwtBearer,
    settings: &mut Settings,
    findings: &mut Findings,
) {
    let mut check = Check { settings, findings };
    check.is_offered(
        "token_exchange",
        GrantType::TokenExchange,
        exchange.rules.len() + exchange.id_jag.len(),
    );
    check.is_offered("jwt_bearer", GrantType::JwtBearer, jwt_bearer.issuers.len());
    let rules = exchange.rules.into_iter().enumerate();
    let rules = rules.map(|(index, rule)| check.rule(index, rule)).collect();
    let id_jag = exchange.id_jag.into_iter().enumerate();
    let id_jag = id_jag
        .map(|(index, rule)| check.id_jag(index, rule))
        .collect();
    let mut issuers = Vec::new();
    for (index, issuer) in jwt_bearer.issuers.into_iter().enumerate() {
        let issuer = check.issuer(index, issuer, &issuers);
        issuers.push(issuer);
    }
    settings.token_exchange = ExchangePolicy {
        impersonation: exchange.impersonation,
        max_ttl_seconds: exchange.max_ttl_seconds,
        rules,
        id_jag,
    };
    settings.jwt_bearer_issuers = issuers;
}

struct Check<'a> {
    settings: &'a Settings,
    findings: &'a mut Findings,
}

impl Check<'_> {
    /// ST-11: entries for a grant that is not offered do nothing.
    fn is_offered(&mut self, key: &str, grant: GrantType, entries: usize) {
        if entries > 0 && !self.settings.grant_types.contains(&grant) {
            self.findings.add(
                key,
                "has entries, but its grant type is not offered",
                format!("add {} to grant_types", grant.as_str()),
            );
        }
    }

    fn rule(&mut self, index: usize, raw: RawExchangeRule) -> ExchangeRule {
        let key = format!("token_exchange.rules[{index}]");
        self.is_named(&format!("{key}.client"), &raw.client);
        ExchangeRule {
            client: raw.client,
            from_resource: self.resource(&format!("{key}.from_resource"), raw.from_resource),
            to_resource: self.resource(&format!("{key}.to_resource"), raw.to_resource),
            scopes: self.scopes(&key, raw.scopes),
        }
    }

    fn id_jag(&mut self, index: usize, raw: RawIdJagRule) -> IdJagRule {
        let key = format!("token_exchange.id_jag[{index}]");
        self.is_named(&format!("{key}.client"), &raw.client);
        let audience = format!("{key}.audience");
        if raw.audience == self.settings.issuer {
            // Identity Assertion JWT Authorization Grant §8.3.
            let fix = "use token_exchange.rules for tokens of this server";
            self.findings.add(audience, "this server itself", fix);
        } else if !is_web_url(&raw.audience) {
            self.findings.add(
                audience,
                "not an issuer identifier (RFC 8414 section 2)",
                "write the issuer of the other authorization server as its metadata has it",
            );
        }
        let resources = format!("{key}.resources");
        if raw.resources.is_empty() {
            let fix = "list the resources that the client may ask for";
            self.findings.add(resources, "empty", fix);
        } else if let Some(wrong) = raw.resources.iter().find(|uri| !is_web_url(uri)) {
            self.findings.add(
                resources,
                format!("`{wrong}` is not an absolute http(s) URL"),
                "write the identifiers of resources at the other server",
            );
        }
        IdJagRule {
            audience_client_id: raw.audience_client_id.unwrap_or_else(|| raw.client.clone()),
            client: raw.client,
            audience: raw.audience,
            relying_party: raw.relying_party,
            resources: raw.resources,
            scopes: self.foreign_scopes(&key, raw.scopes),
        }
    }

    fn issuer(
        &mut self,
        index: usize,
        raw: RawAssertionIssuer,
        before: &[AssertionIssuer],
    ) -> AssertionIssuer {
        let key = format!("jwt_bearer.issuers[{index}]");
        let issuer = format!("{key}.issuer");
        if raw.issuer == self.settings.issuer {
            // Identity Assertion JWT Authorization Grant §8.3.
            let fix = "use token_exchange.rules for tokens of this server";
            self.findings.add(issuer, "this server itself", fix);
        } else if !is_web_url(&raw.issuer) {
            self.findings.add(
                issuer,
                "not an issuer identifier (RFC 8414 section 2)",
                "write the issuer as the metadata of the identity provider has it",
            );
        } else if before.iter().any(|other| other.issuer == raw.issuer) {
            let fix = "write one entry for each issuer";
            self.findings.add(issuer, "there twice", fix);
        }
        if !raw.jwks_uri.starts_with("https://") || !is_web_url(&raw.jwks_uri) {
            self.findings.add(
                format!("{key}.jwks_uri"),
                "not an https URL",
                "write the jwks_uri of the identity provider's metadata",
            );
        }
        self.is_named(&format!("{key}.subject_claim"), &raw.subject_claim);
        for (name, list) in [("clients", &raw.clients), ("resources", &raw.resources)] {
            if list.is_empty() {
                let fix = "write at least one entry";
                self.findings.add(format!("{key}.{name}"), "empty", fix);
            }
        }
        let resources = raw.resources.into_iter().enumerate();
        let resources = resources
            .map(|(place, uri)| self.resource(&format!("{key}.resources[{place}]"), uri))
            .collect();
        AssertionIssuer {
            issuer: raw.issuer,
            jwks_uri: raw.jwks_uri,
            subject_claim: raw.subject_claim,
            clients: raw.clients,
            scopes: self.scopes(&key, raw.scopes),
            resources,
        }
    }

    fn is_named(&mut self, key: &str, name: &str) {
        if name.is_empty() {
            self.findings.add(key, "empty", "write a name");
        }
    }

    /// A resource by its `prefix` or its identifier, as the identifier.
    fn resource(&mut self, key: &str, written: String) -> String {
        if let Some(resource) = self.settings.resource_named(&written) {
            return resource.identifier.clone();
        }
        let known = self.settings.resources.iter();
        let known: Vec<&str> = known.map(|it| it.identifier.as_str()).collect();
        self.findings.add(
            key,
            format!("`{written}` is not in `resources`"),
            format!("add it there, or name one of: {}", known.join(", ")),
        );
        written
    }

    /// ST-06: scopes of this server. `openid` and `offline_access` come from a login alone.
    fn scopes(&mut self, key: &str, names: Vec<String>) -> Scopes {
        for (index, name) in names.iter().enumerate() {
            let key = format!("{key}.scopes[{index}]");
            if [OPENID, OFFLINE_ACCESS].contains(&name.as_str()) {
                self.findings.add(
                    key,
                    format!("`{name}` comes from a login alone"),
                    "remove it",
                );
            } else if !self.settings.knows_scope(name) {
                self.findings.add(
                    key,
                    format!("nothing defines the scope `{name}`"),
                    "define it in `scopes`, or in `scopes` of a resource",
                );
            }
        }
        names.into()
    }

    /// Scopes of another server.
    fn foreign_scopes(&mut self, key: &str, names: Vec<String>) -> Scopes {
        for (index, name) in names.iter().enumerate() {
            super::scopes::check_syntax(&format!("{key}.scopes[{index}]"), name, self.findings);
        }
        names.into()
    }
}

fn is_web_url(text: &str) -> bool {
    let url = Url::parse(text);
    url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.fragment().is_none())
}
