//! A person's browser: cookies, forms, redirects within the server.

use std::collections::BTreeMap;

use scraper::{Html, Selector};

use super::{
    fixtures::{ALICE, PASSWORD, SECRET},
    server::{Answer, Basic, TestServer, param},
};

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub struct Browser<'a> {
    server: &'a TestServer,
    pub cookies: BTreeMap<String, String>,
    /// Every `Set-Cookie` header seen.
    pub set_cookies: Vec<String>,
    /// Every answer's path and headers are checked by the headers' tests.
    pub navigates: bool,
}

/// An authorization request that a test bends.
#[derive(Clone)]
pub struct Authorize(pub Vec<(String, String)>);

impl Authorize {
    /// The base request of the cases.
    pub fn base() -> Self {
        Self::of("conf", super::fixtures::CONF_CB)
    }

    pub fn of(client: &str, redirect_uri: &str) -> Self {
        Self(Vec::new())
            .with("response_type", "code")
            .with("client_id", client)
            .with("redirect_uri", redirect_uri)
            .with("scope", "openid read")
            .with("state", "S")
            .with("code_challenge", CHALLENGE)
            .with("code_challenge_method", "S256")
    }

    /// Replaces a parameter.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self.and(name, value)
    }

    /// Adds a parameter, beside one of the same name.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self
    }

    pub fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish();
        format!("/oauth/authorize?{query}")
    }
}

impl<'a> Browser<'a> {
    pub const fn new(server: &'a TestServer) -> Self {
        Self {
            server,
            cookies: BTreeMap::new(),
            set_cookies: Vec::new(),
            navigates: false,
        }
    }

    /// The same browser for a request at the same moment.
    pub fn twin(&self) -> Self {
        Self {
            cookies: self.cookies.clone(),
            navigates: self.navigates,
            ..Self::new(self.server)
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.server.http.get(self.server.url(path));
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.server.http.post(self.server.url(path)).form(form);
        self.send(request).await
    }

    pub async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if self.navigates {
            request = request.header("sec-fetch-mode", "navigate");
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            self.set_cookies.push(cookie.to_owned());
            let (pair, _) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Follows redirects while they stay on the server.
    pub async fn follow(&mut self, mut answer: Answer) -> Answer {
        while answer.status == 303 {
            let location = answer.location().to_owned();
            if !location.starts_with(&self.server.oauth().settings.base_url) {
                break;
            }
            answer = self.get(&location).await;
        }
        answer
    }

    /// Opens an authorization request and follows to the first page, or to the client.
    pub async fn authorize(&mut self, request: &Authorize) -> Answer {
        let answer = self.get(&request.path()).await;
        self.follow(answer).await
    }

    /// Fills the login form in and submits it.
    pub async fn log_in(&mut self, page: &Answer, login: &str, password: &str) -> Answer {
        let form = Form::of(page).set("login", login).set("password", password);
        let answer = self.submit(&form).await;
        self.follow(answer).await
    }

    pub async fn submit(&mut self, form: &Form) -> Answer {
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(&form.action, &fields).await
    }

    /// Signs alice in on the login page alone.
    pub async fn sign_in(&mut self) {
        self.sign_in_as(ALICE).await;
    }

    pub async fn sign_in_as(&mut self, login: &str) {
        let page = self.get("/oauth/login").await;
        let form = Form::of(&page)
            .set("login", login)
            .set("password", PASSWORD);
        let answer = self.submit(&form).await;
        assert_eq!(answer.status, 303, "{answer:?}");
    }

    /// Presses "allow" on the consent page.
    pub async fn allow(&mut self, page: &Answer) -> Answer {
        let form = Form::of_consent(page).set("decision", "allow");
        self.submit(&form).await
    }

    /// A code for a request: logs alice in and allows, as far as asked.
    pub async fn code(&mut self, request: &Authorize) -> String {
        let location = self.complete(request).await;
        param(&location, "code").unwrap_or_else(|| panic!("no code: {location}"))
    }

    /// The location at the client to which a request finally leads.
    pub async fn complete(&mut self, request: &Authorize) -> String {
        let mut answer = self.authorize(request).await;
        if answer.body.contains("name=\"password\"") {
            answer = self.log_in(&answer, ALICE, PASSWORD).await;
        }
        if answer.body.contains("name=\"decision\"") {
            answer = self.allow(&answer).await;
        }
        answer.location().to_owned()
    }
}

/// A form of a page with its hidden and preset fields.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The page's main form: the one with the most inputs.
    #[track_caller]
    pub fn of(page: &Answer) -> Self {
        let html = Html::parse_document(&page.body);
        let forms = Selector::parse("main form, form").unwrap();
        let fields = Selector::parse("input[name]").unwrap();
        let form = html
            .select(&forms)
            .max_by_key(|form| form.select(&fields).count())
            .unwrap_or_else(|| panic!("no form: {page:?}"));
        Self::read(&form)
    }

    /// The form with the decision.
    #[track_caller]
    pub fn of_consent(page: &Answer) -> Self {
        let html = Html::parse_document(&page.body);
        let button = Selector::parse("button[name=decision]").unwrap();
        let forms = Selector::parse("form").unwrap();
        let form = html
            .select(&forms)
            .find(|form| form.select(&button).next().is_some())
            .unwrap_or_else(|| panic!("no decision: {page:?}"));
        Self::read(&form)
    }

    /// The form that has a button with this name and value.
    #[track_caller]
    pub fn with_button(page: &Answer, name: &str, value: &str) -> Self {
        let html = Html::parse_document(&page.body);
        let button = Selector::parse(&format!("button[name={name}][value=\"{value}\"]")).unwrap();
        let forms = Selector::parse("form").unwrap();
        let form = html
            .select(&forms)
            .find(|form| form.select(&button).next().is_some())
            .unwrap_or_else(|| panic!("no button {name}={value}: {page:?}"));
        Self::read(&form).set(name, value)
    }

    /// Every form of a page.
    pub fn all(page: &Answer) -> Vec<Self> {
        let html = Html::parse_document(&page.body);
        let forms = Selector::parse("form").unwrap();
        html.select(&forms).map(|form| Self::read(&form)).collect()
    }

    fn read(form: &scraper::ElementRef<'_>) -> Self {
        let inputs = Selector::parse("input[name]").unwrap();
        let fields = form.select(&inputs).filter_map(|input| {
            let attribute = |name| input.value().attr(name).unwrap_or_default().to_owned();
            let is_box = attribute("type") == "checkbox";
            let checked = input.value().attr("checked").is_some();
            (!is_box || checked).then(|| (attribute("name"), attribute("value")))
        });
        Self {
            action: form.value().attr("action").unwrap().to_owned(),
            fields: fields.collect(),
        }
    }

    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str, value: &str) -> Self {
        self.fields
            .retain(|(key, field)| !(key == name && field == value));
        self
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl TestServer {
    /// Redeems a code of `conf`.
    pub async fn redeem(&self, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", super::fixtures::CONF_CB),
            ("code_verifier", VERIFIER),
        ];
        self.post_as(Basic::of("conf", &encoded(SECRET)), "/oauth/token", &form)
            .await
    }

    /// A POST authenticated as one of the confidential fixtures.
    pub async fn as_client(&self, client: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_as(Basic::of(client, &encoded(SECRET)), path, form)
            .await
    }

    /// Tokens of `conf` for alice, by the whole flow.
    pub async fn tokens(&self, request: &Authorize) -> serde_json::Value {
        let code = self.browser().code(request).await;
        self.redeem(&code).await.ok()
    }
}

/// RFC 6749 §2.3.1: form-encoded before it goes into Basic.
pub fn encoded(secret: &str) -> String {
    url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()
}
