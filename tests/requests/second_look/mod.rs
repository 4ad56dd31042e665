//! What a review and trials with real clients found: each test bears the name of its finding, and
//! comes with others of the same kind.

mod browsers;
mod consent;
mod counters;
mod credentials;
mod default_scopes;
mod documents;
mod equal_time;
mod fetch_budgets;
mod forms;
mod guard_log;
mod hosts;
mod identity;
mod keys;
mod logins;
mod meanwhile;
mod messages;
mod registration;
mod resources;
mod root_resource;
mod sign_out;
mod stored_text;
mod well_known;
mod writes;

use serde_json::{Value, json};

use crate::app::server::{Answer, TestServer, no_limits};

/// Where counters are kept.
const STORES: [&str; 2] = ["memory", "database"];

/// Settings with all limits off except these; an empty list = the defaults of the entry.
fn only(entries: &[(&str, Value)], store: &str) -> Value {
    let mut all = no_limits();
    for (entry, limits) in entries {
        all[entry] = limits.clone();
    }
    json!({ "rate_limits": all, "rate_limit_store": store })
}

/// Limits of one minute.
fn a_minute(limits: &[u32]) -> Value {
    let limits = limits.iter();
    limits
        .map(|limit| json!({ "limit": limit, "seconds": 60 }))
        .collect()
}

/// Somebody at another address of this machine.
struct Caller<'a> {
    server: &'a TestServer,
    http: reqwest::Client,
}

impl<'a> Caller<'a> {
    fn at(server: &'a TestServer, address: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .local_address(Some(address.parse().unwrap()))
            .build()
            .unwrap();
        Self { server, http }
    }

    async fn register(&self, metadata: &Value) -> Answer {
        let request = self.http.post(self.server.url("/oauth/register"));
        self.server.send(request.json(metadata)).await
    }

    async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(self.server.url(path));
        self.server.send(request).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(self.server.url(path)).form(form);
        self.server.send(request).await
    }

    async fn post_as(
        &self,
        (client, secret): (&str, &str),
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let request = self.http.post(self.server.url(path));
        let request = request.basic_auth(client, Some(secret)).form(form);
        self.server.send(request).await
    }
}
