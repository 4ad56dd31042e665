//! Pushed authorization requests (RFC 9126): the parameters that are sent, and whether a handle may be used.

use serde::Deserialize;

use super::{
    authorize::AuthorizationRequest,
    client::SecretHash,
    client_auth::ClientParameters,
    dpop::KeyThumbprint,
    error::OAuthError,
    grants::repeated,
    params::{Params, ParamsError},
    received::Received,
    refusals::PushedRefusal,
    time::UnixTime,
    typed_params::{self, Typed},
};

/// How a `request_uri` of this server begins (RFC 9126 §2.2).
pub const HANDLE: &str = "urn:ietf:params:oauth:request_uri:";

/// A pushed request as it was sent: who sends it, and the authorization request.
pub struct PushedParameters<'p> {
    /// The credentials of the client.
    pub client: ClientParameters<'p>,
    /// The parameters of the authorization request. No credential is among them: they are stored, and the
    /// app's pages see the ones that this server does not know.
    pub authorization: Vec<(String, String)>,
}

/// The parameters that are the client's, not the authorization request's.
#[derive(Clone, Debug, Deserialize)]
struct Sent<'p> {
    client_id: Option<&'p str>,
    client_secret: Option<&'p str>,
    client_assertion: Option<&'p str>,
    client_assertion_type: Option<&'p str>,
    request_uri: Option<&'p str>,
}

impl<'p> PushedParameters<'p> {
    /// Reads the parameters (TK-02, PR-02).
    ///
    /// # Errors
    /// `invalid_request` for one that was sent twice or as a list, and for a `request_uri`.
    pub fn read(params: &'p Params) -> Result<Self, OAuthError> {
        let Typed {
            request: sent,
            others: authorization,
        } = typed_params::read::<Sent<'_>>(params).map_err(repeated)?;
        if let Some(request_uri) = sent.request_uri {
            let received = Received::Public(request_uri);
            return Err(OAuthError::of(PushedRefusal::RequestUriPushed).received(received));
        }
        Ok(Self {
            client: ClientParameters {
                id: sent.client_id,
                secret: sent.client_secret,
                assertion: sent.client_assertion,
                assertion_type: sent.client_assertion_type,
            },
            authorization,
        })
    }

    /// Returns the parameters of the authorization request.
    ///
    /// # Errors
    /// Never in practice: they are some of those that were read within the bounds.
    pub fn params(&self) -> Result<Params, ParamsError> {
        Params::of(self.authorization.clone())
    }
}

/// Binds a request to the key that the client has proven to hold (PR-04): the code is redeemed by that key.
///
/// # Errors
/// `invalid_dpop_proof` where the request names another key in `dpop_jkt`.
pub fn bound_to(
    request: AuthorizationRequest,
    key: &KeyThumbprint,
) -> Result<AuthorizationRequest, OAuthError> {
    if let Some(named) = request.dpop_jkt.as_deref().filter(|it| *it != key.as_str()) {
        let wanted = format!("dpop_jkt: {}", key.as_str());
        return Err(OAuthError::of(PushedRefusal::OtherKey).observed(wanted, named));
    }
    Ok(AuthorizationRequest {
        dpop_jkt: Some(key.as_str().to_owned()),
        ..request
    })
}

/// What is stored of a handle.
#[derive(Clone, Copy, Debug)]
pub struct StoredHandle<'a> {
    /// The client that pushed the request.
    pub client_id: &'a str,
    /// Whether a browser has come with it.
    pub is_taken: bool,
    /// The browser that came with it; `None` while it is not known, as after a form POST.
    pub browser: Option<&'a [u8]>,
    /// Whether the request was answered.
    pub is_answered: bool,
    /// When the handle, or the interaction that it became, expires.
    pub expires_at: UnixTime,
}

/// What is known of the browser that comes with a handle.
#[derive(Clone, Copy, Debug)]
pub enum BrowserProof<'a> {
    /// Its binding cookie; `None` = it has none.
    Cookie(Option<&'a SecretHash>),
    /// Its next request will tell: this one is a form POST from another site, which carries no cookie.
    Later,
}

/// Who comes with a handle.
#[derive(Clone, Copy, Debug)]
pub struct HandleUse<'a> {
    /// The `client_id` beside the handle.
    pub client_id: &'a str,
    /// The browser.
    pub browser: BrowserProof<'a>,
    /// The present time.
    pub now: UnixTime,
}

/// Decides whether a handle that cannot be taken any more may be used once more (PR-06): by the browser
/// that took it, until the request is answered.
///
/// # Errors
/// `invalid_request_uri`, to be shown on a page.
pub fn check_again(
    stored: Option<StoredHandle<'_>>,
    used: HandleUse<'_>,
) -> Result<(), OAuthError> {
    let Some(stored) = stored else {
        return Err(OAuthError::of(PushedRefusal::HandleUnknown));
    };
    if stored.client_id != used.client_id {
        let client_id = Received::Public(used.client_id);
        return Err(OAuthError::of(PushedRefusal::HandleOfOtherClient).received(client_id));
    }
    if stored.is_answered {
        return Err(OAuthError::of(PushedRefusal::HandleUsed));
    }
    if stored.expires_at > used.now && !stored.is_taken {
        return Err(OAuthError::of(PushedRefusal::ClientChanged));
    }
    if stored.expires_at <= used.now {
        let received = format!("one until {}, now {}", stored.expires_at, used.now);
        let received = Received::Public(&received);
        return Err(OAuthError::of(PushedRefusal::HandleExpired).received(received));
    }
    let is_other = match (stored.browser, used.browser) {
        (None, _) | (_, BrowserProof::Later) => false,
        (Some(bound), BrowserProof::Cookie(own)) => own.is_none_or(|own| own.0 != *bound),
    };
    if is_other {
        return Err(OAuthError::of(PushedRefusal::HandleOfOtherBrowser));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
