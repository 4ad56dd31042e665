//! Bearer tokens in the `Authorization` header, and the challenge to a request without a valid one
//! (RFC 6750 §2.1, §3; RFC 9728 §5.1).

use super::{
    error::{ErrorCode, OAuthError},
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

/// The token of the `Authorization` headers, `None` when there is none. Another scheme is a client
/// that does not know what is needed (RFC 6750 §3.1).
///
/// # Errors
/// `invalid_request` for several headers, and for a header without exactly one token.
pub fn token<'a>(headers: &[&'a str], place: BearerPlace) -> Result<Option<&'a str>, OAuthError> {
    let malformed = || OAuthError::of(GuardRefusal::BearerMalformed).with_rule(place.rule());
    match headers {
        [] => Ok(None),
        [header] => {
            let (scheme, token) = header.split_once(' ').unwrap_or((*header, ""));
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Ok(None);
            }
            let token = token.trim();
            if token.is_empty() || token.contains(' ') {
                return Err(malformed());
            }
            Ok(Some(token))
        }
        _ => Err(malformed()),
    }
}

/// Parameters of the header `WWW-Authenticate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge<'a> {
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

impl std::fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bearer realm=\"{}\"", self.realm)?;
        if let Some(url) = self.resource_metadata {
            write!(f, ", resource_metadata=\"{url}\"")?;
        }
        if !self.scope.is_empty() {
            write!(f, ", scope=\"{}\"", self.scope)?;
        }
        // RFC 6750 §3.1 knows three codes, RFC 9470 §3 one more; a fault of ours is none of the token.
        let of_token = [
            ErrorCode::InvalidRequest,
            ErrorCode::InvalidToken,
            ErrorCode::InsufficientScope,
            ErrorCode::InsufficientUserAuthentication,
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
    #[case(&["Bearer abc"], Ok(Some("abc")))]
    #[case(&["bEARER  abc "], Ok(Some("abc")))]
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
        let read = token(headers, BearerPlace::Guard).map_err(|error| {
            assert_eq!(
                (error.code, error.rule.as_str()),
                (ErrorCode::InvalidRequest, "GU-01")
            );
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn s19_4_the_challenge() {
        let error = OAuthError::of(GuardRefusal::ScopeLacking);
        let challenge = Challenge {
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
    }
}
