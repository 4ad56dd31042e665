//! Why client metadata is refused: the member and the rule.

use std::fmt;

use crate::protocol::{
    redirect_uri::RedirectUriError,
    rule::{RuleId, rule},
};

/// Error code of the answer (RFC 7591 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataErrorCode {
    /// A redirect URI is missing or not acceptable (RG-06).
    InvalidRedirectUri,
    /// Another member is wrong.
    InvalidClientMetadata,
}

impl MetadataErrorCode {
    /// The `error` value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
        }
    }
}

/// The checks of client metadata in their order (RFC 7591 §2, §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetadataCheck {
    /// Size of all members together.
    Size,
    /// Types and lengths of the members.
    Members,
    /// The redirect URIs.
    RedirectUris,
    /// Values of the members.
    Meaning,
}

/// The rule that a member breaks (RG-02, RG-05 to RG-07). The texts are those of
/// `error_description`: neither quotes nor backslashes (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataRule {
    /// RG-05: the member has another type.
    #[error("{0} is expected")]
    Type(&'static str),
    /// RG-05: the text is too long.
    #[error("at most 2000 characters")]
    TooLong,
    /// RG-02: the software statement is too long.
    #[error("at most 4096 characters")]
    StatementTooLong,
    /// RG-02: what strangers can make the server keep is bounded.
    #[error("at most 16384 bytes in all members together")]
    TooLarge,
    /// RG-05: control characters have no place in what people read.
    #[error("no control characters")]
    Control,
    /// RFC 7591 §2.2, BCP 47.
    #[error("a language tag behind the number sign")]
    LanguageTag,
    /// RG-05: the name is too long, or nothing of it is visible.
    #[error("a name has at most 200 characters, and visible ones")]
    Name,
    /// RG-05: the list has too many entries.
    #[error("at most 20 entries")]
    TooMany,
    /// RG-06: the redirect URI is not acceptable.
    #[error("{0}")]
    RedirectUri(#[from] RedirectUriError),
    /// The code grant ends at a redirect URI.
    #[error("at least one, because of the authorization_code grant")]
    RedirectUriNeeded,
    /// Only methods that this server offers.
    #[error("one of none, client_secret_basic, client_secret_post, private_key_jwt")]
    AuthMethod,
    /// RG-06: any program on a device may claim such a scheme, so that a secret proves nothing.
    #[error("none, as a redirect URI has a scheme without a dot: clients of such are public")]
    PublicScheme,
    /// Only grants that the server offers.
    #[error("only grant types that this server offers")]
    GrantType,
    /// RFC 6749 §6: a refresh token comes from a user grant.
    #[error("refresh_token needs authorization_code")]
    RefreshAlone,
    /// RFC 6749 §4.4: confidential clients only.
    #[error("client_credentials, token-exchange and jwt-bearer need a client that authenticates")]
    PublicMachine,
    /// RG-07: power over an API that no person agreed to comes from the operator alone.
    #[error(
        "client_credentials, token-exchange and jwt-bearer are for operators and callers with an initial access \
         token"
    )]
    MachineGrant,
    /// RFC 9449 §5.2: a server that reads no proofs could issue no token to such a client.
    #[error("false: this server reads no DPoP proofs (dpop.enabled)")]
    DpopOff,
    /// Only `code`.
    #[error("only code")]
    ResponseType,
    /// RFC 7591 §2.1.
    #[error("code and the authorization_code grant come together")]
    ResponseTypeGrant,
    /// RFC 6749 §3.3.
    #[error("words of RFC 6749 section 3.3")]
    ScopeSyntax,
    /// A scope that the client may not have.
    #[error("only scopes that this server knows")]
    UnknownScope,
    /// RG-07: the URL is not https.
    #[error("an https URL")]
    HttpsUrl,
    /// RG-07: nothing is fetched from inside of the server's own network.
    #[error("an https URL on a public host name")]
    PublicHost,
    /// RG-07: a fragment is never sent (RFC 9110 §7.1), so that such a URL is a mistake.
    #[error("an https URL without a fragment")]
    Fragment,
    /// RFC 7591 §2.
    #[error("jwks and jwks_uri exclude each other")]
    TwoKeySources,
    /// RG-05, RFC 7517 §5.
    #[error("an object with a list keys of 1 to 10 keys")]
    KeySet,
    /// CA-03, ST-10.
    #[error("private_key_jwt needs jwks or jwks_uri")]
    MissingKeys,
    /// JA-01, RFC 7591 §2.
    #[error("signed requests need jwks or jwks_uri")]
    MissingRequestKeys,
    /// RFC 9101: the setting `jar` is off.
    #[error("signed requests are not available on this server")]
    SignedRequestsOff,
    /// RFC 9126: the setting `par` is off.
    #[error("pushed requests are not available on this server")]
    PushedRequestsOff,
    /// OpenID Connect Registration §5.
    #[error("a document that can be fetched and lists every redirect URI")]
    SectorDocument,
    /// RFC 7517 §4.
    #[error("complete keys of the types RSA, EC and OKP")]
    Key,
    /// RFC 7517 §9.2.
    #[error("public keys only")]
    SecretKey,
    /// RFC 7518 §3.3.
    #[error("RSA keys of 2048 bits or more")]
    ShortKey,
    /// RFC 7517 §4.5.
    #[error("each key its own kid, a text")]
    KeyId,
    /// OpenID Connect Registration §2.
    #[error("web or native")]
    ApplicationType,
    /// OpenID Connect Core §8.
    #[error("public or pairwise")]
    SubjectType,
    /// ST-09.
    #[error("pairwise is not available on this server")]
    PairwiseOff,
    /// ST-09, OpenID Connect Core §8.1.
    #[error("pairwise needs redirect URIs on exactly one host, or sector_identifier_uri")]
    PairwiseHost,
    /// Never `none`, never HS* (RFC 8725 §3.1).
    #[error("an algorithm that this server offers")]
    Algorithm,
    /// OpenID Connect Registration §2.
    #[error("an integer from 0 to 2147483647")]
    Seconds,
    /// ST-10, OAuth 2.1 §4.1.1.
    #[error("false is for a confidential client with the scope openid")]
    PkceNeeded,
    /// ST-10, CO-02: only for assured clients.
    #[error("true is for clients that authenticate or have only https redirect URIs")]
    Unassured,
    /// A resource that is not in the settings.
    #[error("only resources that this server knows")]
    UnknownResource,
    /// ST-10.
    #[error("a client with the method none or private_key_jwt has no secret")]
    NeedlessSecret,
    /// ST-10.
    #[error("a client that authenticates by secret has one")]
    MissingSecret,
    /// RFC 7592 §2.2.
    #[error("the client_id of the URL")]
    OtherClient,
    /// RFC 7592 §2.2.
    #[error("the current secret, or no such member")]
    OtherSecret,
}

/// One finding about client metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataError {
    /// The member, with the index for an entry of a list.
    pub member: String,
    /// What is wrong with it.
    pub rule: MetadataRule,
    /// The received value, where it is not secret.
    pub value: Option<String>,
    /// The values that are offered, where the server has a list of them.
    pub offered: Vec<String>,
}

/// Most characters of an `error_description`.
const MAX_DESCRIPTION: usize = 200;

/// Most characters of a value in an `error_description`.
const MAX_VALUE: usize = 60;

/// Characters of a value that are shown beside a long list of offered values.
const MIN_VALUE: usize = 20;

impl MetadataError {
    pub(in crate::protocol) fn new(
        member: impl Into<String>,
        rule: impl Into<MetadataRule>,
    ) -> Self {
        Self {
            member: member.into(),
            rule: rule.into(),
            value: None,
            offered: Vec::new(),
        }
    }

    /// Adds the received value.
    #[must_use]
    pub(in crate::protocol) fn received(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Adds the values that are offered.
    #[must_use]
    pub(in crate::protocol) fn offering<T: Into<String>>(
        mut self,
        offered: impl IntoIterator<Item = T>,
    ) -> Self {
        self.offered = offered.into_iter().map(Into::into).collect();
        self
    }

    /// Returns the expected value in full, for the log.
    #[must_use]
    pub fn wanted(&self) -> String {
        let mut wanted = format!("{}: {}", self.member, self.rule);
        if !self.offered.is_empty() {
            wanted.extend(["; offered: ", &self.offered.join(" ")]);
        }
        wanted
    }

    /// Returns the error code of the answer (RFC 7591 §3.2.2).
    #[must_use]
    pub fn code(&self) -> MetadataErrorCode {
        match self.check() {
            MetadataCheck::RedirectUris => MetadataErrorCode::InvalidRedirectUri,
            MetadataCheck::Size | MetadataCheck::Members | MetadataCheck::Meaning => {
                MetadataErrorCode::InvalidClientMetadata
            }
        }
    }

    /// Returns the id of the rule that the member breaks, for the log.
    #[must_use]
    pub fn rule_id(&self) -> RuleId {
        match self.check() {
            MetadataCheck::Size => rule!("RG-02"),
            MetadataCheck::Members => rule!("RG-05"),
            MetadataCheck::RedirectUris => rule!("RG-06"),
            MetadataCheck::Meaning => rule!("RG-07"),
        }
    }

    /// Returns the failed check, which decides the order of findings.
    #[must_use]
    pub fn check(&self) -> MetadataCheck {
        match self.rule {
            MetadataRule::TooLarge | MetadataRule::StatementTooLong => MetadataCheck::Size,
            MetadataRule::Type(_)
            | MetadataRule::TooLong
            | MetadataRule::TooMany
            | MetadataRule::Control
            | MetadataRule::Name
            | MetadataRule::KeySet => MetadataCheck::Members,
            MetadataRule::RedirectUri(_) | MetadataRule::RedirectUriNeeded
                if self.member.starts_with("redirect_uris") =>
            {
                MetadataCheck::RedirectUris
            }
            _ => MetadataCheck::Meaning,
        }
    }
}

/// The member, the rule, what was sent and what is offered, in the characters of an
/// `error_description` and not longer than one may be (RFC 6749 §5.2).
impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{}: {}", self.member, self.rule);
        let room =
            |text: &str, label: &str| MAX_DESCRIPTION.saturating_sub(text.len() + label.len());
        let (received, offered) = ("; received: ", "; offered: ");
        // What would do comes before the whole of what was sent, which the client knows.
        let offers = if self.offered.is_empty() {
            String::new()
        } else {
            let least = received.len() + MIN_VALUE;
            let room = room(&text, offered).saturating_sub(least);
            offered.to_owned() + &printable(&self.offered.join(" "), room)
        };
        if let Some(value) = &self.value {
            let room = room(&text, received).saturating_sub(offers.len());
            text.extend([received, &printable(value, room.min(MAX_VALUE))]);
        }
        text.push_str(&offers);
        // Only a member with a long name leaves no room at all.
        text.truncate(MAX_DESCRIPTION);
        f.write_str(&text)
    }
}

/// At most `most` characters of a text, none of which is quote, backslash, control character or
/// beyond ASCII.
fn printable(text: &str, most: usize) -> String {
    let plain = |c: char| match c {
        ' ' | '!' | '#'..='[' | ']'..='~' => c,
        _ => '?',
    };
    if text.chars().count() <= most {
        return text.chars().map(plain).collect();
    }
    let start = text.chars().take(most.saturating_sub(3));
    start.map(plain).chain("...".chars()).collect()
}

impl std::error::Error for MetadataError {}
