//! Every way in which a session ends (BL-01, BS-05).

use rstest::rstest;
use sea_orm::Set;
use serde_json::json;

use super::{Site, sign_out};
use crate::{
    app::{
        browser::{Authorize, Browser, Form},
        fixtures::{ALICE, BOB},
        oauth_server::OAuth,
        tokens::{jwt_part, text},
    },
    requests::pages::password,
};

/// How a session ends.
#[derive(Clone, Copy, Debug)]
enum Way {
    OwnPage,
    AllAccounts,
    PageOfApps,
    App,
    CredentialChange,
    PasswordReset,
    UserDeactivated,
    Operator,
}

async fn end(site: &Site, browser: &mut Browser<'_>, way: Way) {
    let server = &site.server;
    match way {
        Way::OwnPage => drop(sign_out(browser, "sign_out").await),
        Way::AllAccounts => {
            browser.sign_in_as(BOB).await;
            drop(sign_out(browser, "sign_out_all").await);
        }
        Way::PageOfApps => {
            // From another browser of the same person.
            let sid = server.sessions().await[0].sid.clone();
            let mut other = server.browser();
            other.sign_in().await;
            let page = other.get("/oauth/apps").await;
            let forms = Form::all(&page);
            let path = format!("/sessions/{sid}/end");
            let form = forms.iter().find(|form| form.action.ends_with(&path));
            assert_eq!(other.submit(form.unwrap()).await.status, 303);
        }
        Way::App => {
            let request = server.http.delete(server.url("/own/session"));
            assert_eq!(browser.send(request).await.status, 303);
        }
        Way::CredentialChange => {
            let changed = Set("changed".to_owned());
            server
                .change_user(ALICE, |user| user.password = changed)
                .await;
            browser.get(&Authorize::base().path()).await;
        }
        Way::PasswordReset => {
            let link = password::linked(server).await;
            let mut elsewhere = server.browser();
            let page = elsewhere.get(&link).await;
            let form = Form::of(&page).set("password", "another horse battery");
            assert_eq!(elsewhere.submit(&form).await.status, 303);
        }
        Way::Operator => {
            let alice = server.user(ALICE).await.unwrap();
            assert_eq!(OAuth::end_sessions(&server.ctx, &alice).await.unwrap(), 1);
            assert_eq!(OAuth::end_sessions(&server.ctx, &alice).await.unwrap(), 0);
            let session = &server.sessions().await[0];
            assert_eq!(session.end_reason.as_deref(), Some("admin"));
        }
        Way::UserDeactivated => {
            server
                .change_user(ALICE, |user| user.active = Set(false))
                .await;
            browser.get(&Authorize::base().path()).await;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_bs_05_every_way_to_sign_out_tells(
    #[values(
        Way::OwnPage,
        Way::AllAccounts,
        Way::PageOfApps,
        Way::App,
        Way::CredentialChange,
        Way::PasswordReset,
        Way::UserDeactivated,
        Way::Operator
    )]
    way: Way,
) {
    let mut site = Site::with(&json!({ "mailer": { "stub": true } })).await;
    site.server = site.server.with_bob().await;
    let mut browser = site.server.browser();
    let tokens = site.tokens(&mut browser).await;
    let id_token = jwt_part(text(&tokens, "id_token"), 1);
    end(&site, &mut browser, way).await;
    let told = site.told(1).await;
    assert_eq!(told[0]["sid"], id_token["sid"], "{way:?}");
    assert_eq!(told[0]["sub"], id_token["sub"], "{way:?}");
}

/// Each account of the browser has a session, and each session its clients.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_all_accounts_and_all_clients() {
    let mut site = Site::start().await;
    site.server = site.server.with_bob().await;
    let server = &site.server;
    let uri = site.https.url("/logout");
    server
        .change_client("pub", |client| {
            client.backchannel_logout_uri = Set(Some(uri));
        })
        .await;
    let mut browser = server.browser();
    for login in [ALICE, BOB] {
        browser.sign_in_as(login).await;
        site.tokens(&mut browser).await;
        let request = Authorize::of("pub", crate::app::fixtures::PUB_CB).with("scope", "openid");
        let code = browser.code(&request).await;
        server.redeem_public(&code).await.ok();
    }
    assert_eq!(site.noted().await.len(), 4);
    sign_out(&mut browser, "sign_out_all")
        .await
        .assert_page(200);
    let told = site.told(4).await;
    let mut pairs: Vec<_> = told
        .iter()
        .map(|claims| {
            (
                text(claims, "sub"),
                text(claims, "aud"),
                text(claims, "sid"),
            )
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), 4, "{told:?}");
}

/// A session that makes room for a sixth account is no sign-out.
#[tokio::test(flavor = "multi_thread")]
async fn bl_01_an_account_that_makes_room_tells_nobody() {
    let mut site = Site::start().await;
    site.server = site.server.with_bob().await;
    let server = &site.server;
    let mut browser = server.browser();
    site.tokens(&mut browser).await;
    for number in 0..5 {
        let email = format!("{number}@example.com");
        crate::app::users::Model::create(&server.ctx.db, &email, crate::app::fixtures::PASSWORD)
            .await
            .unwrap();
        browser.sign_in_as(&email).await;
    }
    let first = &server.sessions().await[0];
    assert_eq!(first.end_reason.as_deref(), Some("replaced"));
    site.assert_silent().await;
}
