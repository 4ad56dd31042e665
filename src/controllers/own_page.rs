//! [`OAuthInteraction`]: what the app's own login, sign-up, chooser and consent pages use.

mod decide;
mod resolve;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};

pub use self::decide::{Csrf, Decision};
use super::page;
use crate::{
    error::PageError,
    events::{AuditEvent, EventName, request::RequestInfo},
    http::{answer::see_other, browser::with_cookies, layers, pages},
    interactions::Interaction,
    people::{Owner, resource_owner::ResourceOwner},
    protocol::{authorize::Prompt, interaction::Step, time::Seconds},
    server::Server,
    sessions::{Browser, SignIn, SignedIn},
    views::{
        ClientCard, UserCard,
        pages::{AccountLine, ClaimLine, ResourceLine, ScopeLine, Warning},
    },
};

/// An authorization request that one of the app's own pages takes part in.
///
/// The page receives a redirect with the query `interaction`, `intent` and `return_to`; this
/// extractor reads the first, or the `interaction` inside `return_to`. `Option<OAuthInteraction>`
/// is `None` when neither is there, so that one page serves requests with and without a client.
///
/// ```ignore
/// async fn login(
///     interaction: OAuthInteraction,
///     State(ctx): State<AppContext>,
///     Form(form): Form<LoginForm>,
/// ) -> Result<Response> {
///     let user = check(&ctx, &form).await?;
///     Ok(interaction.sign_in(&user, SignIn::default()).await.into_response())
/// }
/// ```
pub struct OAuthInteraction {
    pub(crate) server: Arc<Server>,
    request_info: Arc<RequestInfo>,
    pub(crate) browser: Browser,
    interaction: Interaction,
    pub(crate) current: Option<SignedIn>,
    /// The accounts of this browser, while the person must choose one.
    signed_in: Vec<SignedIn>,
    /// Id of the interaction, made by this server; it is not the client's `state` (IX-02).
    pub state: String,
    /// The step that is next.
    pub intent: Step,
    /// Values of `prompt` in the request (OpenID Connect Core §3.1.2.1).
    pub prompt: Vec<Prompt>,
    /// The client, as pages show it.
    pub client: ClientCard,
    /// Scopes that the client requests, described in the language `lang`.
    pub scopes: Vec<ScopeLine>,
    /// Claims about the person that the client requests by themselves, because no requested scope covers
    /// them; what the person agrees to goes to [`Self::accept_with_claims`].
    pub claims: Vec<ClaimLine>,
    /// Resources to which the client requests access.
    pub resources: Vec<ResourceLine>,
    /// How long the access lasts, in words of the language `lang`.
    pub access_until: String,
    /// Warnings that a consent page should show.
    pub warnings: Vec<Warning>,
    /// The accounts of this browser, while one must be chosen.
    pub accounts: Vec<AccountLine>,
    /// The step that the hook `post_login` named, while it is open.
    pub post_login: Option<String>,
    /// The offered language that suits the request and the browser best.
    pub lang: String,
    /// OIDC `login_hint`.
    pub login_hint: Option<String>,
    /// OIDC `ui_locales`.
    pub ui_locales: Option<String>,
    /// OIDC `display`: `page`, `popup`, `touch`, `wap`, or anything else.
    pub display: Option<String>,
    /// OIDC `acr_values`, or those of the client's registration.
    pub acr_values: Vec<String>,
    /// OIDC `max_age`, or that of the client's registration.
    pub max_age: Option<Seconds>,
    /// Name and value of every parameter of the request that has no meaning for this server.
    pub params: Vec<(String, String)>,
    /// URL that resumes the request: computed by the server, safe to redirect to.
    pub return_to: String,
    /// For own forms: the token that [`Self::check_csrf`] and the plugin's routes expect.
    pub csrf_token: String,
}

/// The rejection of [`OAuthInteraction`]: an error page, ready to be sent.
#[derive(Debug)]
pub struct InteractionError(Box<Response>);

impl IntoResponse for InteractionError {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl OAuthInteraction {
    /// The interaction itself.
    pub(super) const fn interaction(&self) -> &Interaction {
        &self.interaction
    }

    /// The user who is signed in in this browser now, if it is a `U`.
    pub fn user<U: ResourceOwner>(&self) -> Option<&U> {
        self.current.as_ref()?.owner.model()
    }

    /// The user who is signed in in this browser now, as pages show them.
    pub fn account(&self) -> Option<UserCard> {
        self.current.as_ref().map(pages::user_card)
    }

    /// Signs the person in: sets the session cookie, marks the login as done, and redirects (303) to
    /// [`Self::return_to`]. A person whose address is not yet verified (`require_verified_email`) gets the
    /// page that says so instead.
    ///
    /// # Errors
    /// An error page: the user is inactive, or the database failed.
    pub async fn sign_in<U: ResourceOwner + Clone>(
        self,
        user: &U,
        sign_in: SignIn,
    ) -> Result<Response, InteractionError> {
        self.sign_in_owner(Owner::new(user.clone()), sign_in).await
    }

    /// Does what [`Self::sign_in`] does, for a user whose type the caller does not know.
    pub(crate) async fn sign_in_owner(
        self,
        owner: Owner,
        sign_in: SignIn,
    ) -> Result<Response, InteractionError> {
        self.answer(async |this| this.enter(owner, sign_in).await)
            .await
    }

    /// Signs in a person whose account was made just now, as [`Self::sign_in`] does, and emits the event of
    /// the sign-up.
    ///
    /// # Errors
    /// Those of [`Self::sign_in`].
    pub async fn signed_up<U: ResourceOwner + Clone>(
        self,
        user: &U,
        sign_in: SignIn,
    ) -> Result<Response, InteractionError> {
        let owner = Owner::new(user.clone());
        self.answer(async |this| {
            let event = AuditEvent::new(EventName::Signup).about(&owner);
            this.server
                .events
                .emit(event.client(&this.interaction.client));
            this.enter(owner, sign_in).await
        })
        .await
    }

    async fn enter(&mut self, owner: Owner, sign_in: SignIn) -> Result<Response, PageError> {
        if self.server.people.must_verify_email(&owner) {
            let login = owner.login_name();
            let interaction = Some(&self.interaction);
            return page::verify_email_page(&self.server, &self.browser, interaction, &login);
        }
        let (server, interaction) = (&self.server, &mut self.interaction);
        server
            .interactions
            .enter(interaction, &mut self.browser, &owner, sign_in)
            .await?;
        Ok(see_other(&self.return_to)?)
    }

    /// Marks the step that the hook `post_login` named as done, and redirects (303) to [`Self::return_to`].
    ///
    /// # Errors
    /// An error page when a hook or the database failed.
    pub async fn post_login_done(self) -> Result<Response, InteractionError> {
        self.answer(async |this| {
            this.look_again().await?;
            let (interaction, current) = (&mut this.interaction, this.current.as_ref());
            this.server
                .interactions
                .post_login_done(interaction, current)
                .await?;
            Ok(see_other(&this.return_to)?)
        })
        .await
    }

    /// Loads the person and asks the hooks anew: the app's handler has run since, and may have changed what
    /// they go by.
    async fn look_again(&mut self) -> Result<(), PageError> {
        self.interaction.forget_hook_answers();
        let client_id = &self.interaction.client.client_id;
        let current = self.server.sessions.current(&self.browser, client_id);
        self.current = current.await?;
        Ok(())
    }

    /// Runs `work`, and puts the cookies and the headers of pages on its answer.
    async fn answer(
        mut self,
        work: impl AsyncFnOnce(&mut Self) -> Result<Response, PageError>,
    ) -> Result<Response, InteractionError> {
        let (server, info) = (Arc::clone(&self.server), Arc::clone(&self.request_info));
        // Boxed: the steps of an interaction are large.
        let answer = Box::pin(async {
            let answer = work(&mut self).await;
            let answer = answer.and_then(|answer| Ok(with_cookies(self.browser, answer)?));
            match answer {
                Ok(answer) => Ok(layers::with_page_headers(answer)),
                Err(error) => Err(rendered(&self.server, error)),
            }
        });
        layers::on_route_of_app(&server, info, answer).await
    }
}

fn rendered(server: &Server, error: PageError) -> InteractionError {
    InteractionError(Box::new(layers::rendered(server, error)))
}
