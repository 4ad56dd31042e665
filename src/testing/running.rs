//! A flow on its way.

use std::sync::Arc;

use axum_test::{TestResponse, TestServer};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{
    DpopKey, Refused, Tokens,
    browser::{Browser, leads_to},
    caller::{Caller, pairs},
    delivery::Delivery,
    factory::TestClient,
    page::{Form, Page},
};
use crate::{people::Owner, protocol::route::Route, random, server::Server};

/// More pages in a row than any flow has.
const MAX_STEPS: usize = 10;

/// A step of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The login page.
    Login,
    /// The sign-up page.
    SignUp,
    /// The account chooser.
    SelectAccount,
    /// The consent page.
    Consent,
    /// The client has a code that is not redeemed yet.
    Code,
}

/// The person who uses the browser.
#[derive(Clone)]
pub(super) enum Person {
    Nobody,
    Owner(Owner),
    Password { login: String, password: String },
}

/// The place that a flow has reached.
enum Place {
    At(Step),
    Refused(String),
    Nowhere,
}

/// An authorization request as it was sent.
pub struct SentRequest {
    /// The redirect URI, whether the request names it or not.
    pub redirect_uri: String,
    /// The parameters of the request.
    pub params: Vec<(String, String)>,
}

/// A flow on its way.
pub struct Running<'a> {
    pub(super) browser: Browser<'a>,
    pub(super) person: Person,
    pub(super) deny: bool,
    pub(super) unticked: Vec<String>,
    pub(super) delivery: Delivery,
    /// Why the push of the request was refused.
    pub(super) push_refused: Option<Box<Refused>>,
    pub(super) caller: Caller<'a>,
    pub(super) sent: Vec<(String, String)>,
    verifier: String,
    page: Option<Page>,
}

impl<'a> Running<'a> {
    pub(super) fn new(
        request: &'a TestServer,
        server: Arc<Server>,
        client: TestClient,
        browser: Browser<'a>,
    ) -> Self {
        Self {
            browser,
            person: Person::Nobody,
            deny: false,
            unticked: Vec::new(),
            delivery: Delivery::Browser,
            push_refused: None,
            caller: Caller {
                request,
                server,
                client,
                key: None,
            },
            sent: Vec::new(),
            verifier: random_text(),
            page: None,
        }
    }

    /// Sets the key to which the client binds its tokens.
    pub(super) fn bind(&mut self, key: Option<DpopKey>) {
        self.caller.key = key;
    }

    /// Sends the authorization request and follows to the first page, or to the client.
    pub(super) async fn begin(&mut self, params: &[(String, String)], removed: &[String]) {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
        let (state, nonce) = (random_text(), random_text());
        let client = &self.caller.client;
        let usual = [
            ("response_type", "code"),
            ("client_id", client.id()),
            ("redirect_uri", client.redirect_uri()),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        self.sent = usual
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .filter(|(name, _)| !params.iter().any(|(key, _)| key == name))
            .chain(params.iter().cloned())
            .filter(|(name, _)| !removed.contains(name))
            .collect();
        let Some(carried) = self.carried().await else {
            return;
        };
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&carried)
            .finish();
        let (stop, endpoint) = (self.callback(), self.server().urls.of(Route::Authorize));
        let url = format!("{endpoint}?{query}");
        let response = self.browser.get(&url).await;
        let page = self.browser.follow(&url, response, Some(&stop)).await;
        self.page = Some(page);
    }

    pub(super) fn page(&self) -> &Page {
        self.page.as_ref().expect("the flow has begun")
    }

    pub(super) fn server(&self) -> &Arc<Server> {
        &self.caller.server
    }

    /// Returns the redirect URI and the parameters of the request.
    pub(super) fn request(&self) -> SentRequest {
        SentRequest {
            redirect_uri: self.callback(),
            params: self.sent.clone(),
        }
    }

    /// Submits a form.
    pub(super) async fn go(&mut self, form: &Form) {
        let page = self.submit(form).await;
        self.page = Some(page);
    }

    /// Returns a parameter of the request.
    fn sent(&self, name: &str) -> Option<&str> {
        let found = self.sent.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn callback(&self) -> String {
        let named = self.sent("redirect_uri");
        named
            .unwrap_or_else(|| self.caller.client.redirect_uri())
            .to_owned()
    }

    /// Does steps until `goal` is reached, or the client has a code.
    pub(super) async fn until(&mut self, goal: Option<Step>) -> Result<(), Box<Refused>> {
        if let Some(refused) = self.push_refused.take() {
            return Err(refused);
        }
        for _ in 0..MAX_STEPS {
            match self.place() {
                Place::Refused(error) => {
                    let page = self.page.take().expect("the flow has begun");
                    return Err(Box::new(Refused::at_callback(page, error)));
                }
                Place::Nowhere => {
                    let page = self.page.take().expect("the flow has begun");
                    return Err(Box::new(Refused::on_page(page)));
                }
                Place::At(step) if goal == Some(step) => return Ok(()),
                Place::At(Step::Code) => {
                    assert!(
                        goal.is_none(),
                        "{goal:?} was not asked for: the client has a code"
                    );
                    return Ok(());
                }
                Place::At(step) => {
                    let page = self.step(step).await;
                    self.page = Some(page);
                }
            }
        }
        panic!("the flow has no end: {}", self.page().url);
    }

    /// Goes on until the client has tokens.
    pub(super) async fn to_the_end(&mut self) -> Result<Tokens<'a>, Box<Refused>> {
        self.until(None).await?;
        let code = self.page().query("code").expect("a code");
        let response = self.redeem(&code, &[]).await;
        if response.status_code() != 200 {
            let url = self.server().urls.of(Route::Token).to_owned();
            return Err(Box::new(Refused::at_token(&url, response)));
        }
        let nonce = self.sent("nonce").map(str::to_owned);
        let (caller, browser) = (self.caller.clone(), self.browser.clone());
        Ok(Tokens::read(caller, browser, &response, nonce.as_deref()).await)
    }

    fn place(&self) -> Place {
        let (page, urls) = (self.page(), &self.server().urls);
        // Only redirects lead there: pages of the client are not opened.
        if leads_to(&page.url, &self.callback()) {
            self.check_callback();
            let error = page.query("error");
            return error.map_or(Place::At(Step::Code), Place::Refused);
        }
        let absolute = urls.page(&page.url);
        let pages = [
            (Step::Login, [&urls.login_page, urls.of(Route::Login)]),
            (Step::SignUp, [&urls.signup_page, urls.of(Route::Signup)]),
            (
                Step::SelectAccount,
                [&urls.select_account_page, urls.of(Route::SelectAccount)],
            ),
            (Step::Consent, [&urls.consent_page, urls.of(Route::Consent)]),
        ];
        let mut pages = pages.into_iter();
        let here = pages.find(|(_, pages)| pages.iter().any(|page| leads_to(&absolute, page)));
        let Some((step, _)) = here else {
            return Place::Nowhere;
        };
        let is_shown = page.response.status_code() == 200;
        if is_shown || !self.is_built_in(step) {
            Place::At(step)
        } else {
            Place::Nowhere
        }
    }

    /// What a client must check before it believes an answer (RFC 6749 §10.12, RFC 9207 §2.4).
    fn check_callback(&self) {
        let page = self.page();
        assert_eq!(
            page.query("state").as_deref(),
            self.sent("state").filter(|state| !state.is_empty()),
            "{}",
            page.url
        );
        assert_eq!(
            page.query("iss"),
            Some(self.server().urls.issuer.clone()),
            "{}",
            page.url
        );
    }

    pub(super) fn is_built_in(&self, step: Step) -> bool {
        let urls = &self.server().urls;
        match step {
            Step::Login => urls.login_page == urls.of(Route::Login),
            Step::SignUp => urls.signup_page == urls.of(Route::Signup),
            Step::SelectAccount => urls.select_account_page == urls.of(Route::SelectAccount),
            Step::Consent => urls.consent_page == urls.of(Route::Consent),
            Step::Code => false,
        }
    }

    pub(super) fn redemption(&self, code: &str) -> Vec<(String, String)> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", &self.verifier),
        ];
        form.extend(self.sent("redirect_uri").map(|uri| ("redirect_uri", uri)));
        form.into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    pub(super) async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> TestResponse {
        let form = self.redemption(code);
        let mut form = pairs(&form);
        for (name, value) in changes {
            form.retain(|(key, _)| key != name);
            form.push((name, value));
        }
        form.retain(|(_, value)| !value.is_empty());
        self.caller
            .post(self.server().urls.of(Route::Token), &form)
            .await
    }
}

fn random_text() -> String {
    random::secret("")
        .expect("random bytes")
        .expose()
        .to_owned()
}
