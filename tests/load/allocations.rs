//! What a request costs does not grow with the app's configuration.

use allocation_counter::measure;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::app::server::TestServer;

/// Requests of the groups of routes: discovery, pages, scripts. Where the app itself answers, its
/// own layers copy what they like.
const GETS: [&str; 4] = [
    "/.well-known/openid-configuration",
    "/oauth/jwks",
    "/oauth/login",
    "/oauth/session",
];

/// A server and its client on one thread, so that all their allocations are counted.
struct OneThread {
    runtime: Runtime,
    server: TestServer,
}

impl OneThread {
    fn start(settings: Value) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(TestServer::with(settings));
        Self { runtime, server }
    }

    /// Allocations of each request, after one that fills what is made once.
    fn allocations(&self) -> Vec<u64> {
        let all = 0..=GETS.len();
        all.map(|number| {
            self.runtime.block_on(self.request(number));
            measure(|| self.runtime.block_on(self.request(number))).count_total
        })
        .collect()
    }

    /// One of [`GETS`], or a machine's request for a token.
    async fn request(&self, number: usize) {
        if let Some(path) = GETS.get(number) {
            self.server.get(path).await;
        } else {
            let form = [("grant_type", "client_credentials"), ("scope", "jobs")];
            let answer = self.server.as_client("m2m", "/oauth/token", &form);
            answer.await.ok();
        }
    }
}

/// Loco's `AppContext` holds the whole configuration by value: a copy for every layer and handler
/// made up most of a request's time.
#[test]
fn a_request_costs_the_same_with_a_large_configuration() {
    let client = |number: u32| {
        json!({
            "client_id": format!("client-{number}"),
            "token_endpoint_auth_method": "none",
            "redirect_uris": [format!("https://app-{number}.example/cb")],
        })
    };
    let clients: Vec<Value> = (0..500).map(client).collect();
    let small = OneThread::start(json!({})).allocations();
    let large = OneThread::start(json!({ "clients": clients })).allocations();
    println!("allocations: {small:?}, with 500 clients in the settings: {large:?}");
    for (small, large) in small.iter().zip(&large) {
        assert!(*small > 0, "nothing was counted");
        // One copy of the large configuration is 5,000 allocations and more.
        assert!(*large < small + 100, "{small} {large}");
    }
}
