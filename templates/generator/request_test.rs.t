//! The OAuth server of this app, as a client and a browser see it: from the metadata document to a
//! revoked token. Snapshots hold what clients rely on; review them with `cargo insta review`.

use insta::assert_yaml_snapshot;
use loco_oauth_server::testing::{factory, flow, shown};
use loco_rs::app::AppContext;
use loco_rs::testing::prelude::*;
use serde_json::json;
use serde_json::Value;
use serial_test::serial;

use __APP__::app::App;
__USE_USERS__

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";

macro_rules! configure_insta {
    () => {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_suffix("oauth_server");
        settings.set_sort_maps(true);
        let _guard = settings.bind_to_scope();
    };
}

#[tokio::test]
#[serial]
async fn metadata_describes_the_server() {
    configure_insta!();

    request::<App, _, _>(|request, _ctx| async move {
        let response = request.get("/.well-known/openid-configuration").await;

        assert_eq!(response.status_code(), 200);
        assert_yaml_snapshot!("oauth_metadata", response.json::<Value>());
    })
    .await;
}

#[tokio::test]
#[serial]
async fn a_client_gets_tokens_for_a_person_and_loses_them() {
    configure_insta!();

    request::<App, _, _>(|request, ctx| async move {
        // A client without a secret, such as a single-page or mobile app. Outside of tests,
        // `cargo loco task oauth:client:create` makes clients.
        let client = factory::client().name("Request test").create(&ctx).await;
        register_user(&ctx).await;

        // The client sends the browser to the server, which asks who is there and whether that
        // person agrees; the browser comes back with a code, and the client redeems it.
        let tokens = flow(&request, &ctx)
            .client(&client)
            .password(EMAIL, PASSWORD)
            .scope("openid profile email offline_access")
            .run()
            .await;
        assert_tokens(&tokens.body);

        let userinfo = shown(&tokens.userinfo().await);
        assert_yaml_snapshot!("oauth_userinfo", userinfo, {
            ".body.sub" => "[pid]",
            ".body.updated_at" => "[time]",
        });

        // A refresh token is good for one use; the answer brings the next one.
        let refreshed = tokens.refresh().await;
        assert_tokens(&refreshed.body);
        assert_ne!(tokens.refresh_token, refreshed.refresh_token);

        // Revoking the refresh token ends everything that came from this consent.
        assert_eq!(refreshed.revoke().await.status_code(), 200);
        assert_yaml_snapshot!("oauth_revoked", json!({
            "userinfo": shown(&refreshed.userinfo().await),
            "refresh": shown(&refreshed.try_refresh().await),
        }));
    })
    .await;
}

async fn register_user(ctx: &AppContext) {
    let params = users::RegisterParams {
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        name: "Ada Lovelace".to_owned(),
    };
    users::Model::create_with_password(&ctx.db, &params)
        .await
        .expect("the user is registered");
}

/// Both grants answer alike.
fn assert_tokens(body: &Value) {
    let tokens = json!({ "status": 200, "body": body });
    assert_yaml_snapshot!("oauth_tokens", tokens, {
        ".body.access_token" => "[access_token]",
        ".body.refresh_token" => "[refresh_token]",
        ".body.id_token" => "[id_token]",
    });
}
