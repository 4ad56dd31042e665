//! A booted app behind a real socket.

use std::{net::SocketAddr, sync::Arc};

use loco_oauth_server::{Seconds, Server, internals::config::RateLimitEntry};
use loco_rs::{
    app::{AppContext, Hooks},
    boot::StartMode,
    config::Config,
    environment::Environment,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::SemaphorePermit, task::JoinHandle};

use super::{
    App,
    browser::Browser,
    database::{self, TestDatabase},
    fixtures, users,
};

/// The issuer of the fixtures.
pub const ISSUER: &str = "https://as.example";

/// Every thread that hashes passwords: nobody else gets one until this is dropped.
pub async fn all_threads(server: &Server) -> SemaphorePermit<'_> {
    let threads = server.people.hashing.permits();
    let all = u32::try_from(threads.available_permits()).unwrap();
    threads.acquire_many(all).await.unwrap()
}

pub struct TestServer {
    pub database: Arc<TestDatabase>,
    pub ctx: AppContext,
    pub address: SocketAddr,
    pub http: reqwest::Client,
    serving: JoinHandle<()>,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl TestServer {
    /// The app with the fixtures' clients and alice.
    pub async fn start() -> Self {
        Self::with(json!({})).await
    }

    /// The same with other settings of the plugin, by key.
    pub async fn with(settings: Value) -> Self {
        let server = Self::bare(settings).await;
        fixtures::insert_clients(&server).await;
        users::Model::create(&server.ctx.db, fixtures::ALICE, fixtures::PASSWORD)
            .await
            .unwrap();
        server
    }

    /// The app without rows. A `base_url` of `"self"` is the socket's own address.
    pub async fn bare(settings: Value) -> Self {
        Self::node(Arc::new(TestDatabase::create().await), settings).await
    }

    /// Another process of the same app: its own memory, the same database and keys.
    pub async fn twin(&self, settings: Value) -> Self {
        Self::node(Arc::clone(&self.database), settings).await
    }

    pub async fn node(database: Arc<TestDatabase>, settings: Value) -> Self {
        Self::try_node(database, settings).await.unwrap()
    }

    pub async fn try_node(database: Arc<TestDatabase>, settings: Value) -> loco_rs::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = config(&database.uri, address, settings);
        let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config).await?;
        let router = boot.router.unwrap();
        let serving = tokio::spawn(async move {
            let app = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, app).await.unwrap();
        });
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let server = Self {
            database,
            ctx: boot.app_context,
            address,
            http,
            serving,
        };
        database::record_library(&server.ctx, &server.oauth());
        Ok(server)
    }

    pub fn oauth(&self) -> Arc<Server> {
        self.ctx.shared_store.get::<Arc<Server>>().unwrap()
    }

    /// Moves the server's clock.
    pub fn advance(&self, seconds: i64) {
        self.oauth().clock.advance(Seconds::new(seconds));
    }

    /// The time of the server's clock as a number, for claims and for the app's entities.
    pub fn now(&self) -> i64 {
        self.oauth().clock.now().as_seconds()
    }

    pub fn url(&self, path: &str) -> String {
        let path = path
            .strip_prefix(&self.oauth().settings.base_url)
            .unwrap_or(path);
        format!("http://{}{path}", self.address)
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::read(self.http.get(self.url(path)).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::read(
            self.http
                .post(self.url(path))
                .form(form)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// A form post with HTTP Basic.
    pub async fn post_as(&self, basic: Basic<'_>, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self
            .http
            .post(self.url(path))
            .basic_auth(basic.client, Some(basic.secret))
            .form(form);
        Answer::read(request.send().await.unwrap()).await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::read(request.send().await.unwrap()).await
    }
}

/// Id and secret of a client, as HTTP Basic takes them: form-encoded.
#[derive(Clone, Copy, Debug)]
pub struct Basic<'a> {
    pub client: &'a str,
    pub secret: &'a str,
}

impl<'a> Basic<'a> {
    pub const fn of(client: &'a str, secret: &'a str) -> Self {
        Self { client, secret }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The JSON of a 200.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    #[track_caller]
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{self:?}");
        self.header("location").unwrap()
    }

    /// A parameter of the location's query.
    #[track_caller]
    pub fn location_param(&self, name: &str) -> Option<String> {
        param(self.location(), name)
    }

    /// JSON(s, e) of the cases.
    #[track_caller]
    pub fn assert_error(&self, status: u16, error: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        let body = self.json();
        assert_eq!(body["error"], error, "{self:?}");
        let description = body["error_description"].as_str().unwrap_or_default();
        let allowed = |byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(description.bytes().all(allowed), "{description}");
    }

    /// PAGE(s) of the cases.
    #[track_caller]
    pub fn assert_page(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("location"), None, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{self:?}"
        );
        assert_eq!(self.header("x-frame-options"), Some("DENY"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("referrer-policy"), Some("no-referrer"));
        assert!(
            self.header("content-security-policy")
                .unwrap()
                .contains("frame-ancestors 'none'")
        );
    }

    /// BACK(e) of the cases, for a request with the state `S`.
    #[track_caller]
    pub fn assert_back(&self, redirect_uri: &str, error: &str) {
        self.assert_back_with(redirect_uri, error, Some("S"));
    }

    /// BACK(e): exactly to the client, with the state of the request, and nothing else of it.
    #[track_caller]
    pub fn assert_back_with(&self, redirect_uri: &str, error: &str, state: Option<&str>) {
        let location = self.location();
        let (target, query) = location.split_once('?').unwrap();
        assert_eq!(target, redirect_uri, "{location}");
        assert!(!query.contains('#'), "{location}");
        let mut sent: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        sent.retain(|(name, _)| name != "error_description");
        let mut wanted = vec![("error".into(), error.into())];
        wanted.extend(state.map(|state| ("state".into(), state.into())));
        wanted.push(("iss".into(), ISSUER.into()));
        assert_eq!(sent, wanted, "{location}");
    }
}

/// A parameter of a URL's query; panics when it stands there twice.
#[track_caller]
pub fn param(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut found = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned());
    let first = found.next();
    assert!(found.next().is_none(), "{name} twice in {url}");
    first
}

/// Every limit switched off.
pub fn no_limits() -> Value {
    let off = RateLimitEntry::ALL.map(|entry| (entry.as_str().to_owned(), Value::Null));
    Value::Object(off.into_iter().collect())
}

/// The configuration of the dummy app.
pub fn config(uri: &str, address: SocketAddr, mut settings: Value) -> Config {
    if settings["base_url"] == "self" {
        settings["base_url"] = json!(format!("http://{address}"));
    }
    let mut block = json!({
        "base_url": ISSUER,
        "keys": { "directory": "target/test_oauth_keys" },
        "scopes": { "read": { "description": "Read your notes" }, "write": {}, "jobs": {}, "admin": {} },
        "resources": [
            { "uri": "https://mcp.example/mcp", "scopes": ["mcp:read"] },
            { "uri": "https://api.example", "token_format": "opaque" },
        ],
        "enable_end_session": true,
        // The tests are one address with many requests.
        "rate_limits": no_limits(),
    });
    for (key, value) in settings.as_object().unwrap() {
        block[key] = value.clone();
    }
    let connections = block
        .as_object_mut()
        .unwrap()
        .remove("max_connections")
        .unwrap_or_else(|| json!(5));
    let middlewares = block
        .as_object_mut()
        .unwrap()
        .remove("middlewares")
        .unwrap_or_else(|| json!({}));
    let run_on_start = block.as_object_mut().unwrap().remove("run_on_start");
    // `null` = an app without JWTs.
    let jwt = block
        .as_object_mut()
        .unwrap()
        .remove("jwt")
        .unwrap_or_else(|| json!({ "secret": super::scripts::JWT_SECRET, "expiration": 600 }));
    let mailer = block.as_object_mut().unwrap().remove("mailer");
    serde_json::from_value(json!({
        "mailer": mailer,
        "auth": { "jwt": jwt },
        "logger": { "enable": false, "level": "off", "format": "compact" },
        "server": { "port": address.port(), "host": "http://localhost", "middlewares": middlewares },
        "database": {
            "uri": uri,
            "enable_logging": false,
            "connect_timeout": 500,
            // sqlx's reaper runs once per idle timeout and can loop for ever when it looks at the
            // pool while connections come and go (its count of idle ones wraps around).
            "idle_timeout": 600_000,
            "min_connections": 1,
            "max_connections": connections,
            "auto_migrate": true,
            "run_on_start": run_on_start,
        },
        "workers": { "mode": "ForegroundBlocking" },
        "initializers": { "oauth_server": block },
    }))
    .unwrap()
}
