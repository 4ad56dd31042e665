//! Codes and tokens, and the checks that nearly every module makes of them.

use axum_test::TestResponse;
use serde_json::Value;

use super::{
    relying_party::RelyingParty,
    report::{Checked, Stop, ensure},
    suite::{error_of, json_of},
    visit::Visit,
};
use crate::testing::{assertions::header_of, browser::Browser, id_token::ExpectedIdToken};

/// Least length of a code or token, bits.
const MIN_LENGTH_BITS: usize = 128;
/// Least entropy that is measured in a code or token, bits.
const MIN_ENTROPY_BITS: f64 = 96.0;

/// A response with a code.
pub(super) struct CodeResponse<'a> {
    pub rp: &'a RelyingParty<'a>,
    pub visit: Visit<'a>,
    pub code: String,
}

/// The tokens of one authorization, and the browser that it went through.
pub(super) struct Session<'a> {
    pub rp: &'a RelyingParty<'a>,
    pub visit: Visit<'a>,
    pub code: String,
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: String,
    /// The claims of the ID token.
    pub claims: Value,
}

/// A token response that was checked.
#[expect(clippy::struct_field_names, reason = "the names are those of RFC 6749")]
pub(super) struct TokenSet {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
}

impl<'a> CodeResponse<'a> {
    pub fn of(rp: &'a RelyingParty<'a>, visit: Visit<'a>) -> Checked<Self> {
        let code = visit.code()?.to_owned();
        check_secret("the code", &code)?;
        Ok(Self { rp, visit, code })
    }

    /// The fields of a good redemption.
    pub fn redemption(&self) -> Vec<(String, String)> {
        redemption_of(&self.visit, &self.code)
    }

    /// Sends the redemption, whatever is answered.
    pub async fn try_redeem(&self) -> Checked<TestResponse> {
        self.try_redeem_as(self.rp).await
    }

    /// Sends the redemption as another client.
    pub async fn try_redeem_as(&self, rp: &RelyingParty<'_>) -> Checked<TestResponse> {
        let call = rp.call("token_endpoint")?;
        Ok(call.fields(&self.redemption()).send().await)
    }

    /// Checks that the redemption fails by `invalid_grant`.
    pub async fn redeem_in_vain(&self) -> Checked {
        let answer = self.try_redeem().await?;
        error_of("the token endpoint", &answer, &["invalid_grant"])
    }

    /// Redeems the code.
    pub async fn redeem(self) -> Checked<Session<'a>> {
        let answer = self.try_redeem().await?;
        let tokens = self.rp.read_tokens(&answer)?;
        let id_token = tokens.id_token;
        let id_token =
            id_token.ok_or_else(|| Stop::failed("the token response has no id_token"))?;
        let claims = self
            .rp
            .check_id_token(&id_token, &tokens.access_token)
            .await?;
        let (nonce, sent) = (claims["nonce"].as_str(), self.visit.sent("nonce"));
        ensure!(
            nonce == sent,
            "nonce of the ID token: {nonce:?}, sent {sent:?}"
        );
        Ok(Session {
            rp: self.rp,
            visit: self.visit,
            code: self.code,
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            id_token,
            claims,
        })
    }
}

impl<'a> Session<'a> {
    /// The person's browser.
    pub const fn browser(&self) -> &Browser<'a> {
        &self.visit.walked.browser
    }

    /// The claim `sub`.
    pub fn subject(&self) -> &str {
        self.claims["sub"].as_str().unwrap_or_default()
    }

    /// The claim `auth_time`.
    pub fn auth_time(&self) -> Option<i64> {
        self.claims["auth_time"].as_i64()
    }

    /// The refresh token, without which the module is skipped.
    pub fn needs_refresh_token(&self) -> Checked<&str> {
        let token = self.refresh_token.as_deref();
        token.ok_or_else(|| Stop::skipped("no refresh token was issued"))
    }

    /// The fields of the redemption that made these tokens.
    pub fn redemption(&self) -> Vec<(String, String)> {
        redemption_of(&self.visit, &self.code)
    }

    /// The claims of UserInfo, for the same person.
    pub async fn userinfo(&self) -> Checked<Value> {
        let suite = self.rp.suite;
        let url = suite.endpoint("userinfo_endpoint")?;
        let answer = suite.get_with_token(url, &self.access_token).await;
        let claims = json_of("userinfo", &answer)?;
        self.check_userinfo(&claims)?;
        Ok(claims)
    }

    /// Checks that UserInfo speaks of the person of the ID token (OpenID Connect Core §5.3.2).
    pub fn check_userinfo(&self, claims: &Value) -> Checked {
        let (told, sub) = (&claims["sub"], self.subject());
        ensure!(
            told == sub,
            "sub of userinfo is {told}, of the ID token {sub:?}"
        );
        Ok(())
    }
}

fn redemption_of(visit: &Visit<'_>, code: &str) -> Vec<(String, String)> {
    let mut form = vec![
        ("grant_type".to_owned(), "authorization_code".to_owned()),
        ("code".to_owned(), code.to_owned()),
    ];
    if let Some(uri) = visit.sent("redirect_uri") {
        form.push(("redirect_uri".to_owned(), uri.to_owned()));
    }
    if visit.sent("code_challenge").is_some() {
        form.push(("code_verifier".to_owned(), visit.verifier.clone()));
    }
    form
}

impl RelyingParty<'_> {
    /// Reads a token response with all its checks (RFC 6749 §5.1).
    pub fn read_tokens(&self, answer: &TestResponse) -> Checked<TokenSet> {
        let body = json_of("the token endpoint", answer)?;
        let stored = header_of(answer, "cache-control");
        let is_private = stored.contains("no-store");
        ensure!(
            is_private,
            "the token response may be stored: Cache-Control {stored:?}"
        );
        let kind = body["token_type"].as_str().unwrap_or_default();
        let wanted = if self.dpop.is_some() {
            "DPoP"
        } else {
            "Bearer"
        };
        ensure!(
            kind.eq_ignore_ascii_case(wanted),
            "token_type is {kind:?}, not {wanted}"
        );
        let lifetime = &body["expires_in"];
        let is_lifetime = lifetime.as_u64().is_some_and(|seconds| seconds > 0);
        ensure!(is_lifetime, "expires_in is {lifetime}");
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let access_token = text("access_token");
        let access_token = access_token.ok_or_else(|| Stop::failed("no access_token"))?;
        check_secret("the access token", &access_token)?;
        let refresh_token = text("refresh_token");
        if let Some(token) = &refresh_token {
            check_secret("the refresh token", token)?;
        }
        Ok(TokenSet {
            access_token,
            refresh_token,
            id_token: text("id_token"),
        })
    }

    /// Verifies an ID token by the published keys, and returns its claims.
    pub async fn check_id_token(&self, token: &str, access_token: &str) -> Checked<Value> {
        let jwks = self.suite.jwks().await?;
        let expected = ExpectedIdToken {
            jwks: &jwks,
            issuer: self.suite.issuer(),
            client_id: &self.client_id,
            access_token,
            now: self.suite.server.clock.now(),
        };
        expected.verify(token).map_err(Stop::Failed)
    }
}

/// Checks length, characters and entropy of a code or token (RFC 6749 §10.10, RFC 6750 §2.1).
fn check_secret(what: &str, text: &str) -> Checked {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    ensure!(
        text.bytes().all(allowed),
        "{what} has characters that are not allowed"
    );
    let bits = text.len() * 8;
    ensure!(bits >= MIN_LENGTH_BITS, "{what} has {bits} bits");
    let entropy = entropy_bits(text);
    ensure!(
        entropy >= MIN_ENTROPY_BITS,
        "{what} has {entropy:.0} bits of entropy"
    );
    Ok(())
}

/// Shannon's entropy of a text, in bits.
#[expect(clippy::cast_precision_loss, reason = "texts are short")]
fn entropy_bits(text: &str) -> f64 {
    let length = text.len() as f64;
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let shares = counts.iter().filter(|count| **count > 0);
    let per_character: f64 = shares
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum();
    per_character * length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_tells_random_from_repeated() {
        assert!(entropy_bits("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") < 1.0);
        assert!(entropy_bits("kx7Qv0ZtB3nYw9-LrJ2eHs5_dTfGuMp1") > 96.0);
        assert!(check_secret("it", "abcabcabcabcabcabcabcabcabcabc").is_err());
        assert!(check_secret("it", "kx7Qv0ZtB3nYw9 LrJ2eHs5_dTfGuMp1").is_err());
        assert!(check_secret("it", "short").is_err());
    }
}
