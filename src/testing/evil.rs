//! Attacks by a client or a person.

use axum_test::TestResponse;

use super::{
    Clock, Flow, Step, Stopped, Tokens,
    browser::{Browser, local},
    caller::pairs,
    factory::TestClient,
    page::{Form, Page},
    server,
};
use crate::protocol::route::Route;

/// Attacks on an authorization that would be fine otherwise.
///
/// Each gives the answers of the server, to be held against [`assert_oauth_error`](super::assert_oauth_error) and
/// [`assert_page`](super::assert_page).
///
/// ```no_run
/// # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
/// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
/// let evil = EvilClient::new(flow(request, ctx).user(&user).scope("openid"));
///
/// let replay = evil.replay_code().await;
/// assert_oauth_error(&replay.answer, 400, "invalid_grant");
/// assert_eq!(replay.tokens.userinfo().await.status_code(), 401, "the family is dead");
///
/// for (uri, answer) in evil.bend_redirect_uri().await {
///     assert_page(&answer, 400);
/// }
/// # }
/// ```
#[must_use]
pub struct EvilClient<'a> {
    flow: Flow<'a>,
}

/// An interaction that was opened in the wrong browser.
#[derive(Debug)]
pub struct SwappedBrowsers {
    /// The page in the wrong browser.
    pub page: Page,
    /// The answer to the form of the right browser, posted from the wrong one.
    pub answer: TestResponse,
}

/// A credential used twice.
#[derive(Debug)]
pub struct Replay<'a> {
    /// Tokens of its first use.
    pub tokens: Tokens<'a>,
    /// The answer to its second use.
    pub answer: TestResponse,
}

impl<'a> EvilClient<'a> {
    /// Makes attacks on this flow.
    pub const fn new(flow: Flow<'a>) -> Self {
        Self { flow }
    }

    /// Redeems a code twice (RFC 6749 §4.1.2).
    pub async fn replay_code(&self) -> Replay<'a> {
        let code = self.at(Step::Code).await;
        let form = code.redemption();
        let tokens = code.finish().await;
        let answer = tokens.redeem_again(&form).await;
        Replay { tokens, answer }
    }

    /// Uses a refresh token again after it was rotated and its retry window is over: moves the
    /// server's clock past that (RFC 9700 §4.14.2).
    pub async fn replay_refresh_token(&self) -> Replay<'a> {
        let first = self.flow.clone().run().await;
        let tokens = first.refresh().await;
        let window = server(&self.flow.ctx).policy.ttl.retry_window;
        Clock::of(&self.flow.ctx).advance(window.get() + 1);
        let answer = first.try_refresh().await;
        Replay { tokens, answer }
    }

    /// Redeems the code as another client (RFC 6749 §4.1.3).
    pub async fn steal_code(&self, thief: &TestClient) -> TestResponse {
        let code = self.at(Step::Code).await;
        let server = server(&self.flow.ctx);
        let path = local(&server, server.urls.of(Route::Token));
        let form = code.redemption();
        thief.post(self.flow.request, &path, &pairs(&form)).await
    }

    /// Redeems the code with a verifier that is not the client's (RFC 7636 §4.6).
    pub async fn guess_verifier(&self) -> TestResponse {
        let code = self.at(Step::Code).await;
        code.redeem_with(&[("code_verifier", &"A".repeat(43))])
            .await
    }

    /// Posts the consent of the person with the CSRF token of another browser (RFC 9700 §4.16).
    pub async fn forge_csrf(&self) -> TestResponse {
        let foreign = self.at(Step::Consent).await.form();
        let foreign = foreign.value("csrf_token").unwrap_or_default().to_owned();
        let mut victim = self.at(Step::Consent).await;
        let form = victim.form().set("csrf_token", &foreign);
        victim.post(&form).await
    }

    /// Opens the person's interaction in another browser, and posts its form from there.
    pub async fn swap_browsers(&self) -> SwappedBrowsers {
        let victim = self.at(Step::Consent).await;
        let (url, form) = (victim.page().url.clone(), victim.form());
        let mut other = Browser::new(self.flow.request, &self.flow.ctx);
        let page = other.open(&url).await;
        let answer = other.post(&form).await;
        SwappedBrowsers { page, answer }
    }

    /// Returns the addresses at the client to which a success and a refusal lead. A client of
    /// several servers tells them apart by `iss` alone (RFC 9207 §1).
    pub async fn mix_up_issuers(&self) -> [String; 2] {
        let code = self.at(Step::Code).await;
        let refused = self.flow.clone().prompt("consent").deny();
        let refused = refused.expect_error("access_denied").run().await;
        [code.page().url.clone(), refused.url]
    }

    /// Posts the consent form with one mistake each. Returns each mistake and its answer.
    pub async fn tamper_form(&self) -> Vec<(&'static str, TestResponse)> {
        let bends: [(&'static str, fn(Form) -> Form); 5] = [
            ("no csrf_token", |form| form.set("csrf_token", "")),
            ("half a csrf_token", |form| {
                let token = form.value("csrf_token").unwrap_or_default();
                let half = token.get(..token.len() / 2).unwrap_or_default().to_owned();
                form.set("csrf_token", &half)
            }),
            ("another interaction", |form| {
                form.set("interaction", "AAAAAAAAAAAAAAAAAAAAAA")
            }),
            ("no interaction", |form| form.set("interaction", "")),
            ("two decisions", |form| form.add("decision", "deny")),
        ];
        let mut answers = Vec::new();
        for (what, bend) in bends {
            let mut victim = self.at(Step::Consent).await;
            let form = bend(victim.form());
            answers.push((what, victim.post(&form).await));
        }
        answers
    }

    /// Ticks a scope on the consent page that the client did not request. Returns the tokens.
    pub async fn smuggle_scope(&self, scope: &str) -> Tokens<'a> {
        let mut victim = self.at(Step::Consent).await;
        let form = victim.form().add("scope", scope);
        victim.submit(&form).await;
        victim.finish().await
    }

    /// Requests responses at addresses that are almost the client's. Returns each address and its
    /// answer (RFC 9700 §4.1).
    pub async fn bend_redirect_uri(&self) -> Vec<(String, TestResponse)> {
        let begun = self.at(Step::Code).await;
        let sent = begun.request();
        let mut answers = Vec::new();
        for uri in bent(&sent.redirect_uri) {
            let mut params: Vec<_> = sent.params.clone();
            for (name, value) in &mut params {
                if name == "redirect_uri" {
                    value.clone_from(&uri);
                }
            }
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&params)
                .finish();
            let server = server(&self.flow.ctx);
            let endpoint = server.urls.of(Route::Authorize);
            let mut browser = Browser::new(self.flow.request, &self.flow.ctx);
            answers.push((uri, browser.get(&format!("{endpoint}?{query}")).await));
        }
        answers
    }

    async fn at(&self, step: Step) -> Stopped<'a> {
        self.flow.clone().stop_at(step).run().await
    }
}

/// Addresses near `good`.
fn bent(good: &str) -> Vec<String> {
    let (scheme, rest) = good.split_once("://").unwrap_or(("https", good));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    vec![
        format!("{good}/"),
        format!("{good}/../evil"),
        format!("{good}?next=https://evil.example"),
        format!("{good}#fragment"),
        format!("{good}%00"),
        format!("{scheme}://{host}.evil.example/{path}"),
        format!("{scheme}://evil.example/{path}"),
        format!("{scheme}://{host}@evil.example/{path}"),
        format!("{scheme}://evil.example\\@{host}/{path}"),
        format!("{scheme}://{}/{path}", host.to_uppercase()),
        format!("{scheme}://{host}:8443/{path}evil"),
        format!("ftp://{host}/{path}"),
        "javascript:alert(1)".to_owned(),
    ]
}
