//! The server as a client sees it: metadata, and what its endpoints answer.

use std::{sync::LazyLock, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{jwk::JwkSet, DecodingKey, Header, Validation};
use reqwest::{RequestBuilder, StatusCode};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use serde_json::Value;

use super::ClientSettings;

/// One pool of connections; redirects are for browsers.
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap_or_default()
});

/// Why the client has no tokens.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("the callback was refused: {0}")]
    Callback(&'static str),
    #[error("the server said {error}: {description}")]
    Refused { error: String, description: String },
    #[error("the server's metadata cannot be used: {0}")]
    Metadata(String),
    #[error("the id token was refused: {0}")]
    IdToken(String),
    #[error("the server cannot be reached: {0}")]
    Http(#[from] reqwest::Error),
}

/// `{issuer}/.well-known/openid-configuration`.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub introspection_endpoint: String,
    pub revocation_endpoint: String,
    pub jwks_uri: String,
}

/// Answer of the token endpoint.
#[derive(Clone, Debug, Deserialize)]
struct TokenAnswer {
    access_token: String,
    token_type: String,
    expires_in: i64,
    scope: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
}

/// What the client holds.
#[derive(Clone, Debug, Serialize)]
pub struct Tokens {
    pub access_token: String,
    pub token_type: String,
    pub scope: String,
    pub expires_at: DateTime<Utc>,
    pub refresh_token: Option<String>,
    pub id_token: Option<IdToken>,
}

/// A verified id token.
#[derive(Clone, Debug, Serialize)]
pub struct IdToken {
    pub encoded: String,
    pub header: Header,
    pub claims: Value,
}

/// What an endpoint said, for the page.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Method and address.
    pub request: String,
    pub status: u16,
    pub body: Value,
}

/// The server, once its metadata is read.
pub struct Provider {
    client: ClientSettings,
    pub metadata: Metadata,
}

impl Provider {
    /// Reads the metadata (OpenID Connect Discovery §4).
    ///
    /// # Errors
    /// When the server is not there or calls itself something else.
    pub async fn discover(client: ClientSettings) -> Result<Self, ClientError> {
        let url = format!("{}/.well-known/openid-configuration", client.issuer);
        let metadata: Metadata = read(HTTP.get(url)).await?;
        if metadata.issuer != client.issuer {
            return Err(ClientError::Metadata(format!(
                "it names the issuer {}",
                metadata.issuer
            )));
        }
        Ok(Self { client, metadata })
    }

    /// Redeems a code.
    ///
    /// # Errors
    /// When the server refuses it, or the id token is not for this client and login.
    pub async fn redeem(
        &self,
        code: &str,
        code_verifier: &str,
        nonce: &str,
    ) -> Result<Tokens, ClientError> {
        let redirect_uri = self.client.redirect_uri();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", code_verifier),
        ];
        let tokens = self.tokens(&form).await?;
        let claims = tokens.id_token.as_ref().map(|token| &token.claims);
        let sent = claims.and_then(|claims| claims.get("nonce")?.as_str());
        if sent != Some(nonce) {
            return Err(ClientError::IdToken("nonce is another one".to_owned()));
        }
        Ok(tokens)
    }

    /// Gets new tokens for a refresh token.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, ClientError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        self.tokens(&form).await
    }

    /// What the access token says about the person.
    ///
    /// # Errors
    /// When the server is not there.
    pub async fn userinfo(&self, tokens: &Tokens) -> Result<Answer, ClientError> {
        let url = &self.metadata.userinfo_endpoint;
        let request = HTTP.get(url).bearer_auth(&tokens.access_token);
        answer(format!("GET {url}"), request).await
    }

    /// Whether the access token is still good (RFC 7662).
    ///
    /// # Errors
    /// When the server is not there.
    pub async fn introspect(&self, tokens: &Tokens) -> Result<Answer, ClientError> {
        let url = &self.metadata.introspection_endpoint;
        let form = [("token", tokens.access_token.as_str())];
        answer(format!("POST {url}"), self.post(url, &form)).await
    }

    /// Gives the tokens back (RFC 7009): the refresh token, and with it all of its family.
    ///
    /// # Errors
    /// When the server is not there.
    pub async fn revoke(&self, tokens: &Tokens) -> Result<Answer, ClientError> {
        let url = &self.metadata.revocation_endpoint;
        let token = tokens
            .refresh_token
            .as_ref()
            .unwrap_or(&tokens.access_token);
        let form = [("token", token.as_str())];
        answer(format!("POST {url}"), self.post(url, &form)).await
    }

    fn post(&self, url: &str, form: &[(&str, &str)]) -> RequestBuilder {
        HTTP.post(url)
            .basic_auth(&self.client.client_id, Some(&self.client.client_secret))
            .form(form)
    }

    async fn tokens(&self, form: &[(&str, &str)]) -> Result<Tokens, ClientError> {
        let answer: TokenAnswer = read(self.post(&self.metadata.token_endpoint, form)).await?;
        let id_token = match answer.id_token {
            Some(encoded) => Some(self.verified(encoded).await?),
            None => None,
        };
        Ok(Tokens {
            access_token: answer.access_token,
            token_type: answer.token_type,
            scope: answer.scope.unwrap_or_default(),
            expires_at: Utc::now() + TimeDelta::seconds(answer.expires_in),
            refresh_token: answer.refresh_token,
            id_token,
        })
    }

    /// Signature, issuer, audience and expiry (OpenID Connect Core §3.1.3.7).
    async fn verified(&self, encoded: String) -> Result<IdToken, ClientError> {
        let refused = |error: jsonwebtoken::errors::Error| ClientError::IdToken(error.to_string());
        let header = jsonwebtoken::decode_header(&encoded).map_err(refused)?;
        let keys: JwkSet = read(HTTP.get(&self.metadata.jwks_uri)).await?;
        let key = header.kid.as_deref().and_then(|kid| keys.find(kid));
        let key = key.ok_or_else(|| ClientError::IdToken("its key is unknown".to_owned()))?;
        let key = DecodingKey::from_jwk(key).map_err(refused)?;
        let mut rules = Validation::new(header.alg);
        rules.set_issuer(&[&self.client.issuer]);
        rules.set_audience(&[&self.client.client_id]);
        rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        let token = jsonwebtoken::decode::<Value>(&encoded, &key, &rules).map_err(refused)?;
        Ok(IdToken {
            encoded,
            header: token.header,
            claims: token.claims,
        })
    }
}

/// An answer of the expected shape, or the server's error.
async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ClientError> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        #[serde(default)]
        error_description: String,
    }
    let response = request.send().await?;
    if response.status() == StatusCode::OK {
        return Ok(response.json().await?);
    }
    let refusal: Refusal = response.json().await?;
    Err(ClientError::Refused {
        error: refusal.error,
        description: refusal.error_description,
    })
}

async fn answer(description: String, request: RequestBuilder) -> Result<Answer, ClientError> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let body = response.text().await?;
    Ok(Answer {
        request: description,
        status,
        body: serde_json::from_str(&body).unwrap_or(Value::String(body)),
    })
}
