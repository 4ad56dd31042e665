//! A posted form that is shown again: its values and errors (PG-08), and the check that it came from a page
//! of this server (CS-01 to CS-03).

use std::collections::BTreeMap;

use axum::http::StatusCode;

use super::{
    page::{FormTarget, field},
    resume::interaction_id,
};
use crate::{
    error::{
        Failure, PageError, Refused,
        audit::{AuditSurface, refused},
    },
    protocol::{error::OAuthError, params::Params, received::Received, refusals::FormRefusal},
    server::Server,
    sessions::{Browser, CsrfCheck, CsrfForm},
    views::{ErrorLine, FormError, PageVariables},
};

/// The refusal of a form that did not come from a page of this server, or that is for another account.
pub struct RefusedForm {
    error: ErrorLine,
    status: StatusCode,
}

/// CS-01 to CS-03: checks that a form came from a page of this server, and for this account. Logs and
/// returns the refusal; `None` = the form is valid.
///
/// # Errors
/// An error page (400) when the token was sent twice.
pub fn check_csrf(
    server: &Server,
    browser: &Browser,
    params: &Params,
    form_target: FormTarget<'_>,
) -> Result<Option<RefusedForm>, PageError> {
    let form = CsrfForm {
        route: form_target.route,
        interaction: interaction_id(params)?,
        sid: form_target.sid(),
    };
    let token = field(params, "csrf_token")?;
    let origin = &server.urls.origin;
    let (line, status, refusal) = match browser.check_csrf(form, token, &server.urls) {
        CsrfCheck::Valid => return Ok(None),
        CsrfCheck::ForeignOrigin => {
            let expected = format!("a form that a page of {origin} sent");
            let refusal = OAuthError::of(FormRefusal::OfOtherOrigin);
            (
                FormError::ForeignOrigin.of(&[("origin", origin.as_str())]),
                StatusCode::FORBIDDEN,
                refusal.with_detail(expected, browser.origin_facts()),
            )
        }
        CsrfCheck::OtherAccount => (
            FormError::AccountChanged.into(),
            StatusCode::BAD_REQUEST,
            OAuthError::of(FormRefusal::OfOtherAccount)
                .received(Received::Public("the form of another account")),
        ),
        CsrfCheck::Invalid => {
            let received = token.map_or("no csrf_token", |_| "a csrf_token of something else");
            let refusal = OAuthError::of(FormRefusal::Foreign);
            (
                FormError::FormExpired.into(),
                StatusCode::FORBIDDEN,
                refusal.received(Received::Public(received)),
            )
        }
    };
    let told = Refused::new(Failure::transport(status, refusal));
    refused(&told, AuditSurface::Page);
    Ok(Some(RefusedForm {
        error: line,
        status,
    }))
}

/// Values and errors of a form that is shown again.
pub struct FormState {
    /// HTTP status of the answer.
    pub status: StatusCode,
    /// Entered values by the names of their fields, never passwords.
    pub values: BTreeMap<String, String>,
    /// Errors of the form as a whole and of its fields.
    pub errors: Vec<ErrorLine>,
}

impl Default for FormState {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            values: BTreeMap::new(),
            errors: Vec::new(),
        }
    }
}

impl FormState {
    /// Takes the entered values of these fields.
    ///
    /// # Errors
    /// An error page (400) when a field was sent twice.
    pub fn of(params: &Params, fields: &[&str]) -> Result<Self, PageError> {
        let mut form_state = Self::default();
        for name in fields {
            if let Some(value) = field(params, name)? {
                form_state
                    .values
                    .insert((*name).to_owned(), value.to_owned());
            }
        }
        Ok(form_state)
    }

    /// Sets the HTTP status.
    pub const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Adds an error of the form as a whole.
    pub fn with_error(mut self, error: FormError) -> Self {
        self.errors.push(error.into());
        self
    }

    /// Adds the refusal of a form that did not come from a page of this server (CS-03), or that is for
    /// another account (CO-05).
    pub fn refused(mut self, refused: RefusedForm) -> Self {
        self.errors.push(refused.error);
        self.with_status(refused.status)
    }

    /// Adds the error that the form was sent too often (429); it can be sent again later.
    pub fn limited(self) -> Self {
        self.with_error(FormError::RateLimited)
            .with_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Adds the error that the storage or the cores are busy (503, FA-01); the form can be sent again later.
    pub fn unavailable(self) -> Self {
        self.with_error(FormError::Unavailable)
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
    }
}

impl PageVariables {
    /// Puts the values and errors of a form into the page.
    #[must_use]
    pub fn with(mut self, form_state: FormState) -> Self {
        self.values = form_state.values;
        self.errors = form_state.errors;
        self
    }
}
