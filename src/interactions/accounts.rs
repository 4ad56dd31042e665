//! The accounts of a browser: choosing one, or wanting another.

use axum::response::Response;

use super::{Pending, go_on::Arrival};
use crate::{
    error::{Failure, PageError},
    protocol::authorize::Prompt,
    server::Server,
    sessions::{Browser, SignedIn},
    views::pages::AccountLine,
};

impl Server {
    /// The accounts of a browser, the current one first.
    ///
    /// # Errors
    /// When the database or the app's model fails.
    pub async fn account_lines(&self, browser: &Browser) -> Result<Vec<AccountLine>, Failure> {
        let accounts = self.accounts(browser).await?;
        let lines = accounts.iter().enumerate();
        Ok(lines.map(|(place, it)| line(place, it)).collect())
    }

    /// The person chose an account; `None` when it is not signed in here any more.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn choose(
        &self,
        pending: &mut Pending,
        browser: &mut Browser,
        sid: &str,
        arrival: Arrival,
    ) -> Result<Option<Response>, PageError> {
        if self.switch_account(browser, sid).await?.is_none() {
            return Ok(None);
        }
        pending.progress.selected = true;
        pending.person_changed();
        let current = self.current(browser, &pending.client.client_id).await?;
        self.record_step(pending, current.as_ref()).await?;
        let answer = self.go_on(pending, browser, current.as_ref(), arrival);
        answer.await.map(Some)
    }

    /// "Use another account": a login is open, whoever is signed in.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn use_another(
        &self,
        pending: &mut Pending,
        browser: &mut Browser,
        arrival: Arrival,
    ) -> Result<Response, PageError> {
        if !pending.request.prompts.contains(&Prompt::Login) {
            pending.request.prompts.push(Prompt::Login);
        }
        pending.progress.authenticated_at = None;
        let current = self.current(browser, &pending.client.client_id).await?;
        self.record_step(pending, current.as_ref()).await?;
        self.go_on(pending, browser, current.as_ref(), arrival)
            .await
    }
}

fn line(place: usize, account: &SignedIn) -> AccountLine {
    AccountLine {
        sid: account.session.sid.clone(),
        name: account.owner.display_name(),
        login: account.owner.login_name(),
        picture: None,
        current: place == 0,
        signed_in: true,
    }
}
