//! The app's own scripts: what a single-page app sends.

use loco_rs::auth::jwt::JWT;
use serde_json::{Map, Value, json};

use super::{
    browser::{Authorize, Browser},
    fixtures::ALICE,
    server::{Answer, ISSUER, TestServer},
};

/// Base64, as Loco wants it.
pub const JWT_SECRET: &str = "b3VyIGR1bW15IGFwcCBzaWducyB3aXRoIHRoaXMgc2VjcmV0";

impl TestServer {
    /// A JWT as the app's own login gives it, for this user; it lives for 600 seconds.
    pub async fn jwt(&self, email: &str, claims: Value) -> String {
        let pid = self.user(email).await.unwrap().pid.to_string();
        let claims: Map<String, Value> = serde_json::from_value(claims).unwrap();
        let jwt = JWT::new(JWT_SECRET).generate_token(600, pid, claims);
        jwt.unwrap()
    }

    /// POST of JSON by a script of the app's own origin.
    pub fn script(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        let request = self.http.post(self.url(path)).header("origin", ISSUER);
        // As fetch() marks it.
        let request = request.header("sec-fetch-mode", "cors");
        request.header("sec-fetch-site", "same-origin").json(body)
    }
}

impl Browser<'_> {
    /// Exchanges alice's fresh JWT.
    pub async fn exchange(&mut self, server: &TestServer, body: &Value) -> Answer {
        let jwt = server.jwt(ALICE, json!({})).await;
        let request = server.script("/oauth/session", body);
        self.send(request.bearer_auth(jwt)).await
    }

    /// Who is signed in here.
    pub async fn who(&mut self, server: &TestServer) -> Answer {
        let request = server.http.get(server.url("/oauth/session"));
        self.send(request.header("sec-fetch-site", "same-origin"))
            .await
    }

    /// Opens a request up to its first page; the interaction's id.
    pub async fn open(&mut self, server: &TestServer, request: &Authorize) -> String {
        self.get(&request.path()).await;
        let interactions = server.interactions().await;
        interactions.last().unwrap().state.clone()
    }

    /// What a script sees of an interaction.
    pub async fn see(&mut self, server: &TestServer, id: &str) -> Answer {
        let path = format!("/oauth/interaction?interaction={id}");
        let request = server.http.get(server.url(&path));
        self.send(request.header("sec-fetch-site", "same-origin"))
            .await
    }

    /// Takes a decision, with the token of the page.
    pub async fn act(&mut self, server: &TestServer, id: &str, act: Value) -> Answer {
        let seen = self.see(server, id).await;
        let mut body = json!({ "interaction": id });
        if seen.status == 200 {
            body["csrf_token"] = seen.json()["csrf_token"].clone();
        } else {
            body["csrf_token"] = json!("");
        }
        for (name, value) in act.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.send(server.script("/oauth/interaction", &body)).await
    }
}
