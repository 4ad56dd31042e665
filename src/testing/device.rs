//! A device that waits for a person (RFC 8628).

use axum_test::TestResponse;
use loco_rs::app::AppContext;
use serde_json::Value;

use super::{
    Flow, Tokens,
    browser::Browser,
    caller::{Caller, pairs},
    clock::Clock,
    factory,
    page::Page,
    running::Person,
};
use crate::protocol::{client::GrantType, route::Route};

/// A device that shows a code, and the person who may enter it.
///
/// ```no_run
/// # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
/// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
/// let mut device = flow(request, ctx).user(&user).scope("openid").device().await;
/// assert_oauth_error(&device.poll().await, 400, "authorization_pending");
/// device.approve().await;
/// let tokens = device.tokens().await;
/// assert_eq!(tokens.scopes(), ["openid"]);
/// # }
/// ```
pub struct Device<'a> {
    /// The code that the device shows.
    pub user_code: String,
    /// The whole device authorization response.
    pub body: Value,
    ctx: AppContext,
    caller: Caller<'a>,
    browser: Browser<'a>,
    unticked: Vec<String>,
}

impl<'a> Flow<'a> {
    /// Lets the client ask as a device, with the flow's scopes and resources; signs the person in for it, in
    /// a browser of theirs. Without a client it is a new public one with the grant of devices.
    pub async fn device(mut self) -> Device<'a> {
        if self.client.is_none() {
            let client = factory::client().device().create(&self.ctx).await;
            self.client = Some((&client).into());
        }
        let server = super::server(&self.ctx);
        let caller = Caller {
            request: self.request,
            client: self.chosen(&server).await,
            key: self.key.take(),
            server,
        };
        let url = caller.server.urls.of(Route::DeviceAuthorization);
        let response = caller.post(url, &pairs(&self.params)).await;
        let text = response.text();
        assert_eq!(response.status_code(), 200, "{text}");
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
        let user_code = body["user_code"].as_str().expect("a user code").to_owned();
        let browser = self.browser.take();
        let mut browser = browser.unwrap_or_else(|| Browser::new(self.request, &self.ctx));
        sign_in(&mut browser, &self).await;
        Device {
            user_code,
            body,
            ctx: self.ctx,
            caller,
            browser,
            unticked: self.unticked,
        }
    }
}

async fn sign_in(browser: &mut Browser<'_>, flow: &Flow<'_>) {
    match &flow.person {
        Person::Nobody => {}
        Person::Owner(owner) => {
            let session = factory::session_of(owner.clone()).create(&flow.ctx).await;
            browser.take_cookies(&session.set_cookies);
        }
        Person::Password { login, password } => {
            let server = super::server(&flow.ctx);
            let page = browser.open(&server.urls.login_page).await;
            let form = page.form().set("login", login).set("password", password);
            browser.post(&form).await;
        }
    }
}

impl<'a> Device<'a> {
    /// Asks for the tokens once, and returns the answer, whatever it is.
    pub async fn poll(&self) -> TestResponse {
        let form = [
            ("grant_type", GrantType::DeviceCode.as_str()),
            (
                "device_code",
                self.body["device_code"].as_str().expect("a device code"),
            ),
        ];
        let url = self.caller.server.urls.of(Route::Token);
        self.caller.post(url, &form).await
    }

    /// Enters the code, and returns the page that asks.
    pub async fn enter(&mut self) -> Page {
        let page = self.caller.server.urls.of(Route::Device).to_owned();
        let page = self.browser.open(&page).await;
        let form = page.form().set("user_code", &self.user_code);
        self.browser.submit(&form).await
    }

    /// Enters the code and allows the device.
    pub async fn approve(&mut self) -> Page {
        self.decide("allow").await
    }

    /// Enters the code and refuses the device.
    pub async fn deny(&mut self) -> Page {
        self.decide("deny").await
    }

    async fn decide(&mut self, decision: &str) -> Page {
        let form = self.enter().await.form_with_button("decision", decision);
        let unticked = self.unticked.iter();
        let form = unticked.fold(form, |form, scope| form.without("scope", scope));
        self.browser.submit(&form).await
    }

    /// Waits the interval, and returns the tokens of a device that was allowed.
    pub async fn tokens(&self) -> Tokens<'a> {
        let interval = self.body["interval"].as_i64().unwrap_or(5);
        Clock::of(&self.ctx).advance(interval);
        let response = self.poll().await;
        Tokens::read(self.caller.clone(), self.browser.clone(), &response, None).await
    }

    /// Returns the person's browser.
    pub const fn browser(&mut self) -> &mut Browser<'a> {
        &mut self.browser
    }
}
