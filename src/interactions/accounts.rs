//! The accounts of a browser: choosing one, or wanting another.

use super::{InteractionService, Outcome, Pending};
use crate::{
    error::PageError,
    protocol::authorize::Prompt,
    sessions::{Browser, SignedIn},
    views::pages::AccountLine,
};

/// The lines of the chooser: the accounts of a browser, the current one first.
pub fn account_lines(accounts: &[SignedIn]) -> Vec<AccountLine> {
    let lines = accounts.iter().enumerate();
    lines.map(|(place, it)| line(place, it)).collect()
}

impl InteractionService {
    /// The person chose one of the accounts of their browser.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn choose(
        &self,
        pending: &mut Pending,
        browser: &mut Browser,
        account: SignedIn,
    ) -> Result<Outcome, PageError> {
        let client_id = pending.client.client_id.clone();
        let current = self
            .sessions
            .make_current(browser, account, &client_id)
            .await?;
        pending.progress.selected = true;
        pending.person_changed();
        self.record_step(pending, Some(&current)).await?;
        self.advance(pending, browser, Some(&current)).await
    }

    /// "Use another account": a login is open, whoever is signed in.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn use_another(
        &self,
        pending: &mut Pending,
        browser: &mut Browser,
        current: Option<&SignedIn>,
    ) -> Result<Outcome, PageError> {
        if !pending.request.prompts.contains(&Prompt::Login) {
            pending.request.prompts.push(Prompt::Login);
        }
        pending.progress.authenticated_at = None;
        self.record_step(pending, current).await?;
        self.advance(pending, browser, current).await
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
