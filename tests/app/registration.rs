//! Clients that register themselves.

use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{
    oauth_server::oauth_clients,
    server::{Answer, TestServer},
};

/// Settings with which everybody may register.
pub fn open() -> Value {
    json!({
        "allow_dynamic_client_registration": true,
        "allow_unauthenticated_client_registration": true,
    })
}

/// [`open`] with more settings.
pub fn open_and(more: &Value) -> Value {
    let mut settings = open();
    for (key, value) in more.as_object().unwrap() {
        settings[key] = value.clone();
    }
    settings
}

/// The smallest registration, changed: null takes a member away.
pub fn metadata(changes: &Value) -> Value {
    let mut metadata = json!({ "redirect_uris": ["https://new.example/cb"] });
    for (name, value) in changes.as_object().unwrap() {
        metadata[name] = value.clone();
    }
    metadata
}

impl TestServer {
    pub async fn register(&self, metadata: &Value) -> Answer {
        let request = self.http.post(self.url("/oauth/register")).json(metadata);
        self.send(request).await
    }

    /// The answer's body to a registration that succeeds.
    #[track_caller]
    pub fn registered(&self, metadata: &Value) -> impl Future<Output = Value> {
        let request = self.register(metadata);
        async move {
            let answer = request.await;
            assert_eq!(answer.status, 201, "{answer:?}");
            answer.json()
        }
    }

    pub async fn clients(&self) -> Vec<oauth_clients::Model> {
        oauth_clients::Entity::find()
            .all(&self.ctx.db)
            .await
            .unwrap()
    }

    /// The row of a registered client.
    pub async fn client_row(&self, information: &Value) -> oauth_clients::Model {
        let all = self.clients().await.into_iter();
        { all }
            .find(|row| information["client_id"] == row.client_id.as_str())
            .unwrap()
    }

    /// What a test does with `register/{client_id}`.
    pub fn at_registration(&self, method: &str, information: &Value) -> reqwest::RequestBuilder {
        let uri = information["registration_client_uri"].as_str().unwrap();
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, self.url(uri))
    }

    /// The same with the client's own token.
    pub async fn manage(&self, method: &str, information: &Value, body: Option<&Value>) -> Answer {
        let token = information["registration_access_token"].as_str().unwrap();
        let mut request = self.at_registration(method, information).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request).await
    }
}
