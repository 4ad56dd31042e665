//! The operator's tasks on clients (C159).

mod list;
mod secrets;

use std::collections::BTreeMap;

use loco_oauth_server::internals::operations::tasks::{
    client_create::ClientCreate, client_delete::ClientDelete, client_disable::ClientDisable,
    client_list::ClientList, client_rotate_secret::ClientRotateSecret,
};
use loco_rs::{
    app::Hooks,
    task::{Tasks, Vars},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::app::{
    App,
    browser::Authorize,
    fixtures::SECRET,
    oauth_server::OAuth,
    server::{Basic, TestServer},
    tokens::text,
};

fn vars(pairs: &[(&str, &str)]) -> Vars {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Vars {
        cli: pairs.iter().map(owned).collect::<BTreeMap<_, _>>(),
    }
}

/// What a task prints, or why it refuses.
async fn task(server: &TestServer, name: &str, pairs: &[(&str, &str)]) -> Result<String, String> {
    let (ctx, vars) = (&server.ctx, vars(pairs));
    let report = match name {
        "create" => ClientCreate::<OAuth>::default().report(ctx, &vars).await,
        "list" => ClientList::<OAuth>::default().report(ctx, &vars).await,
        "rotate_secret" => {
            ClientRotateSecret::<OAuth>::default()
                .report(ctx, &vars)
                .await
        }
        "disable" => ClientDisable::<OAuth>::default().report(ctx, &vars).await,
        "delete" => ClientDelete::<OAuth>::default().report(ctx, &vars).await,
        other => panic!("no task {other}"),
    };
    report.map_err(|error| error.to_string())
}

async fn json_of(server: &TestServer, name: &str, pairs: &[(&str, &str)]) -> Value {
    let pairs = [pairs, &[("format", "json")]].concat();
    serde_json::from_str(&task(server, name, &pairs).await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_1_the_tasks_are_registered_by_their_names() {
    let mut tasks = Tasks::default();
    App::register_tasks(&mut tasks);
    let server = TestServer::start().await;
    for name in ["create", "list", "rotate_secret", "disable", "delete"] {
        let name = format!("oauth:client:{name}");
        let unknown = vars(&[("colour", "red")]);
        let error = tasks.run(&server.ctx, &name, &unknown).await.unwrap_err();
        assert!(
            error.to_string().contains("unknown key colour"),
            "{name}: {error}"
        );
    }
    tasks
        .run(&server.ctx, "oauth:client:list", &vars(&[]))
        .await
        .unwrap();
}

/// Wrong or unknown keys: a message, nothing changed.
#[rstest]
#[case("list", &[("kind", "web")], "kind: one of static, operator, dynamic, cimd")]
#[case("list", &[("status", "gone")], "status: one of active, disabled, deleted")]
#[case("list", &[("unused_days", "-1")], "unused_days: a whole number")]
#[case("list", &[("format", "xml")], "format: json")]
#[case("rotate_secret", &[], "id is missing")]
#[case("rotate_secret", &[("id", "conf"), ("overlap_seconds", "1h")], "overlap_seconds: a whole number")]
#[case("rotate_secret", &[("id", "pub")], "the client pub has no secret")]
#[case("rotate_secret", &[("id", "nobody")], "there is no client nobody")]
#[case("rotate_secret", &[("id", "conf"), ("yes", "true")], "the keys are id, overlap_seconds, format")]
#[case("disable", &[], "id is missing")]
#[case("disable", &[("id", "conf"), ("enable", "yes")], "enable: true or false")]
#[case::c259("disable", &[("id", "con%")], "there is no client con%")]
#[case::c259("rotate_secret", &[("id", "_onf")], "there is no client _onf")]
#[case::c259("delete", &[("id", "conf' --"), ("yes", "true")], "there is no client conf' --")]
#[case("delete", &[("id", "conf")], "add yes:true")]
#[case("delete", &[("id", "conf"), ("yes", "false")], "add yes:true")]
#[case("delete", &[("id", "nobody"), ("yes", "true")], "there is no client nobody")]
#[tokio::test(flavor = "multi_thread")]
async fn s32_1_keys_are_checked(
    #[case] name: &str,
    #[case] pairs: &[(&str, &str)],
    #[case] wanted: &str,
) {
    let server = TestServer::start().await;
    let before = server.everything().await;
    let error = task(&server, name, pairs).await.unwrap_err();
    assert!(error.contains(wanted), "{error}");
    assert_eq!(server.everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_1_static_clients_are_changed_in_the_settings() {
    let server = TestServer::with(json!({ "clients": [
        { "client_id": "first", "redirect_uris": ["https://first.example/cb"] },
        { "client_id": "web", "client_secret": SECRET, "redirect_uris": ["https://web.example/cb"] },
    ] }))
    .await;
    for (name, more) in [
        ("rotate_secret", &[][..]),
        ("disable", &[]),
        ("disable", &[("enable", "true")]),
        ("delete", &[("yes", "true")]),
    ] {
        let pairs = [&[("id", "web")], more].concat();
        let error = task(&server, name, &pairs).await.unwrap_err();
        assert!(
            error.contains("initializers.oauth_server.clients[1]"),
            "{error}"
        );
    }
    let listed = json_of(&server, "list", &[("kind", "static")]).await;
    assert_eq!(listed["clients"].as_array().unwrap().len(), 2);
    assert_eq!(listed["clients"][1]["client_id"], "web");
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_1_disable_and_enable() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let waiting = server.code().await;
    let answer = json_of(&server, "disable", &[("id", "conf")]).await;
    assert_eq!(answer, json!({ "client_id": "conf", "status": "disabled" }));
    // No new authorization, no token, nothing live.
    let page = server.browser().get(&Authorize::base().path()).await;
    page.assert_page(400);
    server
        .redeem(&waiting)
        .await
        .assert_error(401, "invalid_client");
    let refresh = text(&tokens, "refresh_token");
    server
        .refresh(refresh)
        .await
        .assert_error(401, "invalid_client");
    let access = text(&tokens, "access_token");
    server
        .userinfo(access)
        .await
        .assert_error(401, "invalid_token");
    // Twice is once; a rotation does not switch it on.
    task(&server, "disable", &[("id", "conf")]).await.unwrap();
    let answer = json_of(&server, "disable", &[("id", "conf"), ("enable", "true")]).await;
    assert_eq!(answer["status"], "active");
    assert!(server.is_live(access).await);
    server.refresh(refresh).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn c159_delete_leaves_a_tombstone_and_revokes() {
    let server = TestServer::start().await;
    let tokens = server.tokens(&Authorize::base()).await;
    let pairs = [("id", "conf"), ("yes", "true")];
    let printed = task(&server, "delete", &pairs).await.unwrap();
    assert_eq!(
        printed,
        "the client conf is removed, its grants are revoked"
    );
    let access = text(&tokens, "access_token");
    server
        .userinfo(access)
        .await
        .assert_error(401, "invalid_token");
    server.redeem("x").await.assert_error(401, "invalid_client");
    let page = server.browser().get(&Authorize::base().path()).await;
    page.assert_page(400);
    let reasons = server.revocations().await;
    assert_eq!(reasons, [Some("client_deleted".to_owned())]);
    for (name, more) in [
        ("delete", &[("yes", "true")][..]),
        ("disable", &[("enable", "true")]),
        ("rotate_secret", &[]),
    ] {
        let pairs = [&[("id", "conf")], more].concat();
        let error = task(&server, name, &pairs).await.unwrap_err();
        assert!(error.contains("the client conf was removed"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s32_1_create_prints_the_secret_once() {
    let server = TestServer::start().await;
    let pairs = [
        ("name", "Notes"),
        ("redirect_uris", "https://notes.example/cb"),
    ];
    let created = json_of(&server, "create", &pairs).await;
    let secret = text(&created, "client_secret");
    assert!(secret.starts_with("loco_cs_"), "{secret}");
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let basic = Basic::of(text(&created, "client_id"), secret);
    let answer = server.post_as(basic, "/oauth/token", &form).await;
    answer.assert_error(400, "invalid_grant");
}
