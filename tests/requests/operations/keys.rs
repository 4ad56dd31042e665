//! Keys of a running server.

use std::{collections::BTreeSet, path::Path, time::Duration};

use futures_util::future::join_all;
use loco_oauth_server::{
    Seconds,
    internals::keys::{JwtPurpose, KeyLine, KeyState, list_keys},
};
use serde_json::{Value, json};

use crate::app::{
    browser::Authorize,
    server::TestServer,
    tokens::{R1, assert_verifies, jwt_part, text},
};

async fn start(directory: &Path) -> TestServer {
    let settings = json!({ "keys": { "directory": directory, "id_token_alg": "ES256" } });
    let server = TestServer::with(settings).await;
    server.advance(0);
    server
}

impl TestServer {
    fn key_list(&self) -> Vec<KeyLine> {
        list_keys(&self.oauth().settings, self.oauth().clock.now()).unwrap()
    }

    pub fn kid(&self, state: KeyState) -> String {
        let keys = self.key_list();
        let mut found = keys.iter().filter(|key| key.state == state);
        let kid = found
            .next()
            .unwrap_or_else(|| panic!("{keys:?}"))
            .kid
            .clone();
        assert_eq!(found.next(), None, "{keys:?}");
        kid
    }

    /// What the server does by itself within a minute.
    pub async fn reread(&self) {
        let (keys, now) = (self.oauth().keys.clone(), self.oauth().clock.now());
        let reread = tokio::task::spawn_blocking(move || keys.reread(now));
        reread.await.unwrap().unwrap();
    }

    async fn published(&self) -> Vec<String> {
        let set: Value = self.get("/oauth/jwks").await.ok();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.map(|key| text(key, "kid").to_owned()).collect()
    }

    async fn signer(&self) -> String {
        let tokens = self.tokens(&Authorize::base()).await;
        text(&jwt_part(text(&tokens, "id_token"), 0), "kid").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c179_a_rotation_publishes_before_it_signs() {
    let directory = tempfile::tempdir().unwrap();
    let settings = json!({
        "keys": {
            "directory": directory.path(),
            "id_token_alg": "ES256",
            "access_token_alg": "ES256",
            "passphrase": "a passphrase of the operator, long enough",
        },
        "resources": [{ "uri": R1, "token_format": "jwt" }],
    });
    let server = TestServer::with(settings).await;
    server.advance(0);
    let old = server.kid(KeyState::Active);
    server.task("oauth:keys:rotate", &[]).await.unwrap();
    let new = server.kid(KeyState::Next);
    for kid in [&old, &new] {
        let file = std::fs::read_to_string(directory.path().join(format!("{kid}.pem")));
        assert!(
            file.unwrap()
                .starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        );
    }
    server.reread().await;
    assert_eq!(server.published().await, [old.clone(), new.clone()]);
    assert_eq!(server.signer().await, old);
    let next = server.key_list().into_iter().find(|key| key.kid == new);
    assert_eq!(
        next.unwrap().next_change,
        Some(server.oauth().clock.now() + Seconds::days(1))
    );

    server.advance(86_400 - 1);
    server.reread().await;
    let request = Authorize::base().and("resource", R1);
    let code = server.browser().code(&request).await;
    let form = [("resource", Some(R1))];
    let tokens = server.redeem_with(&code, &form).await.ok();
    let last = text(&tokens, "access_token");
    assert_eq!(
        jwt_part(last, 0)["kid"],
        *old,
        "the last one of the old key"
    );
    server.advance(1);
    server.reread().await;
    assert_eq!(server.signer().await, new);
    assert_eq!(server.kid(KeyState::Retiring), old);
    assert!(server.published().await.contains(&old));
    // What the old key signed is good as long as it would have been.
    let verified = async || {
        let (keys, now) = (server.oauth().keys.clone(), server.oauth().clock.now());
        keys.verify(last, JwtPurpose::AccessToken, now).is_ok()
    };
    server.advance(3600 - 2);
    server.reread().await;
    assert!(server.published().await.contains(&old));
    assert!(verified().await && server.is_live(last).await);
    server.advance(2 + 3600);
    server.reread().await;
    assert!(!verified().await && !server.is_live(last).await);
    assert_eq!(server.kid(KeyState::Retired), old);
    assert_eq!(server.published().await, [new]);
    server.task("oauth:keys:list", &[]).await.unwrap();
    // A year later the file is deleted.
    server.advance(2 * 31_536_000);
    server.task("oauth:keys:rotate", &[]).await.unwrap();
    assert!(!directory.path().join(format!("{old}.pem")).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_key_is_gone_at_once_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let server = start(directory.path()).await;
    let old = server.kid(KeyState::Active);
    let withdraw = [("withdraw", old.as_str())];
    server.task("oauth:keys:rotate", &withdraw).await.unwrap();
    let names: Vec<String> = server
        .oauth()
        .events
        .take()
        .iter()
        .filter(|event| event.event.as_str().starts_with("key."))
        .map(|event| event.event.to_string())
        .collect();
    assert_eq!(names, ["key.created", "key.withdrawn"]);
    server.reread().await;
    let new = server.kid(KeyState::Active);
    assert_eq!(server.kid(KeyState::Withdrawn), old);
    assert_eq!(server.published().await, std::slice::from_ref(&new));
    assert_eq!(server.signer().await, new);
}

/// Keys that come from elsewhere stay there.
#[tokio::test(flavor = "multi_thread")]
async fn rotate_writes_nothing_where_keys_are_in_the_settings() {
    let directory = tempfile::tempdir().unwrap();
    let first = start(directory.path()).await;
    let kid = first.kid(KeyState::Active);
    let pem = std::fs::read_to_string(directory.path().join(format!("{kid}.pem"))).unwrap();
    let keys = json!({ "pem": [pem], "id_token_alg": "ES256" });
    let server = TestServer::with(json!({ "keys": keys, "secret": "s".repeat(32) })).await;
    server.task("oauth:keys:rotate", &[]).await.unwrap();
    assert_eq!(server.key_list().len(), 1);
    let withdraw = [("withdraw", kid.as_str())];
    let error = server
        .task("oauth:keys:rotate", &withdraw)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("keys.directory"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c250_a_rotation_under_load() {
    let directory = tempfile::tempdir().unwrap();
    let server = start(directory.path()).await;
    let mut codes = Vec::new();
    let mut browser = server.browser();
    for _ in 0..100 {
        codes.push(browser.code(&Authorize::base()).await);
    }
    // Two keys of the same second have no order.
    server.advance(1);
    let exchange = async |(place, code): (u64, &String)| {
        tokio::time::sleep(Duration::from_millis(5 * place)).await;
        let tokens = server.redeem(code).await.ok();
        text(&tokens, "id_token").to_owned()
    };
    let (during, after) = codes.split_at(80);
    let rotation = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = [("now", "true")];
        server.task("oauth:keys:rotate", &now).await.unwrap();
        server.reread().await;
    };
    let exchanges = join_all((0..).zip(during).map(exchange));
    let (mut exchanges, ()) = tokio::join!(exchanges, rotation);
    exchanges.extend(join_all((0..).zip(after).map(exchange)).await);
    let set: Value = server.get("/oauth/jwks").await.ok();
    let mut kids = BTreeSet::new();
    for token in &exchanges {
        assert_verifies(token, &set, "conf");
        kids.insert(text(&jwt_part(token, 0), "kid").to_owned());
    }
    assert_eq!(kids.len(), 2, "the rotation was not among the exchanges");
    let active = server.key_list();
    let active = active.iter().filter(|key| key.state == KeyState::Active);
    assert_eq!(active.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn c239_nodes_that_start_at_once_agree_on_one_key_set() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let (one, two) = tokio::join!(start(path), start(path));
    assert_eq!(one.published().await, two.published().await);
    assert_eq!(one.published().await.len(), 1);
    two.oauth().clock.fix(one.oauth().clock.now());
    // A rotation on one node reaches the other through the directory.
    one.task("oauth:keys:rotate", &[("now", "true")])
        .await
        .unwrap();
    one.reread().await;
    two.reread().await;
    assert_eq!(one.published().await, two.published().await);
    assert_eq!(one.signer().await, two.signer().await);
}
