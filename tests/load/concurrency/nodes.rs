//! The races of people and clients that register, on one node and on two over one database.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{RACERS, ROUNDS};
use crate::app::{
    assertions::{ClientKey, signer},
    browser::{Authorize, Browser, Form},
    fixtures::{self, ALICE, NEUTRAL, PASSWORD},
    oauth_server::{oauth_clients, oauth_consents},
    registration::{metadata, open_and},
    server::{Answer, TestServer, no_limits},
    tokens::text,
};

/// Nodes of one app, which the racers share in turn.
struct Nodes(Vec<TestServer>);

impl Nodes {
    async fn start(count: usize, settings: serde_json::Value) -> Self {
        let mut nodes = vec![TestServer::with(settings.clone()).await];
        for _ in 1..count {
            let twin = nodes[0].twin(settings.clone()).await;
            nodes.push(twin);
        }
        Self(nodes)
    }

    fn first(&self) -> &TestServer {
        &self.0[0]
    }

    /// One browser, which reaches another node with every tab.
    fn tabs<'a>(&'a self, browser: &Browser<'_>) -> Vec<Browser<'a>> {
        let tab = |node| {
            let mut tab = Browser::new(node);
            tab.cookies.clone_from(&browser.cookies);
            tab
        };
        self.0.iter().cycle().take(RACERS).map(tab).collect()
    }
}

/// Submits the same form in every tab at once.
async fn submit(tabs: &mut [Browser<'_>], form: &Form) -> Vec<Answer> {
    let answers = tabs.iter_mut().map(|tab| tab.submit(form));
    let answers = join_all(answers).await;
    for answer in &answers {
        assert_ne!(answer.status / 100, 5, "{answer:?}");
    }
    answers
}

/// CC-01: n allows of one consent are one code.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn c243_one_consent_given_at_once_on_nodes(#[values(1, 2)] nodes: usize) {
    let nodes = Nodes::start(nodes, json!({})).await;
    let server = nodes.first();
    let mut browser = server.browser();
    browser.sign_in().await;
    for round in 1..=*ROUNDS {
        // Asked again, although it is remembered.
        let page = browser
            .authorize(&Authorize::base().with("prompt", "consent"))
            .await;
        let form = Form::of_consent(&page).set("decision", "allow");
        let answers = submit(&mut nodes.tabs(&browser), &form).await;
        let codes: BTreeSet<_> = answers
            .iter()
            .filter(|answer| answer.status == 303)
            .filter_map(|answer| answer.location_param("code"))
            .collect();
        assert_eq!(codes.len(), 1, "round {round}");
        server.redeem(codes.first().unwrap()).await.ok();
        assert_eq!(server.grants().await.len(), round);
        let consents = oauth_consents::Entity::find().all(&server.ctx.db).await;
        assert_eq!(consents.unwrap().len(), 1);
    }
}

/// One address is one account. Hashing is slow on purpose, so there are fewer rounds.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn c051_one_address_signs_up_at_once_on_nodes(#[values(1, 2)] nodes: usize) {
    let nodes = Nodes::start(nodes, json!({})).await;
    let server = nodes.first();
    for round in 1..=(*ROUNDS / 20).max(1) {
        let email = format!("racer{round}@example.com");
        let mut people: Vec<(Browser<'_>, Form)> = Vec::new();
        for node in nodes.0.iter().cycle().take(10) {
            let mut browser = node.browser();
            let page = browser.get("/oauth/signup").await;
            let form = Form::of(&page)
                .set("email", &email)
                .set("password", PASSWORD);
            people.push((browser, form));
        }
        let answers = people
            .iter_mut()
            .map(|(browser, form)| browser.submit(form));
        let answers = join_all(answers).await;
        let made = answers.iter().filter(|answer| answer.status == 303).count();
        assert_eq!(made, 1, "round {round}");
        // FA-04: a form that finds no free core is shown again.
        let others = answers.iter().filter(|answer| answer.status != 303);
        for other in others.filter(|answer| answer.status != 503) {
            other.assert_page(400);
            assert!(other.body.contains(NEUTRAL), "{}", other.body);
        }
        let rows = server.rows().await;
        let round = u64::try_from(round).unwrap();
        assert_eq!((rows.users, rows.sessions), (1 + round, round));
    }
}

/// CA-05: an assertion is spent for all nodes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn c245_one_assertion_at_once_on_nodes(#[values(1, 2)] nodes: usize) {
    let nodes = Nodes::start(nodes, json!({})).await;
    let (server, key) = (nodes.first(), ClientKey::new("k1"));
    fixtures::insert(server, &signer(Some(key.jwks()))).await;
    for round in 1..=*ROUNDS {
        let jti = json!({ "jti": format!("round-{round}") });
        let assertion = key.assertion(server, "signer", &jti);
        let racers = nodes.0.iter().cycle().take(RACERS);
        let answers = join_all(racers.map(|node| node.assert_by(&assertion))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "round {round}");
        for answer in lost {
            answer.assert_error(401, "invalid_client");
        }
        assert_eq!(server.used().await, round);
        assert_eq!(server.access_tokens().await.len(), round);
    }
}

/// Every registration is a client of its own, and none is lost.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn c247_registrations_at_once_on_nodes(#[values(1, 2)] nodes: usize) {
    let settings = open_and(&json!({ "rate_limits": no_limits() }));
    let nodes = Nodes::start(nodes, settings).await;
    let server = nodes.first();
    let before = server.clients().await.len();
    let metadata = metadata(&json!({}));
    for _ in 1..=*ROUNDS {
        let racers = nodes.0.iter().cycle().take(RACERS);
        let answers = join_all(racers.map(|node| node.register(&metadata))).await;
        let ids = answers.iter().map(|answer| {
            assert_eq!(answer.status, 201, "{answer:?}");
            text(&answer.json(), "client_id").to_owned()
        });
        let ids: BTreeSet<_> = ids.collect();
        assert_eq!(ids.len(), RACERS);
        assert_eq!(server.clients().await.len(), before + RACERS);
        // Room for the next round: only so many may be there unused (RG-03).
        let made = oauth_clients::Entity::delete_many();
        let made = made.filter(oauth_clients::Column::ClientId.is_in(ids));
        made.exec(&server.ctx.db).await.unwrap();
    }
}

/// BS-02: every login that is answered has a session, whatever other tabs do, and the secret from
/// before is worth nothing.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bs_02_one_session_renewed_at_once_on_nodes(#[values(1, 2)] nodes: usize) {
    let nodes = Nodes::start(nodes, json!({})).await;
    let server = nodes.first();
    for round in 1..=(*ROUNDS / 20).max(1) {
        let mut browser = server.browser();
        browser.sign_in().await;
        let page = browser
            .authorize(&Authorize::base().with("prompt", "login"))
            .await;
        let form = Form::of(&page)
            .set("login", ALICE)
            .set("password", PASSWORD);
        let mut tabs = nodes.tabs(&browser);
        tabs.truncate(10);
        let posts = tabs.iter_mut().map(|tab| tab.submit(&form));
        let answers = join_all(posts).await;
        for (tab, answer) in tabs.iter_mut().zip(&answers) {
            // FA-04: a form that finds no free core is shown again.
            assert!(answer.status < 500 || answer.status == 503, "{answer:?}");
            if answer.status == 303 && answer.header("set-cookie").is_some() {
                let who = tab.who(server).await.ok();
                assert_eq!(who["signed_in"], true, "round {round}");
            }
        }
        assert_eq!(browser.who(server).await.ok()["signed_in"], false);
    }
}

/// Two approvals at the same moment: neither is lost.
#[tokio::test(flavor = "multi_thread")]
async fn cc_06_concurrent_approvals_are_merged() {
    for _ in 0..10 {
        let server = TestServer::start().await;
        let mut browser = server.browser();
        browser.sign_in().await;
        let mut forms = Vec::new();
        for scope in ["openid read", "openid write"] {
            let page = browser
                .authorize(&Authorize::base().with("scope", scope))
                .await;
            forms.push(Form::of_consent(&page).set("decision", "allow"));
        }
        let (mut left, mut right) = (browser.twin(), browser.twin());
        let (left, right) = tokio::join!(left.submit(&forms[0]), right.submit(&forms[1]));
        assert!(left.location_param("code").is_some(), "{left:?}");
        assert!(right.location_param("code").is_some(), "{right:?}");
        let rows = oauth_consents::Entity::find()
            .all(&server.ctx.db)
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
        let scopes = rows[0].scopes.to_string();
        for scope in ["openid", "read", "write"] {
            assert!(scopes.contains(scope), "{scopes}");
        }
    }
}
