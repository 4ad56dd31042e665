//! The accounts of a browser: choosing one, or wanting another.

use super::{Interaction, InteractionOutcome, InteractionService};
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
        interaction: &mut Interaction,
        browser: &mut Browser,
        account: SignedIn,
    ) -> Result<InteractionOutcome, PageError> {
        let client_id = interaction.client.client_id.clone();
        let current = self
            .sessions
            .make_current(browser, account, &client_id)
            .await?;
        interaction.progress.selected = true;
        interaction.person_changed();
        self.record_step(interaction, Some(&current)).await?;
        self.advance(interaction, browser, Some(&current)).await
    }

    /// "Use another account": a login is open, whoever is signed in.
    ///
    /// # Errors
    /// When the database or a hook fails.
    pub async fn use_another(
        &self,
        interaction: &mut Interaction,
        browser: &mut Browser,
        current: Option<&SignedIn>,
    ) -> Result<InteractionOutcome, PageError> {
        if !interaction.request.prompts.contains(&Prompt::Login) {
            interaction.request.prompts.push(Prompt::Login);
        }
        interaction.progress.authenticated_at = None;
        self.record_step(interaction, current).await?;
        self.advance(interaction, browser, current).await
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
