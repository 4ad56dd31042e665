//! One authorization request (RFC 6749 §4.1) with PKCE (RFC 7636), `state` and `nonce`.

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use loco_rs::hash;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    provider::{ClientError, Metadata},
    ClientSettings,
};

const SCOPE: &str = "openid profile email offline_access";

/// What the client keeps until the browser comes back.
#[derive(Clone, Debug)]
pub struct Login {
    pub state: String,
    pub nonce: String,
    pub code_verifier: String,
}

/// What the browser brings back.
#[derive(Debug, Deserialize)]
pub struct Callback {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
}

impl Login {
    /// Values that nobody can guess.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            state: hash::random_string(32),
            nonce: hash::random_string(32),
            code_verifier: hash::random_string(64),
        }
    }

    /// Where the browser goes.
    ///
    /// # Errors
    /// When the server's address of the endpoint is none.
    pub fn url(&self, client: &ClientSettings, metadata: &Metadata) -> Result<Url, ClientError> {
        let mut url = Url::parse(&metadata.authorization_endpoint)
            .map_err(|error| ClientError::Metadata(error.to_string()))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.code_verifier));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.client_id)
            .append_pair("redirect_uri", &client.redirect_uri())
            .append_pair("scope", SCOPE)
            .append_pair("state", &self.state)
            .append_pair("nonce", &self.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// The code, if the answer belongs to this request (`state`) and comes from the server that
    /// was asked (`iss`, RFC 9207).
    ///
    /// # Errors
    /// When it does not, or when the server or the person refused.
    pub fn code(&self, issuer: &str, callback: Callback) -> Result<String, ClientError> {
        if callback.state.as_deref() != Some(&self.state) {
            return Err(ClientError::Callback("state is not the one of the request"));
        }
        if callback.iss.as_deref() != Some(issuer) {
            return Err(ClientError::Callback(
                "iss is not the server that was asked",
            ));
        }
        if let Some(error) = callback.error {
            let description = callback.error_description.unwrap_or_default();
            return Err(ClientError::Refused { error, description });
        }
        callback
            .code
            .ok_or(ClientError::Callback("neither code nor error"))
    }
}
