//! Traffic as people and clients make it, good and bad, and what came of it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, Statement};

use super::{
    browser::{Authorize, Browser, encoded},
    fixtures::SECRET,
    server::{Answer, Basic, TestServer},
};

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Seen {
    pub what: &'static str,
    pub status: u16,
    pub wanted: u16,
    pub took: Duration,
}

/// What came of the requests.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Vec<Seen>>);

impl Tally {
    /// Waits for an answer and notes it.
    pub async fn note(
        &self,
        what: &'static str,
        wanted: u16,
        request: impl Future<Output = Answer>,
    ) -> Answer {
        let begun = Instant::now();
        let answer = request.await;
        self.all().push(Seen {
            what,
            status: answer.status,
            wanted,
            took: begun.elapsed(),
        });
        answer
    }

    fn all(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.all())
    }
}

/// Answers that are not those that belong to the requests.
pub fn wrong(seen: &[Seen]) -> Vec<String> {
    let wrong = seen.iter().filter(|one| one.status != one.wanted);
    wrong
        .map(|one| {
            let Seen {
                what,
                status,
                wanted,
                took,
            } = one;
            format!("{what}: {status} instead of {wanted} after {took:?}")
        })
        .collect()
}

fn member(answer: &Answer, name: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
    body[name].as_str().unwrap_or_default().to_owned()
}

impl TestServer {
    /// What a signed-in person's apps do in a while: eleven requests. `browser` has allowed `conf`.
    pub async fn round(&self, browser: &mut Browser<'_>, tally: &Tally) {
        let path = Authorize::base().path();
        let sent = tally.note("authorize", 303, browser.get(&path)).await;
        let code = match sent.status {
            303 => sent.location_param("code").unwrap_or_default(),
            _ => String::new(),
        };
        let tokens = tally.note("code", 200, self.redeem(&code)).await;
        let (access, refresh) = (
            member(&tokens, "access_token"),
            member(&tokens, "refresh_token"),
        );
        tally.note("userinfo", 200, self.userinfo(&access)).await;
        let form = [("token", access.as_str())];
        let introspect = || self.as_client("conf", "/oauth/introspect", &form);
        tally.note("introspect", 200, introspect()).await;
        let refreshed = tally.note("refresh", 200, self.refresh(&refresh)).await;
        tally.note("introspect", 200, introspect()).await;
        let machine = [("grant_type", "client_credentials"), ("scope", "jobs")];
        let machine = self.as_client("m2m", "/oauth/token", &machine);
        tally.note("machine", 200, machine).await;
        for (what, path) in [
            ("metadata", "/.well-known/oauth-authorization-server"),
            ("jwks", "/oauth/jwks"),
        ] {
            tally.note(what, 200, self.get(path)).await;
        }
        let old = member(&refreshed, "access_token");
        tally.note("userinfo", 200, self.userinfo(&old)).await;
        tally.note("revoke", 200, self.revoke(&old)).await;
    }

    /// A request that is refused, another kind by each number.
    pub async fn invalid(&self, number: usize, tally: &Tally) {
        const TOKEN: &str = "/oauth/token";
        const INTROSPECT: &str = "/oauth/introspect";
        let machine = [("grant_type", "client_credentials")];
        let junk = format!("junk{number}");
        let unknown = [("token", junk.as_str())];
        let code = [
            ("grant_type", "authorization_code"),
            ("code", junk.as_str()),
            ("code_verifier", super::browser::VERIFIER),
        ];
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*junk)];
        let no_grant = [("grant_type", "magic")];
        let secret = encoded(SECRET);
        let right = Basic::of("conf", &secret);
        let wrong = Basic::of("m2m", "x");
        let invented = Basic::of(&junk, "x");
        let token = |wanted, basic, form| {
            let request = self.post_as(basic, TOKEN, form);
            tally.note("invalid token", wanted, request)
        };
        let introspect = |wanted, basic, form| {
            let request = self.post_as(basic, INTROSPECT, form);
            tally.note("invalid introspect", wanted, request)
        };
        let authorize = |wanted, request: Authorize| async move {
            let path = request.path();
            tally
                .note("invalid authorize", wanted, self.get(&path))
                .await
        };
        let answer = match number % 12 {
            0 => token(401, invented, &machine).await,
            1 => token(401, wrong, &machine).await,
            2 => token(400, right, &code).await,
            3 => token(400, right, &refresh).await,
            4 => token(400, right, &unknown).await,
            5 => token(400, right, &no_grant).await,
            6 => introspect(401, wrong, &unknown).await,
            7 => introspect(200, right, &unknown).await,
            8 => introspect(400, right, &[]).await,
            9 => authorize(400, Authorize::base().with("client_id", &junk)).await,
            10 => {
                let evil = "https://evil.example/cb";
                authorize(400, Authorize::base().with("redirect_uri", evil)).await
            }
            _ => authorize(303, Authorize::base().without("code_challenge")).await,
        };
        drop(answer);
    }

    /// Rows of every table of the plugin.
    pub async fn table_sizes(&self) -> BTreeMap<&'static str, i64> {
        let oauth = self.oauth();
        let tables = oauth.store.tables();
        let mut sizes = BTreeMap::new();
        for table in [
            tables.clients,
            tables.authorization_states,
            tables.authorization_codes,
            tables.access_tokens,
            tables.refresh_tokens,
            tables.consents,
            tables.sessions,
            tables.ephemerals,
        ] {
            let db = &self.ctx.db;
            let count = format!("SELECT COUNT(*) FROM {table}");
            let count = Statement::from_string(db.get_database_backend(), count);
            let row = db.query_one_raw(count).await.unwrap().unwrap();
            sizes.insert(table, row.try_get_by_index(0).unwrap());
        }
        sizes
    }
}

/// What each table gained.
pub fn growth(
    before: &BTreeMap<&'static str, i64>,
    after: &BTreeMap<&'static str, i64>,
) -> BTreeMap<&'static str, i64> {
    let gained = after
        .iter()
        .map(|(table, rows)| (*table, rows - before[table]));
    gained.collect()
}
