//! Logout that a client asks for (RP-Initiated Logout §2, §3).

use serde_json::Value;

use super::{discovery::safe_url, logins::NEEDS_A_PAGE};
use crate::testing::conformance::{
    journey::{Journey, Walked},
    key::{ClientKey, claims_of, without_signature},
    person::{ActKind, Decision},
    relying_party::{RelyingParty, SITE},
    report::{Checked, Stop, ensure},
    request::with_query,
    suite::Suite,
    tokens::Session,
    visit::Landed,
};

/// A logout request of a client.
pub(super) struct Logout<'s, 'a> {
    session: &'s Session<'a>,
    params: Vec<(String, String)>,
}

impl<'s, 'a> Logout<'s, 'a> {
    /// One without parameters.
    pub fn bare(session: &'s Session<'a>) -> Self {
        let params = Vec::new();
        Self { session, params }
    }

    /// One with the ID token as hint.
    pub fn hinted(session: &'s Session<'a>) -> Self {
        Self::bare(session).with("id_token_hint", &session.id_token)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an address to return to.
    pub fn returning(self, uri: &str) -> Self {
        self.with("post_logout_redirect_uri", uri)
    }

    /// Sends the browser there, and lets the person confirm.
    pub async fn send(self) -> Checked<Walked<'a>> {
        let suite = self.session.rp.suite;
        let endpoint = suite.optional_endpoint("end_session_endpoint")?;
        let url = with_query(endpoint, &self.params);
        let mut browser = self.session.browser().clone();
        let answer = browser.get(&url).await;
        let stop = signed_out_uri();
        let journey = Journey {
            suite,
            stop: &stop,
            decision: Decision::Allow,
        };
        journey.walk(browser, &url, answer).await
    }
}

/// The address that the suite's clients have registered.
pub(super) fn signed_out_uri() -> String {
    format!("{SITE}/signed-out")
}

async fn sign_in<'a>(rp: &'a RelyingParty<'a>) -> Checked<Session<'a>> {
    rp.suite.optional_endpoint("end_session_endpoint")?;
    rp.request().tokens().await
}

/// The browser came to the client, with this `state`.
pub(super) fn at_client(walked: &Walked<'_>, state: Option<&str>) -> Checked {
    let Landed::Client { params, .. } = &walked.landed else {
        return Err(Stop::failed(
            "the browser was not sent to the post_logout_redirect_uri",
        ));
    };
    let told = params.iter().find(|(name, _)| name == "state");
    let told = told.map(|(_, value)| value.as_str());
    ensure!(told == state, "state is {told:?}, sent was {state:?}");
    Ok(())
}

/// The browser stayed at the app.
fn at_page(walked: &Walked<'_>) -> Checked {
    let is_page = matches!(walked.landed, Landed::Page(_));
    ensure!(is_page, "the browser was sent away");
    Ok(())
}

/// The browser stayed at a page of the app that is no error.
fn at_good_page(walked: &Walked<'_>) -> Checked {
    at_page(walked)?;
    if let Landed::Page(page) = &walked.landed {
        let status = page.response.status_code();
        ensure!(status.is_success(), "the page has the status {status}");
    }
    Ok(())
}

/// Nobody is signed in any more.
pub(super) async fn is_over(session: &Session<'_>, walked: &Walked<'_>) -> Checked {
    let silent = session
        .rp
        .request()
        .in_browser(&walked.browser)
        .set("prompt", "none");
    silent.visit().await?.error_at_client(&NEEDS_A_PAGE)
}

pub(super) async fn discovery(suite: &Suite<'_>) -> Checked {
    let url = suite.optional_endpoint("end_session_endpoint")?;
    safe_url("end_session_endpoint", url).map(drop)
}

pub(super) async fn happy_path(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = sign_in(&rp).await?;
    let state = suite.random();
    let logout = Logout::hinted(&session)
        .returning(&signed_out_uri())
        .with("state", &state);
    let walked = logout.send().await?;
    at_client(&walked, Some(&state))?;
    is_over(&session, &walked).await
}

/// A hint, and an address that is not the client's.
async fn stays_with(suite: &Suite<'_>, uri: &str) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = sign_in(&rp).await?;
    let logout = Logout::hinted(&session).returning(uri).with("state", "s");
    at_page(&logout.send().await?)
}

pub(super) async fn bad_uri(suite: &Suite<'_>) -> Checked {
    stays_with(suite, "https://elsewhere.example/signed-out").await
}

pub(super) async fn query_added(suite: &Suite<'_>) -> Checked {
    stays_with(suite, &format!("{}?foo=bar", signed_out_uri())).await
}

/// A forged hint, and the client's own address.
async fn stays_with_hint(suite: &Suite<'_>, forge: fn(&Value) -> String) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = sign_in(&rp).await?;
    let forged = forge(&claims_of(&session.id_token));
    let logout = Logout::bare(&session).with("id_token_hint", &forged);
    at_page(&logout.returning(&signed_out_uri()).send().await?)
}

pub(super) async fn modified_hint(suite: &Suite<'_>) -> Checked {
    stays_with_hint(suite, without_signature).await
}

pub(super) async fn bad_hint(suite: &Suite<'_>) -> Checked {
    let by_stranger =
        |claims: &Value| ClientKey::es256("stranger").sign(&serde_json::json!({}), claims);
    stays_with_hint(suite, by_stranger).await
}

pub(super) async fn no_hint(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = sign_in(&rp).await?;
    let walked = Logout::bare(&session)
        .returning(&signed_out_uri())
        .send()
        .await?;
    at_page(&walked)
}

/// Nobody is told where to go: a page says that the person is signed out.
async fn ends_at_page(logout: Logout<'_, '_>) -> Checked {
    let session = logout.session;
    let walked = logout.send().await?;
    at_good_page(&walked)?;
    let confirmed = walked.acts.iter().all(|act| *act == ActKind::SignOut);
    ensure!(
        confirmed,
        "the person was asked something else: {:?}",
        walked.acts
    );
    is_over(session, &walked).await
}

pub(super) async fn no_params(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    ends_at_page(Logout::bare(&sign_in(&rp).await?)).await
}

pub(super) async fn no_uri(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    ends_at_page(Logout::hinted(&sign_in(&rp).await?)).await
}

pub(super) async fn only_state(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    ends_at_page(Logout::bare(&sign_in(&rp).await?).with("state", "s")).await
}

pub(super) async fn no_state(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let session = sign_in(&rp).await?;
    let walked = Logout::hinted(&session)
        .returning(&signed_out_uri())
        .send()
        .await?;
    at_client(&walked, None)?;
    is_over(&session, &walked).await
}
