//! A flow that stopped halfway.

use axum_test::TestResponse;

use super::{
    Step, Tokens,
    browser::Browser,
    page::{Form, Page},
    running::{Running, SentRequest},
};

/// A flow that waits at a step: at a page of the server, or with a code in the client's hands.
///
/// ```no_run
/// # use loco_oauth_server::{resource_owner::ResourceOwner, testing::*};
/// # async fn example(request: &TestServer, ctx: &loco_rs::app::AppContext, user: impl ResourceOwner + Clone) {
/// let code = flow(request, ctx).user(&user).stop_at(Step::Code).run().await;
/// Clock::of(ctx).advance(61);
/// assert_oauth_error(&code.redeem().await, 400, "invalid_grant");
/// # }
/// ```
pub struct Stopped<'a> {
    running: Running<'a>,
    step: Step,
}

impl<'a> Stopped<'a> {
    pub(super) const fn new(running: Running<'a>, step: Step) -> Self {
        Self { running, step }
    }

    /// Returns the page that the person sees.
    pub fn page(&self) -> &Page {
        self.running.page()
    }

    /// Returns the form of the step, on the consent page with `decision=allow`.
    pub fn form(&self) -> Form {
        match self.step {
            Step::Consent => self.page().form_with_button("decision", "allow"),
            _ => self.page().form(),
        }
    }

    /// Returns the person's browser.
    pub const fn browser(&mut self) -> &mut Browser<'a> {
        &mut self.running.browser
    }

    /// Submits a form in place of the page's own; redirects are not followed.
    pub async fn post(&mut self, form: &Form) -> TestResponse {
        self.running.browser.post(form).await
    }

    /// Submits a form in place of the page's own, and follows to the page that it leads to.
    pub async fn submit(&mut self, form: &Form) {
        self.running.go(form).await;
    }

    /// The redirect URI and the parameters of the authorization request.
    pub(super) fn request(&self) -> SentRequest {
        self.running.request()
    }

    /// Returns the code that the client has (stopped at [`Step::Code`]).
    pub fn code(&self) -> String {
        let code = self.page().query("code");
        code.unwrap_or_else(|| panic!("no code: {}", self.page().url))
    }

    /// Redeems the code; this can be done several times.
    pub async fn redeem(&self) -> TestResponse {
        self.redeem_with(&[]).await
    }

    /// Redeems the code with other parameters; an empty value leaves one out.
    pub async fn redeem_with(&self, changes: &[(&str, &str)]) -> TestResponse {
        self.running.redeem(&self.code(), changes).await
    }

    /// The parameters of a good redemption, for requests that the test makes itself.
    pub fn redemption(&self) -> Vec<(String, String)> {
        self.running.redemption(&self.code())
    }

    /// Does the step and everything after it.
    pub async fn finish(mut self) -> Tokens<'a> {
        match self.running.to_the_end().await {
            Ok(tokens) => tokens,
            Err(refused) => panic!("the flow was refused: {refused:?}"),
        }
    }
}
