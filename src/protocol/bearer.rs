//! Access tokens in the `Authorization` header, and the challenge to a request without a valid one
//! (RFC 6750 §2.1, §3; RFC 9449 §7.1; RFC 9728 §5.1).

use super::{
    dpop::{ALGS, Binding, TokenScheme},
    error::{ErrorCode, OAuthError},
    policy::DpopUse,
    refusals::GuardRefusal,
    rule::{RuleId, rule},
    step_up::LoginRequirement,
};

/// Where an access token is shown. The header is read in the same way everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerPlace {
    /// A guarded route of the app.
    Guard,
    /// The `UserInfo` endpoint.
    Userinfo,
}

impl BearerPlace {
    /// Returns the rule that a malformed header breaks.
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Guard => rule!("GU-01"),
            Self::Userinfo => rule!("UI-01"),
        }
    }
}

/// An access token as it stands in the `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentToken<'a> {
    /// The scheme.
    pub scheme: TokenScheme,
    /// The token.
    pub text: &'a str,
}

/// The scheme of the header with an access token, if it is one of them.
pub fn scheme_of(header: &str) -> Option<TokenScheme> {
    let scheme = header.split(' ').next().unwrap_or_default();
    let known = [TokenScheme::Bearer, TokenScheme::Dpop];
    known
        .into_iter()
        .find(|known| scheme.eq_ignore_ascii_case(known.as_str()))
}

/// The token of the `Authorization` headers, `None` when there is none. Another scheme is a client
/// that does not know what is needed (RFC 6750 §3.1).
///
/// # Errors
/// `invalid_request` for several headers, and for a header without exactly one token.
pub fn token<'a>(
    headers: &[&'a str],
    place: BearerPlace,
) -> Result<Option<SentToken<'a>>, OAuthError> {
    let malformed = || OAuthError::of(GuardRefusal::BearerMalformed).with_rule(place.rule());
    match headers {
        [] => Ok(None),
        [header] => {
            let Some(scheme) = scheme_of(header) else {
                return Ok(None);
            };
            let (_, text) = header.split_once(' ').unwrap_or((*header, ""));
            let text = text.trim();
            if text.is_empty() || text.contains(' ') {
                return Err(malformed());
            }
            Ok(Some(SentToken { scheme, text }))
        }
        _ => Err(malformed()),
    }
}

/// The schemes that a resource takes, that of the request first.
pub const fn offered(dpop: DpopUse, binding: Binding, sent: TokenScheme) -> &'static [TokenScheme] {
    match (dpop, binding, sent) {
        (DpopUse::Off, ..) => &[TokenScheme::Bearer],
        (DpopUse::Required, ..) | (_, Binding::Required, _) => &[TokenScheme::Dpop],
        (_, _, TokenScheme::Bearer) => &[TokenScheme::Bearer, TokenScheme::Dpop],
        (_, _, TokenScheme::Dpop) => &[TokenScheme::Dpop, TokenScheme::Bearer],
    }
}

/// Parameters of the header `WWW-Authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge<'a> {
    /// The scheme that is asked for.
    pub scheme: TokenScheme,
    /// The issuer.
    pub realm: &'a str,
    /// URL of the resource's metadata (RFC 9728 §5.1).
    pub resource_metadata: Option<&'a str>,
    /// Every scope that the operation needs, separated by spaces.
    pub scope: &'a str,
    /// Why a token was refused; `None` when none was sent.
    pub error: Option<&'a OAuthError>,
    /// What the operation needs of the login; told with `insufficient_user_authentication` only (RFC 9470
    /// §3).
    pub login: Option<&'a LoginRequirement>,
}

impl Challenge<'_> {
    /// The challenges for these schemes, of which the first was used: the others have no error.
    #[must_use]
    pub fn lines(self, schemes: &[TokenScheme]) -> Vec<String> {
        let line = |(place, scheme): (usize, &TokenScheme)| {
            let error = self.error.filter(|_| place == 0);
            let scheme = *scheme;
            Self {
                scheme,
                error,
                ..self
            }
            .to_string()
        };
        schemes.iter().enumerate().map(line).collect()
    }
}

impl std::fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} realm=\"{}\"", self.scheme.as_str(), self.realm)?;
        if let Some(url) = self.resource_metadata {
            write!(f, ", resource_metadata=\"{url}\"")?;
        }
        if !self.scope.is_empty() {
            write!(f, ", scope=\"{}\"", self.scope)?;
        }
        if self.scheme == TokenScheme::Dpop {
            write!(f, ", algs=\"{ALGS}\"")?;
        }
        // RFC 6750 §3.1 and RFC 9449 §7.1 know these codes, RFC 9470 §3 one more; a fault of ours is none of the token.
        let of_token = [
            ErrorCode::InvalidRequest,
            ErrorCode::InvalidToken,
            ErrorCode::InsufficientScope,
            ErrorCode::InsufficientUserAuthentication,
            ErrorCode::InvalidDpopProof,
            ErrorCode::UseDpopNonce,
        ];
        let Some(error) = self.error.filter(|error| of_token.contains(&error.code)) else {
            return Ok(());
        };
        let (code, description) = (error.code, error.text());
        write!(f, ", error=\"{code}\", error_description=\"{description}\"")?;
        match self.login {
            Some(login) if code == ErrorCode::InsufficientUserAuthentication => {
                if !login.acr_values.is_empty() {
                    write!(f, ", acr_values=\"{}\"", login.acr_values.join(" "))?;
                }
                match login.max_age {
                    Some(max_age) => write!(f, ", max_age=\"{max_age}\""),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::protocol::refusals::ServerRefusal;

    #[rstest]
    #[case(&[], Ok(None))]
    #[case(&["Bearer abc"], Ok(Some("Bearer abc")))]
    #[case(&["bEARER  abc "], Ok(Some("Bearer abc")))]
    #[case(&["DPoP abc"], Ok(Some("DPoP abc")))]
    #[case(&["dPoP abc"], Ok(Some("DPoP abc")))]
    #[case(&["DPOP  abc"], Ok(Some("DPoP abc")))]
    #[case(&["DPoP"], Err(()))]
    #[case(&["DPoP a b"], Err(()))]
    #[case(&["Bearer a", "DPoP a"], Err(()))]
    #[case(&["Basic abc"], Ok(None))]
    #[case(&["Bearerabc"], Ok(None))]
    #[case(&["Bearer"], Err(()))]
    #[case(&["Bearer "], Err(()))]
    #[case(&["Bearer a b"], Err(()))]
    #[case(&["Bearer a", "Bearer a"], Err(()))]
    fn gu_01_ui_01_authorization_headers(
        #[case] headers: &[&str],
        #[case] expected: Result<Option<&str>, ()>,
    ) {
        let read = token(headers, BearerPlace::Guard);
        let read = read.map(|token| token.map(|it| format!("{} {}", it.scheme.as_str(), it.text)));
        let read = read.map_err(|error| {
            assert_eq!(
                (error.code, error.rule.as_str()),
                (ErrorCode::InvalidRequest, "GU-01")
            );
        });
        assert_eq!(read, expected.map(|token| token.map(str::to_owned)));
    }

    #[test]
    fn s19_4_the_challenge() {
        let error = OAuthError::of(GuardRefusal::ScopeLacking);
        let challenge = Challenge {
            scheme: TokenScheme::Bearer,
            realm: "https://as.example",
            resource_metadata: Some("https://as.example/.well-known/oauth-protected-resource/mcp"),
            scope: "mcp:read mcp:write",
            error: Some(&error),
            login: None,
        };
        insta::assert_snapshot!(challenge, @r#"Bearer realm="https://as.example", resource_metadata="https://as.example/.well-known/oauth-protected-resource/mcp", scope="mcp:read mcp:write", error="insufficient_scope", error_description="The access token lacks a scope""#);
        let fault = OAuthError::of(ServerRefusal::StorageBusy).with_rule(rule!("GU-06"));
        let bare = Challenge {
            resource_metadata: None,
            scope: "",
            error: Some(&fault),
            ..challenge
        };
        assert_eq!(bare.to_string(), "Bearer realm=\"https://as.example\"");
        let login = LoginRequirement {
            acr_values: vec!["mfa".into(), "hardware".into()],
            max_age: Some(crate::protocol::time::Seconds::minutes(5)),
        };
        let weak = OAuthError::of(GuardRefusal::LoginNotEnough);
        let step_up = Challenge {
            error: Some(&weak),
            login: Some(&login),
            ..bare
        };
        insta::assert_snapshot!(step_up, @r#"Bearer realm="https://as.example", error="insufficient_user_authentication", error_description="Another login is needed", acr_values="mfa hardware", max_age="300""#);
        let both = offered(DpopUse::Optional, Binding::Optional, TokenScheme::Dpop);
        let lines = Challenge {
            error: Some(&error),
            ..bare
        }
        .lines(both);
        insta::assert_snapshot!(lines.join("\n"), @r#"
        DPoP realm="https://as.example", algs="ES256 EdDSA RS256 PS256", error="insufficient_scope", error_description="The access token lacks a scope"
        Bearer realm="https://as.example"
        "#);
    }

    #[test]
    fn gu_03_the_schemes_that_are_offered() {
        use TokenScheme::{Bearer, Dpop};
        let of = |dpop, binding, sent| offered(dpop, binding, sent);
        assert_eq!(of(DpopUse::Off, Binding::Optional, Dpop), [Bearer]);
        assert_eq!(
            of(DpopUse::Optional, Binding::Optional, Bearer),
            [Bearer, Dpop]
        );
        assert_eq!(
            of(DpopUse::Optional, Binding::Optional, Dpop),
            [Dpop, Bearer]
        );
        assert_eq!(of(DpopUse::Optional, Binding::Required, Bearer), [Dpop]);
        assert_eq!(of(DpopUse::Required, Binding::Optional, Bearer), [Dpop]);
    }
}
