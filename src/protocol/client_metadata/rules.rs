//! The rules of §13.2, one method per member. A broken rule is noted, and the member gets a
//! harmless value, so that all findings come at once.

use serde_json::{Map, Value};

use super::{
    MetadataError, MetadataPolicy, MetadataRule, ScopeRule, jwks,
    operator::sector,
    texts::{MAX_TEXT, is_https, is_on_public_name, is_on_this_machine},
};
use crate::protocol::{
    client::{ApplicationType, AuthMethod, Client, GrantType, SubjectType},
    jwk::SigningAlg,
    redirect_uri,
    scope::Scopes,
};

pub(super) const MAX_ENTRIES: usize = 20;

pub(super) struct Rules<'a> {
    policy: &'a MetadataPolicy<'a>,
    errors: Vec<MetadataError>,
}

impl<'a> Rules<'a> {
    pub fn new(policy: &'a MetadataPolicy<'a>) -> Self {
        let errors = Vec::new();
        Self { policy, errors }
    }

    pub fn refuse(&mut self, member: impl Into<String>, rule: MetadataRule) {
        self.errors.push(MetadataError::new(member, rule));
    }

    pub fn finish(mut self, client: Client) -> Result<Client, Vec<MetadataError>> {
        // RG-05, RG-06, RG-07.
        self.errors.sort_by_key(MetadataError::rule_id);
        if self.errors.is_empty() {
            Ok(client)
        } else {
            Err(self.errors)
        }
    }

    /// RG-06, §13.3.
    pub fn redirect_uris(&mut self, member: &str, uris: &[String], kind: ApplicationType) {
        if uris.len() > MAX_ENTRIES {
            return self.refuse(member, MetadataRule::TooMany);
        }
        for (index, uri) in uris.iter().enumerate() {
            if let Err(error) = redirect_uri::check(uri, kind) {
                self.refuse(format!("{member}[{index}]"), error.into());
            }
        }
    }

    pub fn application_type(&mut self, sent: Option<&str>, uris: &[String]) -> ApplicationType {
        match sent {
            None => redirect_uri::infer_application_type(uris),
            Some("web") => ApplicationType::Web,
            Some("native") => ApplicationType::Native,
            Some(_) => {
                self.refuse("application_type", MetadataRule::ApplicationType);
                redirect_uri::infer_application_type(uris)
            }
        }
    }

    pub fn auth_method(&mut self, sent: Option<&str>) -> AuthMethod {
        match sent {
            Some("none") => AuthMethod::None,
            None | Some("client_secret_basic") => AuthMethod::ClientSecretBasic,
            Some("client_secret_post") => AuthMethod::ClientSecretPost,
            Some("private_key_jwt") => AuthMethod::PrivateKeyJwt,
            Some(_) => {
                self.refuse("token_endpoint_auth_method", MetadataRule::AuthMethod);
                AuthMethod::ClientSecretBasic
            }
        }
    }

    /// Default `authorization_code` (RFC 7591 §2).
    pub fn grant_types(&mut self, sent: Option<&[String]>, method: AuthMethod) -> Vec<GrantType> {
        let Some(sent) = sent else {
            return vec![GrantType::AuthorizationCode];
        };
        let mut grants: Vec<GrantType> = sent.iter().filter_map(|name| grant(name)).collect();
        grants.sort();
        grants.dedup();
        let offered = grants
            .iter()
            .all(|grant| self.policy.grants.contains(grant));
        if sent.len() > MAX_ENTRIES {
            self.refuse("grant_types", MetadataRule::TooMany);
        } else if !offered || sent.iter().any(|name| grant(name).is_none()) || sent.is_empty() {
            self.refuse("grant_types", MetadataRule::GrantType);
        }
        let with_code = grants.contains(&GrantType::AuthorizationCode);
        if grants.contains(&GrantType::RefreshToken) && !with_code {
            self.refuse("grant_types", MetadataRule::RefreshAlone);
        }
        if grants.contains(&GrantType::ClientCredentials) && method == AuthMethod::None {
            self.refuse("grant_types", MetadataRule::PublicMachine);
        }
        grants
    }

    /// Default `code` where the grants have it; they must agree (RFC 7591 §2.1).
    pub fn response_types(
        &mut self,
        sent: Option<Vec<String>>,
        grants: &[GrantType],
    ) -> Vec<String> {
        let with_code = grants.contains(&GrantType::AuthorizationCode);
        let Some(mut types) = sent else {
            return with_code.then(|| "code".to_owned()).into_iter().collect();
        };
        types.dedup();
        if types.iter().any(|name| name != "code") {
            self.refuse("response_types", MetadataRule::ResponseType);
        } else if types.is_empty() == with_code {
            self.refuse("response_types", MetadataRule::ResponseTypeGrant);
        }
        types
    }

    /// `None` = the server's default scopes.
    pub fn scopes(&mut self, sent: Option<&str>) -> Option<Vec<String>> {
        let sent = sent.filter(|text| !text.trim().is_empty())?;
        if sent.len() > MAX_TEXT {
            self.refuse("scope", MetadataRule::TooLong);
            return None;
        }
        let Ok(scopes) = Scopes::parse(sent) else {
            self.refuse("scope", MetadataRule::ScopeSyntax);
            return None;
        };
        let allowed: Scopes = self.policy.scopes.iter().collect();
        let rest = scopes.intersection(&allowed);
        let strict = self.policy.scope_rule == ScopeRule::Refuse;
        if rest.is_empty() || (strict && rest != scopes) {
            self.refuse("scope", MetadataRule::UnknownScope);
        }
        Some(rest.into())
    }

    /// ST-09: `pairwise` needs a secret of the server, and one redirect host or a sector document.
    /// Whether the document lists the redirect URIs is for whoever can fetch it to see.
    pub fn subject(
        &mut self,
        sent: Option<&str>,
        (uris, sector_identifier_uri): (&[String], Option<&str>),
    ) -> (SubjectType, Option<String>) {
        match sent {
            None | Some("public") => return (SubjectType::Public, None),
            Some("pairwise") if !self.policy.pairwise => {
                self.refuse("subject_type", MetadataRule::PairwiseOff);
            }
            Some("pairwise") => match sector(uris, sector_identifier_uri) {
                Some(host) => return (SubjectType::Pairwise, Some(host)),
                None => self.refuse("subject_type", MetadataRule::PairwiseHost),
            },
            Some(_) => self.refuse("subject_type", MetadataRule::SubjectType),
        }
        (SubjectType::Public, None)
    }

    pub fn algorithm(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        let offered = self.policy.algorithms;
        self.one_of(offered, (member, sent))
    }

    /// Algorithms that clients sign with: all that can be verified.
    pub fn assertion_algorithm(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        self.one_of(&SigningAlg::ALL, (member, sent))
    }

    fn one_of(
        &mut self,
        offered: &[SigningAlg],
        (member, sent): (&str, Option<String>),
    ) -> Option<String> {
        let is_offered = |text: &String| {
            text.parse()
                .is_ok_and(|alg: SigningAlg| offered.contains(&alg))
        };
        if sent.as_ref().is_some_and(|text| !is_offered(text)) {
            self.refuse(member, MetadataRule::Algorithm);
        }
        sent
    }

    /// §13.2: one source of keys, public ones only.
    pub fn keys(
        &mut self,
        jwks: Option<Map<String, Value>>,
        uri: Option<String>,
    ) -> (Option<Value>, Option<String>) {
        if jwks.is_some() && uri.is_some() {
            self.refuse("jwks", MetadataRule::TwoKeySources);
        }
        let jwks = jwks.map(Value::Object);
        if let Some(Err(rule)) = jwks.as_ref().map(jwks::check) {
            self.refuse("jwks", rule);
        }
        (jwks, self.fetched("jwks_uri", uri))
    }

    /// §13.2, CA-03: who signs has keys that the server knows.
    pub fn keys_of(&mut self, method: AuthMethod, has_keys: bool) {
        if method == AuthMethod::PrivateKeyJwt && !has_keys {
            self.refuse("jwks", MetadataRule::MissingKeys);
        }
    }

    /// A URL that this server will fetch.
    pub fn fetched(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        let uri = self.https(member, sent);
        let inside = |uri: &str| {
            let own = self.policy.loopback && is_on_this_machine(uri);
            is_https(uri) && !is_on_public_name(uri) && !own
        };
        if uri.as_deref().is_some_and(inside) {
            self.refuse(member, MetadataRule::PublicHost);
        }
        uri
    }

    /// §35.1: no negative numbers, and none beyond the column.
    pub fn seconds(&mut self, member: &str, sent: Option<i64>) -> Option<i64> {
        if sent.is_some_and(|value| !(0..=i64::from(i32::MAX)).contains(&value)) {
            self.refuse(member, MetadataRule::Seconds);
        }
        sent
    }
}

fn grant(name: &str) -> Option<GrantType> {
    match name {
        "authorization_code" => Some(GrantType::AuthorizationCode),
        "refresh_token" => Some(GrantType::RefreshToken),
        "client_credentials" => Some(GrantType::ClientCredentials),
        _ => None,
    }
}
