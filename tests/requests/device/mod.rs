//! Devices without a browser (RFC 8628): their requests, the page on which people enter the code, and what
//! the devices are told.

mod life;
mod page;
mod polling;
mod requests;

use loco_oauth_server::internals::protocol::client::{Client, GrantType};
use serde_json::{Value, json};

use crate::app::{
    browser::{Browser, Form},
    fixtures,
    oauth_server::oauth_authorization_codes as grants,
    server::{Answer, TestServer},
    tokens::text,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const ENDPOINT: &str = "/oauth/device-authorization";
const PAGE: &str = "/oauth/device";

/// The grants of a server with devices.
fn grants_with_devices() -> Value {
    json!([
        "authorization_code",
        "refresh_token",
        "client_credentials",
        GRANT
    ])
}

async fn devices() -> TestServer {
    devices_with(json!({})).await
}

/// A server with devices, bob, and the clients `tv` (public), `box` (confidential).
async fn devices_with(mut settings: Value) -> TestServer {
    settings["grant_types"] = grants_with_devices();
    let server = TestServer::with(settings).await.with_bob().await;
    let of_devices = |client: Client| Client {
        grant_types: vec![GrantType::RefreshToken, GrantType::DeviceCode],
        response_types: Vec::new(),
        ..client
    };
    fixtures::insert(&server, &of_devices(fixtures::client("tv", &[]))).await;
    fixtures::insert(&server, &of_devices(fixtures::confidential("box", &[]))).await;
    // The clock stands still from here on.
    server.advance(0);
    server
}

impl TestServer {
    /// A request of `tv` for codes.
    async fn ask(&self, more: &[(&str, &str)]) -> Answer {
        let form = [&[("client_id", "tv")], more].concat();
        self.post(ENDPOINT, &form).await
    }

    /// Codes of `tv`.
    async fn device_codes(&self) -> Value {
        let scope = [("scope", "openid read offline_access")];
        self.ask(&scope).await.ok()
    }

    /// A request of `tv` for the tokens of these codes.
    async fn poll(&self, codes: &Value) -> Answer {
        let form = [
            ("grant_type", GRANT),
            ("device_code", text(codes, "device_code")),
            ("client_id", "tv"),
        ];
        self.post("/oauth/token", &form).await
    }

    /// The newest grant.
    async fn device(&self) -> grants::Model {
        self.grants().await.pop().expect("a grant")
    }

    async fn device_status(&self) -> String {
        self.device().await.device_status.expect("a device")
    }
}

impl Browser<'_> {
    /// Enters a code, and goes on to the next page.
    async fn enter(&mut self, user_code: &str) -> Answer {
        let page = self.get(PAGE).await;
        page.assert_page(200);
        let form = Form::of(&page).set("user_code", user_code);
        let answer = self.submit(&form).await;
        self.follow(answer).await
    }

    /// Enters a code and decides about its device.
    async fn decide(&mut self, codes: &Value, decision: &str) -> Answer {
        let page = self.enter(text(codes, "user_code")).await;
        self.press(&page, decision).await
    }

    async fn press(&mut self, page: &Answer, decision: &str) -> Answer {
        let form = Form::of_consent(page).set("decision", decision);
        let answer = self.submit(&form).await;
        self.follow(answer).await
    }
}
