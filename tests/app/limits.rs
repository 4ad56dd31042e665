//! Settings of rate limits, and callers at several addresses.

use serde_json::{Value, json};

use super::server::{Answer, Basic, TestServer, no_limits};

/// Where counters are kept.
pub const STORES: [&str; 2] = ["memory", "database"];

/// Settings with all limits off except this one; an empty list = the defaults of the entry.
pub fn only(entry: &str, limits: &Value, store: &str) -> Value {
    only_these(&[(entry, limits.clone())], store)
}

/// [`only`] for several limits.
pub fn only_these(entries: &[(&str, Value)], store: &str) -> Value {
    let mut all = no_limits();
    for (entry, limits) in entries {
        all[entry] = limits.clone();
    }
    json!({ "rate_limits": all, "rate_limit_store": store })
}

/// Limits of one minute.
pub fn a_minute(limits: &[u32]) -> Value {
    let limits = limits.iter();
    limits
        .map(|limit| json!({ "limit": limit, "seconds": 60 }))
        .collect()
}

/// Somebody at another address of this machine.
pub struct Caller<'a> {
    pub server: &'a TestServer,
    pub http: reqwest::Client,
}

impl<'a> Caller<'a> {
    pub fn at(server: &'a TestServer, address: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .local_address(Some(address.parse().unwrap()))
            .build()
            .unwrap();
        Self { server, http }
    }

    pub async fn register(&self, metadata: &Value) -> Answer {
        let request = self.http.post(self.server.url("/oauth/register"));
        self.server.send(request.json(metadata)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(self.server.url(path));
        self.server.send(request).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(self.server.url(path)).form(form);
        self.server.send(request).await
    }

    pub async fn post_as(&self, basic: Basic<'_>, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(self.server.url(path));
        let request = request
            .basic_auth(basic.client, Some(basic.secret))
            .form(form);
        self.server.send(request).await
    }
}
