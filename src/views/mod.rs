//! The pages that people see: typed contexts, texts in several languages, and the small engine that
//! renders them.
//!
//! The shipped files live in `templates/oauth_server/` and are compiled in. A file of the same
//! name in the app's `assets/views/oauth_server/` replaces one: a page, `layout.html`, a partial,
//! `oauth.css`, or the texts in `i18n/<tag>.ftl`. A page of the app may also extend the shipped
//! one:
//!
//! ```html
//! {% extends "builtin/login.html" %}
//! {% block content %}{{ super() }}<p>{{ t(key="login-help") }}</p>{% endblock content %}
//! ```
//!
//! Controllers fill a page and render it in the language that [`Views::negotiate`] found; the engine
//! fills in what depends on the language.

mod engine;
mod files;
pub mod form;
mod locale;
pub mod mails;
mod messages;
mod page;
pub mod pages;
mod samples;
mod templates;

pub use engine::{Edits, Views, ViewsError};
pub use messages::Translations;
pub use page::{ClientCard, ErrorLine, FormError, Page, PageContext, PageVariables, UserCard};
