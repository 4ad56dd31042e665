//! What happens while a code is being issued: the finishing transaction looks at session, user,
//! client and consent once more (CO-03, NX-10).

use rstest::rstest;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait, Set};
use serde_json::json;

use crate::{
    app::{
        browser::{Authorize, Browser, Form},
        fixtures::{self, ALICE, CONF_CB},
        hooks::{meanwhile, wants_steps},
        oauth_server::{oauth_clients, oauth_consents, oauth_sessions},
        server::{Answer, TestServer},
        users,
    },
    requests::hooks::with_client_and,
};

/// What somebody else does meanwhile.
#[derive(Clone, Copy, Debug)]
enum Change {
    UserDisabled,
    UserDeleted,
    PasswordChanged,
    ConsentDeleted,
    ConsentNarrowed,
    SessionEnded,
    ClientDisabled,
    ClientChanged,
}

impl Change {
    async fn happen(self, db: sea_orm::DatabaseConnection, client_id: String) {
        let alice = users::Entity::find().all(&db).await.unwrap();
        let alice = alice.into_iter().find(|user| user.email == ALICE).unwrap();
        let consents = oauth_consents::Entity::find().all(&db).await.unwrap();
        match self {
            Self::UserDisabled => {
                let mut alice = alice.into_active_model();
                alice.active = Set(false);
                alice.update(&db).await.unwrap();
            }
            Self::UserDeleted => {
                alice.delete(&db).await.unwrap();
            }
            Self::PasswordChanged => {
                let mut alice = alice.into_active_model();
                alice.password = Set(loco_rs::hash::hash_password("another").unwrap());
                alice.update(&db).await.unwrap();
            }
            Self::ConsentDeleted => {
                for consent in consents {
                    consent.delete(&db).await.unwrap();
                }
            }
            Self::ConsentNarrowed => {
                for consent in consents {
                    let mut consent = consent.into_active_model();
                    consent.history = Set(Some(json!([])));
                    consent.update(&db).await.unwrap();
                }
            }
            Self::SessionEnded => {
                for session in oauth_sessions::Entity::find().all(&db).await.unwrap() {
                    let mut session = session.into_active_model();
                    session.ended_at = Set(Some(1));
                    session.update(&db).await.unwrap();
                }
            }
            Self::ClientDisabled | Self::ClientChanged => {
                let clients = oauth_clients::Entity::find().all(&db).await.unwrap();
                let mut clients = clients.into_iter();
                let client = clients.find(|client| client.client_id == client_id);
                let mut client = client.unwrap().into_active_model();
                match self {
                    Self::ClientDisabled => client.status = Set("disabled".to_owned()),
                    _ => client.version = Set(2),
                }
                client.update(&db).await.unwrap();
            }
        }
    }
}

/// Lets it happen at the next question to the app about this client.
fn at_next_question(server: &TestServer, client_id: &str, change: Change) {
    let (db, id) = (server.ctx.db.clone(), client_id.to_owned());
    meanwhile(client_id, move || change.happen(db, id));
}

async fn server_with(client_id: &str) -> TestServer {
    with_client_and(client_id, json!({ "post_login_url": "/own/step" })).await
}

/// Where a person is in the end.
fn place(page: &Answer) -> &'static str {
    if page.body.contains("name=\"password\"") {
        "login"
    } else if page.body.contains("name=\"decision\"") {
        "consent"
    } else if page.status >= 400 {
        "error"
    } else {
        "elsewhere"
    }
}

/// A remembered consent: the code would be issued without a page.
#[rstest]
#[case(Change::UserDisabled, "login", "login_required")]
#[case(Change::UserDeleted, "login", "login_required")]
#[case(Change::PasswordChanged, "login", "login_required")]
#[case(Change::SessionEnded, "login", "login_required")]
#[case(Change::ConsentDeleted, "consent", "consent_required")]
#[case(Change::ConsentNarrowed, "consent", "consent_required")]
#[case(Change::ClientChanged, "consent", "consent_required")]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_change_meanwhile_wins_over_a_remembered_consent(
    #[case] change: Change,
    #[case] wanted: &str,
    #[case] silent: &str,
) {
    for prompt in [None, Some("none")] {
        let client_id = format!("remembered-{change:?}-{}", prompt.unwrap_or("page"));
        let server = server_with(&client_id).await;
        let request = Authorize::of(&client_id, CONF_CB);
        let mut browser = server.browser();
        browser.code(&request).await;
        let before = server.codes().await.len();
        at_next_question(&server, &client_id, change);
        let request = match prompt {
            Some(prompt) => request.with("prompt", prompt),
            None => request,
        };
        let answer = browser.get(&request.path()).await;
        if prompt.is_some() {
            answer.assert_back(CONF_CB, silent);
        } else {
            let page = browser.follow(answer).await;
            assert_eq!(place(&page), wanted, "{page:?}");
        }
        let codes = server.codes().await.len();
        let expected = if matches!(change, Change::UserDeleted) {
            0
        } else {
            before
        };
        assert_eq!(codes, expected, "no code was stored");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_client_that_is_switched_off_meanwhile_gets_no_code() {
    let client_id = "remembered-and-switched-off";
    let server = server_with(client_id).await;
    let request = Authorize::of(client_id, CONF_CB);
    let mut browser = server.browser();
    browser.code(&request).await;
    at_next_question(&server, client_id, Change::ClientDisabled);
    browser.get(&request.path()).await.assert_page(400);
    assert_eq!(server.codes().await.len(), 1);
}

/// The person allows on the page, and something else happens before the code is stored.
#[rstest]
#[case(Change::UserDisabled, "login")]
#[case(Change::UserDeleted, "error")]
#[case(Change::PasswordChanged, "login")]
#[case(Change::SessionEnded, "login")]
#[case(Change::ClientChanged, "consent")]
#[case(Change::ClientDisabled, "error")]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_change_meanwhile_wins_over_an_allow(#[case] change: Change, #[case] wanted: &str) {
    let client_id = format!("allowed-{change:?}");
    let server = server_with(&client_id).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    let page = browser.authorize(&Authorize::of(&client_id, CONF_CB)).await;
    at_next_question(&server, &client_id, change);
    let answer = browser.allow(&page).await;
    let page = browser.follow(answer).await;
    // Whoever deletes a user deletes what is theirs; the login under way is left.
    let place = place(&page);
    assert!(
        place == wanted || (wanted == "error" && place == "login"),
        "{page:?}"
    );
    let rows = server.rows().await;
    assert_eq!((rows.codes, rows.consents), (0, 0), "nothing was stored");
}

/// The login under way goes on where `continue` finds the consent revoked.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_revocation_meanwhile_is_asked_about_at_continue() {
    let client_id = "posted-and-revoked";
    let server = server_with(client_id).await;
    let request = Authorize::of(client_id, CONF_CB);
    let mut browser = server.browser();
    browser.code(&request).await;
    let fields: Vec<(&str, &str)> = request
        .0
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = browser.post("/oauth/authorize", &fields).await;
    at_next_question(&server, client_id, Change::ConsentDeleted);
    let page = browser.follow(answer).await;
    assert_eq!(place(&page), "consent", "{page:?}");
    assert_eq!(server.codes().await.len(), 1);
}

/// Takes an app's access back on the page of connected apps, in another tab.
async fn disconnect(browser: &Browser<'_>) {
    let mut tab = browser.twin();
    let page = tab.get("/oauth/apps").await;
    let form = Form::all(&page)
        .into_iter()
        .find(|form| form.action.contains("/apps/") && form.action.ends_with("/revoke"));
    let form = form.unwrap_or_else(|| panic!("no app: {page:?}"));
    let answer = tab.submit(&form).await;
    assert_eq!(answer.status, 303, "{answer:?}");
}

/// A revocation in another tab ends the consent page that is open: also of somebody who was signed
/// in before the request came, and of one that came by POST.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_revocation_in_another_tab_ends_the_open_page(
    #[values("get", "post")] method: &str,
    #[values("page", "script")] way: &str,
) {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    browser.sign_in().await;
    browser.code(&Authorize::base()).await;
    let more = Authorize::base().with("scope", "openid read write");
    let page = if method == "get" {
        browser.authorize(&more).await
    } else {
        let fields: Vec<(&str, &str)> = more
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = browser.post("/oauth/authorize", &fields).await;
        browser.follow(answer).await
    };
    assert_eq!(place(&page), "consent", "{page:?}");
    let id = server.interactions().await.last().unwrap().state.clone();
    let seen = browser.see(&server, &id).await.ok();
    disconnect(&browser).await;
    let answer = if way == "page" {
        browser.allow(&page).await
    } else {
        let body = json!({
            "interaction": id, "action": "allow", "csrf_token": seen["csrf_token"],
        });
        let request = server.script("/oauth/interaction", &body);
        browser.send(request).await
    };
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(server.consents().await.is_empty());
    let live = server.revocations().await;
    assert!(live.iter().all(Option::is_some), "{live:?}");
}

/// A hook that goes back and forth: what was consented before it stepped back counts for nothing. It
/// is asked once by each request: for the first page, for the consent page, and for the decision.
#[rstest]
#[case::back_at_the_decision(&[false, false, true])]
#[case::back_twice(&[false, false, true, true])]
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_a_step_back_by_a_hook_clears_what_was_consented(#[case] answers: &[bool]) {
    let client_id = format!("fickle-{}", answers.len());
    let server = server_with(&client_id).await;
    let mut browser = server.browser();
    browser.sign_in().await;
    wants_steps(&client_id, answers);
    let request = Authorize::of(&client_id, CONF_CB).with("scope", "openid read write");
    let page = browser.authorize(&request).await;
    assert_eq!(place(&page), "consent", "{page:?}");
    let form = Form::of_consent(&page)
        .without("scope", "write")
        .set("decision", "allow");
    let answer = browser.submit(&form).await;
    let continues = answer.location().to_owned();
    assert!(continues.contains("/oauth/continue?"), "{continues}");
    let rows = server.rows().await;
    assert_eq!((rows.codes, rows.consents), (0, 0), "no code, no consent");
    let answer = browser.get(&continues).await;
    let next = answer.location().to_owned();
    let wants_step = answers.len() > 3;
    let place_of_step = if wants_step {
        "/own/step?"
    } else {
        "/oauth/consent?"
    };
    assert!(next.contains(place_of_step), "{next}");
    // The hook wants nothing more: the person is asked again, and not for what they unticked.
    wants_steps(&client_id, &[]);
    let answer = browser.get(&continues).await;
    let page = browser.follow(answer).await;
    assert_eq!(place(&page), "consent", "{page:?}");
    let form = Form::of_consent(&page)
        .without("scope", "write")
        .set("decision", "allow");
    let answer = browser.submit(&form).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    assert_eq!(server.codes().await[0].scopes, json!(["openid", "read"]));
}

/// Nothing else than these questions is in the way of a code.
#[tokio::test(flavor = "multi_thread")]
async fn s_b12_without_a_change_the_code_comes() {
    let server = TestServer::start().await;
    fixtures::insert(&server, &fixtures::confidential("calm", &[CONF_CB])).await;
    let request = Authorize::of("calm", CONF_CB);
    let mut browser = server.browser();
    browser.code(&request).await;
    meanwhile("calm", || async {});
    let answer = browser.get(&request.path()).await;
    assert!(answer.location_param("code").is_some(), "{answer:?}");
    assert_eq!(server.codes().await.len(), 2);
}
