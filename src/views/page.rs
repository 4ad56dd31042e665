//! What every page knows: the variables of all templates.
//!
//! Pages have no `Debug`: they carry form tokens and, on the hand-off page, codes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::messages::Translations;
use crate::{protocol::client::ClientKind, views::form::FieldError};

/// Every page that people see, and the mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The apps and browsers of a person.
    Apps,
    /// A mail is on its way.
    CheckMail,
    /// The interaction was finished before.
    Completed,
    /// What a client asks for.
    Consent,
    /// Something went wrong.
    Error,
    /// Asks for a link to a new password.
    ForgotPassword,
    /// Sends the browser on where a redirect would not get through.
    Handoff,
    /// After signing out.
    LoggedOut,
    /// The login form.
    Login,
    /// The question whether to sign out.
    Logout,
    /// The mail with a link to a new password.
    ResetMail,
    /// The form for a new password.
    ResetPassword,
    /// The accounts of a browser.
    SelectAccount,
    /// The sign-up form.
    Signup,
}

impl Page {
    /// Name of the template, `login.html`: the app's file of the same name replaces it.
    pub const fn template(self) -> &'static str {
        match self {
            Self::Apps => "apps.html",
            Self::CheckMail => "check_mail.html",
            Self::Completed => "completed.html",
            Self::Consent => "consent.html",
            Self::Error => "error.html",
            Self::ForgotPassword => "forgot_password.html",
            Self::Handoff => "handoff.html",
            Self::LoggedOut => "logged_out.html",
            Self::Login => "login.html",
            Self::Logout => "logout.html",
            Self::ResetMail => "reset_mail.html",
            Self::ResetPassword => "reset_password.html",
            Self::SelectAccount => "select_account.html",
            Self::Signup => "signup.html",
        }
    }

    /// Name of the page, `login`.
    pub fn name(self) -> &'static str {
        self.template().trim_end_matches(".html")
    }
}

/// What a page is rendered with.
pub trait PageContext: Serialize + Clone {
    /// The page.
    const PAGE: Page;

    /// The variables all pages have.
    fn common_mut(&mut self) -> &mut PageVariables;

    /// Fills in texts that depend on the language. Called before each rendering.
    fn translate(&mut self, _words: &Translations) {}

    /// Named examples, one for each way the page can look. Tests render them all.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// The variables of all pages. `page`, `lang` and `dir` are set by the engine.
#[derive(Clone, Default, Serialize)]
pub struct PageVariables {
    /// Name of the page, `login`.
    pub page: String,
    /// Language tag of the page.
    pub lang: String,
    /// Writing direction, `ltr` or `rtl`.
    pub dir: String,
    /// Name of the app, for headings and the title.
    pub app_name: String,
    /// Host of the issuer, so that people see where they are.
    pub issuer_host: String,
    /// Address of the stylesheet, with its content hash.
    pub css_url: String,
    /// Languages that the client asked for; `lang` is chosen from them.
    #[serde(skip)]
    pub ui_locales: Option<String>,
    /// Where the form of the page posts to.
    pub form_action: String,
    /// Hidden field of every form.
    pub csrf_token: String,
    /// Hidden field of the forms of an interaction.
    pub interaction: Option<String>,
    /// Where a form posts to that ends the request with `access_denied`.
    pub cancel_action: Option<String>,
    /// The client that asks.
    pub client: Option<ClientCard>,
    /// The account that is signed in.
    pub user: Option<UserCard>,
    /// What is wrong with what was entered.
    pub errors: Vec<ErrorLine>,
    /// Entered values to show again, by field. Never passwords.
    pub values: BTreeMap<String, String>,
    /// Under which the log tells more.
    pub reference_id: String,
}

impl PageVariables {
    /// Everything that depends on the template and the language.
    pub(super) fn fill(&mut self, page: Page, words: &Translations) {
        page.name().clone_into(&mut self.page);
        words.lang().clone_into(&mut self.lang);
        words.dir().clone_into(&mut self.dir);
        for error in &mut self.errors {
            error.text = words.say_with(&error.key, &error.values);
        }
        if let Some(client) = &mut self.client {
            client.drop_unsafe_links();
        }
        if let Some(user) = &mut self.user {
            user.picture = user.picture.take().filter(|address| is_own_path(address));
        }
    }
}

/// A client as pages show it.
#[derive(Clone, Serialize)]
pub struct ClientCard {
    /// The `client_id`.
    pub id: String,
    /// Cleaned name, at most 100 characters; a client may have none.
    pub name: Option<String>,
    /// The host that identifies the client: of its metadata document, else of the redirect URI.
    pub host: String,
    /// Home page.
    pub uri: Option<String>,
    /// Path of the logo on this server.
    pub logo_url: Option<String>,
    /// Host that the browser is sent back to.
    pub redirect_host: String,
    /// The whole redirect URI of the request.
    pub redirect_uri: Option<String>,
    /// Privacy policy.
    pub policy_uri: Option<String>,
    /// Terms of service.
    pub tos_uri: Option<String>,
    /// Day on which this server first saw the client.
    pub first_seen: Option<String>,
    /// Where the client's record lives.
    pub kind: ClientKind,
    /// Whether somebody who runs the server vouches for it.
    pub verified: bool,
    /// Whether it can only be reached on the person's own device.
    pub loopback_only: bool,
}

impl ClientCard {
    /// Only https links and pictures of this server are ever shown, whatever was stored (PG-03,
    /// PG-04).
    pub(crate) fn drop_unsafe_links(&mut self) {
        for link in [&mut self.uri, &mut self.policy_uri, &mut self.tos_uri] {
            *link = link
                .take()
                .filter(|address| address.starts_with("https://"));
        }
        self.logo_url = self.logo_url.take().filter(|address| is_own_path(address));
    }
}

/// A path of this server, not another host written without a scheme.
fn is_own_path(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
}

/// An account as pages show it.
#[derive(Clone, Default, Serialize)]
pub struct UserCard {
    /// Name to greet the person with.
    pub name: String,
    /// What the person types to sign in.
    pub login: String,
    /// Path of a picture on this server.
    pub picture: Option<String>,
}

/// Something wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorLine {
    /// Name of the field, `""` for the form as a whole.
    pub field: String,
    /// Message key, or the text itself.
    pub key: String,
    /// The text in the page's language; set by the engine.
    pub text: String,
    /// Values in the message, by name.
    #[serde(skip)]
    values: Vec<(String, String)>,
}

impl ErrorLine {
    /// An error of one field, with the key of its message or the text itself. Values of the message
    /// stand behind its key as a query: `error-field-too-short-min?min=8`.
    #[must_use]
    pub fn field(field: impl Into<String>, key: impl Into<String>) -> Self {
        let mut key: String = key.into();
        let mut values = Vec::new();
        if let Some((name, query)) = key.split_once('?')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && query.contains('=')
        {
            values.extend(url::form_urlencoded::parse(query.as_bytes()).into_owned());
            let bare = name.to_owned();
            key = bare;
        }
        Self {
            field: field.into(),
            key,
            text: String::new(),
            values,
        }
    }
}

impl From<FormError> for ErrorLine {
    fn from(error: FormError) -> Self {
        Self::field("", error.key())
    }
}

impl From<FieldError> for ErrorLine {
    fn from(error: FieldError) -> Self {
        Self::field(error.field, error.message)
    }
}

/// What can be wrong with a form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// Wrong login, wrong password, inactive account: one text for all (ASVS 6.3.8).
    Credentials,
    /// Too many attempts.
    RateLimited,
    /// The hidden token does not fit the browser.
    FormExpired,
    /// A page of another origin sent the form. Takes the value `origin`: this server's.
    ForeignOrigin,
    /// The storage is busy; the same form works later.
    Unavailable,
    /// No account was made. Does not say whether the login is taken.
    SignUpFailed,
    /// The chosen account is not signed in any more.
    AccountGone,
    /// Another account was signed in since the page was shown.
    AccountChanged,
    /// Neither allowed nor denied.
    NoDecision,
    /// Not a form of this page, or too large.
    Unreadable,
}

impl FormError {
    /// The error with the values of its message, by name.
    pub(crate) fn of(self, values: &[(&str, &str)]) -> ErrorLine {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        ErrorLine {
            values: values.iter().map(owned).collect(),
            ..self.into()
        }
    }

    /// Every value, for tests.
    pub const ALL: [Self; 10] = [
        Self::Credentials,
        Self::RateLimited,
        Self::FormExpired,
        Self::ForeignOrigin,
        Self::Unavailable,
        Self::SignUpFailed,
        Self::AccountGone,
        Self::AccountChanged,
        Self::NoDecision,
        Self::Unreadable,
    ];

    /// Key of the message.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Credentials => "error-form-credentials",
            Self::RateLimited => "error-form-rate-limited",
            Self::FormExpired => "error-form-expired",
            Self::ForeignOrigin => "error-form-foreign-origin",
            Self::Unavailable => "error-form-unavailable",
            Self::SignUpFailed => "error-form-sign-up",
            Self::AccountGone => "error-form-account-gone",
            Self::AccountChanged => "error-form-account-changed",
            Self::NoDecision => "error-form-no-decision",
            Self::Unreadable => "error-form-unreadable",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::is_own_path;

    #[rstest]
    #[case("/oauth/assets/logo.png", true)]
    #[case("//evil.example/logo.png", false)]
    #[case("/\\evil.example/logo.png", false)]
    #[case("https://cdn.example/logo.png", false)]
    #[case("data:image/png;base64,AA", false)]
    #[case("", false)]
    fn pg_04_pictures_come_from_this_server(#[case] address: &str, #[case] own: bool) {
        assert_eq!(is_own_path(address), own);
    }
}
