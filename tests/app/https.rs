//! A https server on this machine, with a certificate authority of its own: the stranger from
//! whom the server fetches documents.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Method, Response},
};
use futures_util::stream;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
    server::TlsStream,
};

/// A name that the certificate has, besides those of this machine.
pub const NAME: &str = "client.example";

/// What a path answers.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: ReplyBody,
}

#[derive(Clone)]
pub enum ReplyBody {
    Text(String),
    /// Never ends.
    Endless,
    /// Headers, then nothing.
    Silent,
}

impl Reply {
    /// 200 with JSON.
    pub fn json(body: &Value) -> Self {
        Self::text(&body.to_string())
    }

    /// 200 with a body that says it is JSON.
    pub fn text(body: &str) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json".to_owned())],
            body: ReplyBody::Text(body.to_owned()),
        }
    }

    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::text("{}")
        }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    #[must_use]
    pub fn body(mut self, body: ReplyBody) -> Self {
        self.body = body;
        self
    }
}

/// A `POST` as it arrived.
#[derive(Clone, Debug)]
pub struct Post {
    pub path: String,
    pub content_type: String,
    pub body: String,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<HashMap<String, Reply>>,
    connections: AtomicUsize,
    /// Path and `If-None-Match` of each request.
    requests: Mutex<Vec<(String, Option<String>)>>,
    posts: Mutex<Vec<Post>>,
    /// How long each answer waits.
    delay: Mutex<Duration>,
}

/// The server; it ends with this value.
pub struct HttpsServer {
    pub address: SocketAddr,
    /// PEM file of the authority, for `fetch.extra_ca_file`.
    pub ca_file: PathBuf,
    shared: Arc<Shared>,
    _directory: TempDir,
    serving: JoinHandle<()>,
}

impl Drop for HttpsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl HttpsServer {
    pub async fn start() -> Self {
        let (ca, config) = certificates();
        let directory = TempDir::new().unwrap();
        let ca_file = directory.path().join("ca.pem");
        std::fs::write(&ca_file, ca).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let listener = TlsListener {
            listener,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            shared: Arc::clone(&shared),
        };
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        Self {
            address,
            ca_file,
            shared,
            _directory: directory,
            serving: tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }),
        }
    }

    /// `https://localhost:<port><path>`
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// Sets what `path` answers from now on; other paths are 404.
    pub fn serve(&self, path: &str, reply: Reply) {
        let mut replies = self.shared.replies.lock().unwrap();
        replies.insert(path.to_owned(), reply);
    }

    /// Makes every answer wait.
    pub fn delay(&self, delay: Duration) {
        *self.shared.delay.lock().unwrap() = delay;
    }

    /// Connections so far, whether or not they came to a request.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Path and `If-None-Match` of each request so far.
    pub fn requests(&self) -> Vec<(String, Option<String>)> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Each `POST` so far.
    pub fn posts(&self) -> Vec<Post> {
        self.shared.posts.lock().unwrap().clone()
    }

    /// Settings of a server on a developer's machine that may fetch from here.
    pub fn settings(&self, more: &Value) -> Value {
        let mut settings = json!({
            "base_url": "self",
            "fetch": { "extra_ca_file": self.ca_file },
        });
        for (key, value) in more.as_object().unwrap() {
            settings[key] = value.clone();
        }
        settings
    }
}

/// The authority's certificate as PEM, and a server's configuration with one from it.
fn certificates() -> (String, ServerConfig) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let ca = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let names = ["localhost", "127.0.0.1", NAME].map(str::to_owned);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key);
    (ca, config.unwrap())
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let etag = request.headers().get("if-none-match");
    let etag = etag.map(|etag| etag.to_str().unwrap().to_owned());
    shared
        .requests
        .lock()
        .unwrap()
        .push((path.clone(), etag.clone()));
    if request.method() == Method::POST {
        let content_type = &request.headers()["content-type"];
        let content_type = content_type.to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await;
        let body = String::from_utf8(body.unwrap().to_vec()).unwrap();
        let post = Post {
            path: path.clone(),
            content_type,
            body,
        };
        shared.posts.lock().unwrap().push(post);
    }
    let delay = *shared.delay.lock().unwrap();
    tokio::time::sleep(delay).await;
    let reply = shared.replies.lock().unwrap().get(&path).cloned();
    let reply = reply.unwrap_or_else(|| Reply::status(404));
    let current = reply.headers.iter().find(|(name, _)| *name == "etag");
    let unchanged = etag.is_some() && etag == current.map(|(_, value)| value.clone());
    let mut response = Response::builder().status(if unchanged { 304 } else { reply.status });
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = match reply.body {
        _ if unchanged => Body::empty(),
        ReplyBody::Text(text) => Body::from(text),
        ReplyBody::Endless => Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b' '; 1024]))
        })),
        ReplyBody::Silent => Body::from_stream(stream::pending::<std::io::Result<Bytes>>()),
    };
    response.body(body).unwrap()
}

struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            self.shared.connections.fetch_add(1, Ordering::SeqCst);
            // Who does not trust the certificate goes away here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
