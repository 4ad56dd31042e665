//! Variables that the templates of all pages have.
//!
//! Pages have no `Debug`: they carry form tokens and, on the hand-off page, codes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::messages::Translations;
use crate::{protocol::client::ClientKind, views::form::FieldError};

/// Every page that people see, and every mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The connected apps and signed-in browsers of a person.
    Apps,
    /// Tells that a mail was sent.
    CheckMail,
    /// Tells that the interaction was finished before.
    Completed,
    /// Asks for consent to the scopes that a client requests.
    Consent,
    /// Takes the code of a device, and asks whether the device may have access.
    Device,
    /// Tells how a person decided about a device.
    DeviceDone,
    /// Explains an error.
    Error,
    /// Asks for a link to a new password.
    ForgotPassword,
    /// Posts the answer to the client.
    FormPost,
    /// Sends the browser on where a redirect would not be followed.
    Handoff,
    /// Tells that the person is signed out.
    LoggedOut,
    /// The login form.
    Login,
    /// Asks whether to sign out.
    Logout,
    /// The mail with a password reset link.
    ResetMail,
    /// The form for a new password.
    ResetPassword,
    /// Offers the accounts of a browser.
    SelectAccount,
    /// The sign-up form.
    Signup,
}

impl Page {
    /// File name of the template, such as `login.html`; the app's file of that name replaces it.
    pub const fn template(self) -> &'static str {
        match self {
            Self::Apps => "apps.html",
            Self::CheckMail => "check_mail.html",
            Self::Completed => "completed.html",
            Self::Consent => "consent.html",
            Self::Device => "device.html",
            Self::DeviceDone => "device_done.html",
            Self::Error => "error.html",
            Self::ForgotPassword => "forgot_password.html",
            Self::FormPost => "form_post.html",
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

    /// Name of the page, such as `login`.
    pub fn name(self) -> &'static str {
        self.template().trim_end_matches(".html")
    }
}

/// Variables of the template of one page.
pub trait PageContext: Serialize + Clone {
    /// The page.
    const PAGE: Page;

    /// The variables that all pages have.
    fn common_mut(&mut self) -> &mut PageVariables;

    /// Fills in texts that depend on the language. It is called before each rendering.
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
    /// OIDC `display` of the request, if it is `page`, `popup` or `touch`.
    pub display: Option<&'static str>,
    /// Address of the stylesheet, with its content hash.
    pub css_url: String,
    /// Parameter `ui_locales` of the request; `lang` is chosen from it.
    #[serde(skip)]
    pub ui_locales: Option<String>,
    /// Address that the form of the page posts to.
    pub form_action: String,
    /// Token against cross-site requests, a hidden field of every form.
    pub csrf_token: String,
    /// Id of the interaction, a hidden field of its forms.
    pub interaction: Option<String>,
    /// Address of the form that ends the request with `access_denied`.
    pub cancel_action: Option<String>,
    /// The client that sent the request.
    pub client: Option<ClientCard>,
    /// The account that is signed in.
    pub user: Option<UserCard>,
    /// Errors in the entered values.
    pub errors: Vec<ErrorLine>,
    /// Entered values to show again, by field; never passwords.
    pub values: BTreeMap<String, String>,
    /// Id of the request, under which the log has details.
    pub reference_id: String,
}

impl PageVariables {
    /// Fills in everything that depends on the template and the language.
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
    /// Name without control characters, at most 100 characters; a client may have none.
    pub name: Option<String>,
    /// The host that identifies the client: of its metadata document, else of the redirect URI.
    pub host: String,
    /// Address of the client's home page.
    pub uri: Option<String>,
    /// Path of the logo on this server.
    pub logo_url: Option<String>,
    /// Host that the browser is sent back to.
    pub redirect_host: String,
    /// The whole redirect URI of the request.
    pub redirect_uri: Option<String>,
    /// Address of the client's privacy policy.
    pub policy_uri: Option<String>,
    /// Address of the client's terms of service.
    pub tos_uri: Option<String>,
    /// Day on which this server first saw the client.
    pub first_seen: Option<String>,
    /// How the client came about.
    pub kind: ClientKind,
    /// Whether the operator vouches for the client.
    pub verified: bool,
    /// Whether the client can only be reached on the person's own device.
    pub loopback_only: bool,
}

impl ClientCard {
    /// Drops every link that is not https and every picture of another server, whatever was stored
    /// (PG-03, PG-04).
    pub(crate) fn drop_unsafe_links(&mut self) {
        for link in [&mut self.uri, &mut self.policy_uri, &mut self.tos_uri] {
            *link = link
                .take()
                .filter(|address| address.starts_with("https://"));
        }
        self.logo_url = self.logo_url.take().filter(|address| is_own_path(address));
    }
}

/// Whether the address is a path of this server, not another host written without a scheme.
fn is_own_path(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
}

/// An account as pages show it.
#[derive(Clone, Default, Serialize)]
pub struct UserCard {
    /// Name to greet the person with.
    pub name: String,
    /// Login name that the person signs in with.
    pub login: String,
    /// Path of a picture on this server.
    pub picture: Option<String>,
}

/// An error in a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorLine {
    /// Name of the field, `""` for the form as a whole.
    pub field: String,
    /// Key of the message, or the text itself.
    pub key: String,
    /// The text in the page's language; set by the engine.
    pub text: String,
    /// Values in the message, by name.
    #[serde(skip)]
    values: Vec<(String, String)>,
}

impl ErrorLine {
    /// Makes an error of one field, from the key of its message or the text itself. Values of the
    /// message stand behind its key as a query: `error-field-too-short-min?min=8`.
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

/// Errors of a form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// The login or password is wrong, or the account inactive: one text for all (ASVS 6.3.8).
    Credentials,
    /// There were too many attempts.
    RateLimited,
    /// The hidden token does not fit the browser.
    FormExpired,
    /// A page of another origin sent the form. The message has the value `origin`, this server's.
    ForeignOrigin,
    /// The database is busy; the form can be sent again later.
    Unavailable,
    /// No account was made. The text does not say whether the login is taken.
    SignUpFailed,
    /// The chosen account is not signed in any more.
    AccountGone,
    /// Another account was signed in since the page was shown.
    AccountChanged,
    /// The form neither allowed nor denied the request.
    NoDecision,
    /// The body is not a form of this page, or is too large.
    Unreadable,
}

impl FormError {
    /// Makes the error with the values of its message, by name.
    pub(crate) fn of(self, values: &[(&str, &str)]) -> ErrorLine {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        ErrorLine {
            values: values.iter().map(owned).collect(),
            ..self.into()
        }
    }

    /// Every error, for tests.
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
