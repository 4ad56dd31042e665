//! Tokens of a client, and requests with them.

use axum::http::{HeaderName, HeaderValue};
use axum_test::TestResponse;
use serde_json::Value;

use super::{
    DpopKey,
    acting_as::bearer,
    assertions::assert_no_store,
    browser::{Browser, local},
    caller::{Caller, pairs},
    id_token,
};
use crate::protocol::route::Route;

/// The tokens of one authorization (RFC 6749 §5.1), in the hands of their client. As text it is the
/// access token: `request.get("/api").authorization_bearer(&tokens)`.
///
/// ```no_run
/// # use loco_oauth_server::testing::*;
/// # async fn example(tokens: Tokens<'_>) {
/// assert_eq!(tokens.scopes(), ["openid", "email"]);
/// assert_eq!(tokens.claims.as_ref().unwrap()["email"], "ada@example.com");
/// let next = tokens.refresh().await;
/// next.revoke().await;
/// assert_oauth_error(&next.try_refresh().await, 400, "invalid_grant");
/// # }
/// ```
#[derive(Clone)]
pub struct Tokens<'a> {
    /// Member `access_token` of the response.
    pub access_token: String,
    /// Member `refresh_token` of the response.
    pub refresh_token: Option<String>,
    /// Member `id_token` of the response.
    pub id_token: Option<String>,
    /// Claims of the ID token, whose signature and claims were checked by OpenID Connect Core
    /// §3.1.3.7.
    pub claims: Option<Value>,
    /// The whole token response.
    pub body: Value,
    caller: Caller<'a>,
    browser: Browser<'a>,
}

impl std::fmt::Display for Tokens<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.access_token)
    }
}

impl std::fmt::Debug for Tokens<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.body, f)
    }
}

impl<'a> Tokens<'a> {
    /// Reads a token response and checks it as a client must.
    pub(super) async fn read(
        caller: Caller<'a>,
        browser: Browser<'a>,
        response: &TestResponse,
        nonce: Option<&str>,
    ) -> Self {
        let text = response.text();
        assert_eq!(response.status_code(), 200, "{text}");
        assert_no_store(response);
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
        let token_type = caller.key.as_ref().map_or("Bearer", |_| "DPoP");
        assert_eq!(body["token_type"], token_type, "{body}");
        let member = |name: &str| body[name].as_str().map(str::to_owned);
        let (access_token, id_token) = (member("access_token"), member("id_token"));
        let access_token = access_token.expect("a token response has an access token");
        let claims = match &id_token {
            Some(token) => Some(id_token::verify(&caller, token, &access_token, nonce).await),
            None => None,
        };
        Self {
            refresh_token: member("refresh_token"),
            access_token,
            id_token,
            claims,
            body,
            caller,
            browser,
        }
    }

    /// Returns the granted scopes.
    pub fn scopes(&self) -> Vec<&str> {
        let scope = self.body["scope"].as_str().unwrap_or_default();
        scope.split_whitespace().collect()
    }

    /// Returns the browser of the flow, in which the person is signed in.
    pub fn browser(&self) -> Browser<'a> {
        self.browser.clone()
    }

    /// UserInfo (OpenID Connect Core §5.3) with the access token.
    pub async fn userinfo(&self) -> TestResponse {
        let url = local(
            &self.caller.server,
            self.caller.server.urls.of(Route::Userinfo),
        );
        let get = self.caller.request.get(&url).clear_cookies();
        let headers = self.headers("GET", self.caller.server.urls.of(Route::Userinfo));
        let headers = headers.into_iter();
        headers
            .fold(get, |get, (name, value)| get.add_header(name, value))
            .await
    }

    /// Returns the headers of a request with the access token to a path of this app: `Authorization`, and for a
    /// token that is bound to a key `DPoP` with a new proof.
    pub fn headers(&self, method: &str, path: &str) -> Vec<(HeaderName, HeaderValue)> {
        let token = &self.access_token;
        match &self.caller.key {
            Some(key) => key.headers(&self.caller.server, method, path, token),
            None => vec![bearer(token)],
        }
    }

    /// The key to which the tokens are bound.
    pub const fn key(&self) -> Option<&DpopKey> {
        self.caller.key.as_ref()
    }

    /// Exchanges the refresh token for the next tokens.
    pub async fn refresh(&self) -> Self {
        let response = self.try_refresh().await;
        let (caller, browser) = (self.caller.clone(), self.browser.clone());
        Self::read(caller, browser, &response, None).await
    }

    /// Sends a refresh request and returns its answer, whatever it is.
    pub async fn try_refresh(&self) -> TestResponse {
        self.refresh_with(&[]).await
    }

    /// Sends a refresh request with more parameters, for example `scope`.
    pub async fn refresh_with(&self, more: &[(&str, &str)]) -> TestResponse {
        let token = self.refresh_token.as_deref();
        let token = token.expect("there is no refresh token: is `refresh_token` among the grants?");
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        form.extend_from_slice(more);
        let url = self.caller.server.urls.of(Route::Token);
        self.caller.post(url, &form).await
    }

    /// Redeems the code that these tokens came from again.
    pub(super) async fn redeem_again(&self, form: &[(String, String)]) -> TestResponse {
        let url = self.caller.server.urls.of(Route::Token);
        self.caller.post(url, &pairs(form)).await
    }

    /// Revokes the refresh token, or the access token if there is no other (RFC 7009).
    pub async fn revoke(&self) -> TestResponse {
        let token = self.refresh_token.as_deref();
        self.revoke_token(token.unwrap_or(&self.access_token)).await
    }

    /// Revokes one token.
    pub async fn revoke_token(&self, token: &str) -> TestResponse {
        let url = self.caller.server.urls.of(Route::Revoke);
        self.caller.post(url, &[("token", token)]).await
    }

    /// Introspects the access token (RFC 7662); for clients with a secret.
    pub async fn introspect(&self) -> TestResponse {
        let form = [("token", self.access_token.as_str())];
        let url = self.caller.server.urls.of(Route::Introspect);
        self.caller.post(url, &form).await
    }
}
