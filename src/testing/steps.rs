//! What the person does at each page of a flow.

use super::{
    Step,
    page::{Form, Page},
    running::{Person, Running},
};
use crate::{controllers::own_page::OAuthInteraction, sessions::SignIn};

impl Running<'_> {
    pub(super) async fn step(&mut self, step: Step) -> Page {
        match step {
            Step::Login | Step::SignUp => self.sign_in().await,
            Step::SelectAccount => self.select_account().await,
            Step::Consent => self.decide().await,
            Step::Code => unreachable!("a code is the end"),
        }
    }

    async fn sign_in(&mut self) -> Page {
        match self.person.clone() {
            Person::Owner(owner) => {
                let interaction = self.interaction().await;
                let answer = interaction.sign_in_owner(owner, SignIn::default()).await;
                self.answered(answer).await
            }
            Person::Password { login, password } => {
                let form = self.page().form();
                let form = form.set("login", &login).set("password", &password);
                self.submit(&form).await
            }
            Person::Nobody => {
                panic!("the server asks who is there: .user(&user) or .password(login, password)")
            }
        }
    }

    /// Chooses the person's own account where it is offered, else signs in anew.
    async fn select_account(&mut self) -> Page {
        if !self.is_built_in(Step::SelectAccount) {
            return self.sign_in().await;
        }
        let owner = match &self.person {
            Person::Owner(owner) => Some(owner.key()),
            _ => None,
        };
        let parts = self.browser.parts("/");
        let browser = crate::http::browser::of_request(self.server(), &parts);
        let accounts = self.server().sessions.accounts(&browser, "").await;
        let mut accounts = accounts.ok().into_iter().flatten();
        let chosen = accounts.find(|account| owner.is_none_or(|key| key == account.owner.key()));
        let form = self.page().form();
        let form = match chosen {
            Some(account) => form.set("sid", &account.session.sid),
            None => form.set("action", "use_another"),
        };
        self.submit(&form).await
    }

    async fn decide(&mut self) -> Page {
        if self.is_built_in(Step::Consent) {
            let decision = if self.deny { "deny" } else { "allow" };
            let form = self.page().form_with_button("decision", decision);
            let form = self
                .unticked
                .iter()
                .fold(form, |form, scope| form.without("scope", scope));
            return self.submit(&form).await;
        }
        let interaction = self.interaction().await;
        let csrf = interaction.check_csrf(&interaction.csrf_token);
        let csrf = csrf.expect("the token of the interaction is good");
        let scopes = interaction.scopes.iter().map(|scope| scope.name.clone());
        let scopes: Vec<String> = scopes
            .filter(|scope| !self.unticked.contains(scope))
            .collect();
        let answer = if self.deny {
            interaction.deny(csrf).await
        } else {
            interaction.accept(&scopes, csrf).await
        };
        self.answered(answer).await
    }

    /// Returns what one of the app's own pages would get for the page that the person is at.
    async fn interaction(&self) -> OAuthInteraction {
        let parts = self.browser.parts(&self.page().url);
        OAuthInteraction::resolve_login_context(self.server(), &parts)
            .await
            .unwrap_or_else(|error| panic!("{}: {error:?}", self.page().url))
    }

    async fn answered<E: std::fmt::Debug>(
        &mut self,
        answer: Result<axum::response::Response, E>,
    ) -> Page {
        let answer = answer.unwrap_or_else(|error| panic!("the step failed: {error:?}"));
        let stop = self.callback();
        self.browser.continue_after(answer, &stop).await
    }

    pub(super) async fn submit(&mut self, form: &Form) -> Page {
        let stop = self.callback();
        let response = self.browser.post(form).await;
        self.browser
            .follow(&form.action, response, Some(&stop))
            .await
    }
}
