//! The rules of client metadata (RG-05 to RG-07), one method per member. A broken rule is noted,
//! and the member gets a harmless value, so that all findings come at once.

use serde_json::{Map, Value};

use super::{
    MetadataError, MetadataPolicy, MetadataRule, jwks,
    operator::sector,
    registered::stored_bytes,
    texts::{is_https, is_on_public_name, is_on_this_machine},
};
use crate::protocol::{
    client::{ApplicationType, AuthMethod, Client, SubjectType},
    jwk::SigningAlg,
    policy::DpopUse,
    redirect_uri::{self, RedirectUriError},
    time::Seconds,
};

pub(super) const MAX_ENTRIES: usize = 20;

/// Most bytes that the server keeps of the metadata of a client that registered itself (RG-02):
/// each member has a limit of its own, but twenty long entries in each of five lists would be
/// gigabytes in a table full of clients that nobody uses.
const MAX_STORED: usize = 16 * 1024;

/// Which subjects a client sees.
pub(super) struct SubjectChoice {
    pub(super) subject_type: SubjectType,
    /// The host of pairwise subjects.
    pub(super) sector: Option<String>,
}

impl SubjectChoice {
    const PUBLIC: Self = Self {
        subject_type: SubjectType::Public,
        sector: None,
    };
}

/// Where the keys of a client are.
pub(super) struct KeySources {
    /// In its metadata.
    pub(super) jwks: Option<Value>,
    /// At this address.
    pub(super) jwks_uri: Option<String>,
}

pub(super) struct Rules<'a> {
    pub(super) policy: &'a MetadataPolicy<'a>,
    errors: Vec<MetadataError>,
}

impl<'a> Rules<'a> {
    pub fn new(policy: &'a MetadataPolicy<'a>) -> Self {
        let errors = Vec::new();
        Self { policy, errors }
    }

    pub fn refuse(&mut self, member: impl Into<String>, rule: MetadataRule) {
        self.note(MetadataError::new(member, rule));
    }

    pub fn note(&mut self, error: MetadataError) {
        self.errors.push(error);
    }

    pub fn finish(mut self, client: Client) -> Result<Client, Vec<MetadataError>> {
        if self.policy.applicant.is_self_registered() && stored_bytes(&client) > MAX_STORED {
            self.refuse("client metadata", MetadataRule::TooLarge);
        }
        // RG-02, RG-05, RG-06, RG-07.
        self.errors.sort_by_key(MetadataError::check);
        if self.errors.is_empty() {
            Ok(client)
        } else {
            Err(self.errors)
        }
    }

    /// RG-06: checks redirect URIs.
    pub fn redirect_uris(&mut self, member: &str, uris: &[String]) {
        if uris.len() > MAX_ENTRIES {
            return self.refuse(member, MetadataRule::TooMany);
        }
        for (index, uri) in uris.iter().enumerate() {
            let Err(error) = redirect_uri::check(uri, self.policy.redirect_schemes) else {
                continue;
            };
            let finding = MetadataError::new(format!("{member}[{index}]"), error).received(uri);
            self.note(match error {
                RedirectUriError::UnlistedScheme => finding.offering(self.policy.redirect_schemes),
                _ => finding,
            });
        }
    }

    /// A client that calls itself `web` and names a private-use URI is `native`: no page is reached
    /// through such a URI.
    pub fn application_type(
        &mut self,
        sent: Option<&str>,
        uris: &[String],
        post_logout: &[String],
    ) -> ApplicationType {
        let private = |uri: &String| redirect_uri::private_scheme(uri).is_some();
        match sent {
            Some("web") if !uris.iter().chain(post_logout).any(private) => ApplicationType::Web,
            Some("web" | "native") => ApplicationType::Native,
            None => redirect_uri::infer_application_type(uris),
            Some(other) => {
                let finding = MetadataError::new("application_type", MetadataRule::ApplicationType);
                self.note(finding.received(other));
                redirect_uri::infer_application_type(uris)
            }
        }
    }

    /// Default `client_secret_basic` (RFC 7591 §2); `none` for clients that can only be public.
    pub fn auth_method(&mut self, sent: Option<&str>, uris: &[String]) -> AuthMethod {
        let mut dotless = uris
            .iter()
            .filter_map(|uri| redirect_uri::dotless_scheme(uri));
        let dotless = dotless.next();
        let method = match sent {
            Some("none") => AuthMethod::None,
            None if dotless.is_some() => AuthMethod::None,
            None | Some("client_secret_basic") => AuthMethod::ClientSecretBasic,
            Some("client_secret_post") => AuthMethod::ClientSecretPost,
            Some("private_key_jwt") => AuthMethod::PrivateKeyJwt,
            Some(other) => {
                let finding =
                    MetadataError::new("token_endpoint_auth_method", MetadataRule::AuthMethod);
                self.note(finding.received(other));
                return AuthMethod::ClientSecretBasic;
            }
        };
        if dotless.is_some() && method != AuthMethod::None {
            let finding =
                MetadataError::new("token_endpoint_auth_method", MetadataRule::PublicScheme);
            self.note(finding.received(sent.unwrap_or_default()));
        }
        method
    }

    /// ST-09: `pairwise` needs a secret of the server, and one redirect host or a sector document.
    /// Whether the document lists the redirect URIs is for whoever can fetch it to see.
    pub fn subject(
        &mut self,
        sent: Option<&str>,
        uris: &[String],
        sector_identifier_uri: Option<&str>,
    ) -> SubjectChoice {
        match sent {
            None | Some("public") => return SubjectChoice::PUBLIC,
            Some("pairwise") if !self.policy.pairwise => {
                self.refuse("subject_type", MetadataRule::PairwiseOff);
            }
            Some("pairwise") => match sector(uris, sector_identifier_uri) {
                Some(host) => {
                    return SubjectChoice {
                        subject_type: SubjectType::Pairwise,
                        sector: Some(host),
                    };
                }
                None => self.refuse("subject_type", MetadataRule::PairwiseHost),
            },
            Some(other) => {
                let finding = MetadataError::new("subject_type", MetadataRule::SubjectType);
                self.note(finding.received(other));
            }
        }
        SubjectChoice::PUBLIC
    }

    pub fn algorithm(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        let offered = self.policy.algorithms;
        self.one_of(offered, member, sent)
    }

    /// Algorithms that clients sign with: all that can be verified.
    pub fn assertion_algorithm(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        self.one_of(&SigningAlg::ALL, member, sent)
    }

    fn one_of(
        &mut self,
        offered: &[SigningAlg],
        member: &str,
        sent: Option<String>,
    ) -> Option<String> {
        let is_offered = |text: &String| {
            text.parse()
                .is_ok_and(|alg: SigningAlg| offered.contains(&alg))
        };
        if let Some(text) = sent.as_ref().filter(|text| !is_offered(text)) {
            let finding = MetadataError::new(member, MetadataRule::Algorithm).received(text);
            self.note(finding.offering(offered.iter().map(|alg| alg.as_str())));
        }
        sent
    }

    /// RG-07: one source of keys, public ones only.
    pub fn keys(&mut self, jwks: Option<Map<String, Value>>, uri: Option<String>) -> KeySources {
        if jwks.is_some() && uri.is_some() {
            self.refuse("jwks", MetadataRule::TwoKeySources);
        }
        let jwks = jwks.map(Value::Object);
        if let Some(Err(rule)) = jwks.as_ref().map(jwks::check) {
            self.refuse("jwks", rule);
        }
        let jwks_uri = self.fetched("jwks_uri", uri);
        KeySources { jwks, jwks_uri }
    }

    /// RG-07, CA-03: who signs has keys that the server knows.
    pub fn keys_of(&mut self, method: AuthMethod, keys: &KeySources) {
        let none = keys.jwks.is_none() && keys.jwks_uri.is_none();
        if method == AuthMethod::PrivateKeyJwt && none {
            self.refuse("jwks", MetadataRule::MissingKeys);
        }
    }

    /// A URL that this server will fetch.
    pub fn fetched(&mut self, member: &str, sent: Option<String>) -> Option<String> {
        let uri = self.https(member, sent);
        if let Some(uri) = uri.as_deref().filter(|uri| uri.contains('#')) {
            self.note(MetadataError::new(member, MetadataRule::Fragment).received(uri));
        }
        let inside = |uri: &str| {
            let own = self.policy.loopback && is_on_this_machine(uri);
            is_https(uri) && !is_on_public_name(uri) && !own
        };
        if let Some(inside) = uri.as_deref().filter(|uri| inside(uri)) {
            self.note(MetadataError::new(member, MetadataRule::PublicHost).received(inside));
        }
        uri
    }

    /// RFC 9449 §5.2: a server that reads no proofs has no bound tokens. The demand of a client that registers
    /// itself is then left out, as everything that is not offered (RFC 7591 §3.2.1).
    pub fn dpop_bound(&mut self, sent: Option<bool>) -> bool {
        let demanded = sent == Some(true);
        if self.policy.dpop != DpopUse::Off {
            return demanded;
        }
        if demanded && !self.policy.applicant.is_self_registered() {
            self.refuse("dpop_bound_access_tokens", MetadataRule::DpopOff);
        }
        false
    }

    /// RG-05: no negative numbers, and none beyond the column.
    pub fn seconds(&mut self, member: &str, sent: Option<Seconds>) -> Option<Seconds> {
        let range = Seconds::ZERO..=i32::MAX.into();
        let outside = |value: &Seconds| !range.contains(value);
        if let Some(value) = sent.filter(outside) {
            let finding = MetadataError::new(member, MetadataRule::Seconds);
            self.note(finding.received(value.to_string()));
        }
        sent
    }
}
