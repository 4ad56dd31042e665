//! The account chooser of an interaction: choosing an account of the browser, or signing in with another.

use super::{Interaction, InteractionOutcome, InteractionService};
use crate::{
    error::PageError,
    protocol::authorize::Prompt,
    sessions::{Browser, SignedIn},
    views::pages::AccountLine,
};

/// Returns the lines of the account chooser: the accounts of a browser, the current one first.
pub fn account_lines(accounts: &[SignedIn]) -> Vec<AccountLine> {
    let lines = accounts.iter().enumerate();
    lines.map(|(place, it)| line(place, it)).collect()
}

impl InteractionService {
    /// Makes the account that the person chose the current one (NX-07), and goes on with the interaction.
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

    /// Handles "use another account": the person has to sign in, whoever is signed in already.
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
