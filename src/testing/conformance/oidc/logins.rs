//! When the person is asked, and when not: `prompt`, `max_age`, hints and `acr_values`.

use crate::testing::conformance::{
    relying_party::RelyingParty,
    report::{Checked, ensure},
    suite::Suite,
    tokens::Session,
};

/// Errors that say that a request without pages needs one (OpenID Connect Core §3.1.2.6).
pub(super) const NEEDS_A_PAGE: [&str; 4] = [
    "login_required",
    "interaction_required",
    "account_selection_required",
    "consent_required",
];

/// Checks that both authorizations are of one person.
fn same_person(first: &Session<'_>, second: &Session<'_>) -> Checked {
    let (one, other) = (first.subject(), second.subject());
    ensure!(one == other, "sub was {one:?}, and is {other:?}");
    Ok(())
}

/// Checks that the second authorization is of the login of the first.
fn same_login(first: &Session<'_>, second: &Session<'_>) -> Checked {
    let (one, other) = (first.auth_time(), second.auth_time());
    ensure!(
        one == other,
        "auth_time was {one:?}, and is {other:?}, without a login"
    );
    same_person(first, second)
}

/// Checks that the second authorization is of a new login.
fn new_login(first: &Session<'_>, second: &Session<'_>) -> Checked {
    let asked = second.visit.sign_ins();
    ensure!(asked > 0, "the person was not asked to sign in again");
    if let (Some(before), Some(after)) = (first.auth_time(), second.auth_time()) {
        ensure!(after > before, "auth_time {after} is not after {before}");
    }
    same_person(first, second)
}

pub(super) async fn prompt_login(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let first = rp.request().tokens().await?;
    suite.wait(1);
    let again = rp
        .request()
        .in_browser(first.browser())
        .set("prompt", "login");
    new_login(&first, &again.tokens().await?)
}

pub(super) async fn prompt_none_not_logged_in(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let visit = rp.request().set("prompt", "none").visit().await?;
    visit.without_pages()?;
    visit.error_at_client(&NEEDS_A_PAGE)
}

pub(super) async fn prompt_none_logged_in(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let first = rp.request().tokens().await?;
    suite.wait(1);
    let silent = rp
        .request()
        .in_browser(first.browser())
        .set("prompt", "none");
    let second = silent.tokens().await?;
    second.visit.without_pages()?;
    same_login(&first, &second)
}

pub(super) async fn max_age_1(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let first = rp.request().tokens().await?;
    suite.wait(2);
    let again = rp.request().in_browser(first.browser()).set("max_age", "1");
    let second = again.tokens().await?;
    ensure!(
        second.auth_time().is_some(),
        "with max_age the ID token needs auth_time"
    );
    new_login(&first, &second)
}

pub(super) async fn max_age_10000(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let first = rp.request().set("max_age", "15000").tokens().await?;
    ensure!(
        first.auth_time().is_some(),
        "with max_age the ID token needs auth_time"
    );
    suite.wait(1);
    let again = rp
        .request()
        .in_browser(first.browser())
        .set("max_age", "10000");
    let second = again.tokens().await?;
    ensure!(
        second.visit.sign_ins() == 0,
        "the person was asked to sign in again"
    );
    same_login(&first, &second)
}

pub(super) async fn id_token_hint(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let first = rp.request().tokens().await?;
    let silent = rp
        .request()
        .in_browser(first.browser())
        .set("prompt", "none");
    let second = silent
        .set("id_token_hint", &first.id_token)
        .tokens()
        .await?;
    second.visit.without_pages()?;
    same_login(&first, &second)
}

pub(super) async fn acr_values(suite: &Suite<'_>) -> Checked {
    let rp = RelyingParty::fixed(suite).await;
    let known = suite.metadata["acr_values_supported"]
        .as_array()
        .into_iter()
        .flatten();
    let known: Vec<&str> = known.filter_map(|value| value.as_str()).collect();
    let asked = if known.is_empty() {
        "1 2".to_owned()
    } else {
        known.join(" ")
    };
    let session = rp.request().set("acr_values", &asked).tokens().await?;
    let acr = session.claims["acr"].as_str().unwrap_or_default();
    if !asked.split(' ').any(|value| value == acr) {
        suite.warn(format!("acr is {acr:?}, asked was {asked:?}"));
    }
    Ok(())
}
