//! What a review and real clients found: a row of the list each, with more inputs of its kind.

mod client_keys;
mod counters;
mod documents;
mod fetch_budgets;
mod logins;
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
