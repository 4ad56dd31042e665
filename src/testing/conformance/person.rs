//! The person who signs in: an account of the app, and what is done at the app's pages.

use std::{fmt, future::Future, rc::Rc};

use futures_util::future::{FutureExt, LocalBoxFuture};
use loco_rs::app::AppContext;
use scraper::{ElementRef, Html, Selector};

use crate::testing::page::{Form, Page};

/// What the person decides where a client asks for consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// To let the client in.
    Allow,
    /// To refuse.
    Deny,
}

type Register = Rc<dyn Fn(AppContext) -> LocalBoxFuture<'static, ()>>;
type Answer = Rc<dyn Fn(&Page, Decision) -> Form>;

/// A page of the app's own, and what the person does there.
#[derive(Clone)]
struct OwnPage {
    path: String,
    answer: Answer,
}

/// A person with an account of the app, in front of the app's real pages.
///
/// The person fills in whatever form asks for a password, and presses the buttons of the built-in
/// pages. That is enough for most pages of an app's own, too; what else they ask for is told by
/// [`Self::at`].
///
/// ```no_run
/// use loco_oauth_server::testing::conformance::Person;
/// # async fn create_account(_: loco_rs::app::AppContext) {}
///
/// let ada = Person::new("ada@example.com", "correct horse battery staple")
///     // Makes the account, in the app's way.
///     .registered(|ctx| async move { create_account(ctx).await })
///     // A step of the app's own: its form as it is, with one field more.
///     .at("/terms", |page, _| page.form().set("agreed", "yes"));
/// ```
#[derive(Clone)]
pub struct Person {
    pub(super) login: String,
    password: String,
    register: Option<Register>,
    pages: Vec<OwnPage>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Person").field(&self.login).finish()
    }
}

impl Person {
    /// A person who signs in with this login name and password.
    pub fn new(login: &str, password: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: password.to_owned(),
            register: None,
            pages: Vec::new(),
        }
    }

    /// Sets how the app makes the account of this person.
    #[must_use]
    pub fn registered<F, Made>(mut self, register: F) -> Self
    where
        F: Fn(AppContext) -> Made + 'static,
        Made: Future<Output = ()> + 'static,
    {
        self.register = Some(Rc::new(move |ctx| register(ctx).boxed_local()));
        self
    }

    /// Sets what the person does at the app's own page with this path: the form to be sent. What is
    /// decided matters on a consent page.
    #[must_use]
    pub fn at(mut self, path: &str, answer: impl Fn(&Page, Decision) -> Form + 'static) -> Self {
        self.pages.push(OwnPage {
            path: path.to_owned(),
            answer: Rc::new(answer),
        });
        self
    }

    /// Makes the account.
    pub async fn register(&self, ctx: &AppContext) {
        if let Some(register) = &self.register {
            register(ctx.clone()).await;
        }
    }

    /// What the person does at a page; `None` where there is nothing to be done.
    pub(super) fn answer(&self, page: &Page, decision: Decision) -> Option<Act> {
        let path = path_of(&page.url);
        if let Some(own) = self.pages.iter().find(|own| own.path == path) {
            let form = (own.answer)(page, decision);
            return Some(Act::of(ActKind::SignIn, form));
        }
        let html = page.html();
        let html = Html::parse_document(&html);
        if let Some(form) = self.sign_in(page, &html) {
            return Some(Act::of(ActKind::SignIn, form));
        }
        let decision = match decision {
            Decision::Allow => "allow",
            Decision::Deny => "deny",
        };
        if has(&html, &format!("button[name=decision][value={decision}]")) {
            let form = page.form_with_button("decision", decision);
            return Some(Act::of(ActKind::Consent, form));
        }
        if let Some(sid) = self.own_account(&html) {
            let form = page.form_with_button("sid", &sid);
            return Some(Act::of(ActKind::SelectAccount, form));
        }
        has(&html, "button[name=action][value=sign_out]").then(|| {
            let form = page.form_with_button("action", "sign_out");
            Act::of(ActKind::SignOut, form)
        })
    }

    /// The form with a password, filled in.
    fn sign_in(&self, page: &Page, html: &Html) -> Option<Form> {
        let form = page.find_form("input[type=password]")?;
        let fields = |css: &str| -> Option<String> {
            let css = format!("form:has(input[type=password]) {css}");
            let all = html.select(&selector(&css)).next().map(name_of)?;
            Some(all)
        };
        let password = fields("input[type=password]")?;
        let typed =
            "input:not([type=hidden], [type=password], [type=checkbox], [type=submit], [readonly])";
        let form = match fields(typed) {
            Some(login) => form.set(&login, &self.login),
            // The login is fixed by the page.
            None => form,
        };
        Some(form.set(&password, &self.password))
    }

    /// The account of this person in an account chooser.
    fn own_account(&self, html: &Html) -> Option<String> {
        let buttons = selector("button[name=sid]");
        let is_ours =
            |button: &ElementRef<'_>| button.text().any(|text| text.contains(&self.login));
        let mut ours = html.select(&buttons).filter(is_ours);
        let sid = ours.next()?.value().attr("value")?;
        Some(sid.to_owned())
    }
}

/// What kind of page the person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActKind {
    SignIn,
    Consent,
    SelectAccount,
    SignOut,
}

/// What the person does at a page.
pub(super) struct Act {
    pub kind: ActKind,
    pub form: Form,
}

impl Act {
    const fn of(kind: ActKind, form: Form) -> Self {
        Self { kind, form }
    }
}

fn path_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| {
        rest.find('/')
            .map_or("/", |slash| rest.get(slash..).unwrap_or_default())
    });
    rest.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn name_of(element: ElementRef<'_>) -> String {
    element.value().attr("name").unwrap_or_default().to_owned()
}

fn has(html: &Html, css: &str) -> bool {
    html.select(&selector(css)).next().is_some()
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}
