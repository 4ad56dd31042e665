//! A page in a browser, and its forms.

use std::cmp::Reverse;

use axum_test::TestResponse;
use scraper::{ElementRef, Html, Selector};

/// A page that a browser shows.
#[derive(Debug)]
pub struct Page {
    /// Address of the page. A redirect that leaves the app is not followed: then this is its
    /// target.
    pub url: String,
    /// The last answer of the app.
    pub response: TestResponse,
}

impl Page {
    /// The text of the page.
    pub fn html(&self) -> String {
        self.response.text()
    }

    /// A parameter of the address; panics when it stands there twice.
    #[track_caller]
    pub fn query(&self, name: &str) -> Option<String> {
        parameter(&self.url, name)
    }

    /// The page's main form: the one with the most fields.
    #[track_caller]
    pub fn form(&self) -> Form {
        let html = Html::parse_document(&self.html());
        let (forms, fields) = (selector("form"), selector("input[name]"));
        let form = html
            .select(&forms)
            .min_by_key(|form| Reverse(form.select(&fields).count()));
        let form = form.map(Form::read);
        let form = form.unwrap_or_else(|| panic!("no form: {}", self.html()));
        self.placed(form)
    }

    /// The form with this button, the button pressed: `("decision", "allow")`.
    #[track_caller]
    pub fn form_with_button(&self, name: &str, value: &str) -> Form {
        let form = self.find_form(&format!("button[name={name}][value=\"{value}\"]"));
        let form = form.unwrap_or_else(|| panic!("no button {name}={value}: {}", self.html()));
        form.set(name, value)
    }

    /// The form that holds what `css` selects.
    pub fn find_form(&self, css: &str) -> Option<Form> {
        let html = Html::parse_document(&self.html());
        let (forms, inner) = (selector("form"), selector(css));
        let form = html
            .select(&forms)
            .find(|form| form.select(&inner).next().is_some())?;
        Some(self.placed(Form::read(form)))
    }

    /// Every form of the page.
    pub(super) fn all_forms(&self) -> Vec<Form> {
        let html = Html::parse_document(&self.html());
        let css = selector("form");
        let forms = html.select(&css).map(Form::read);
        forms.map(|form| self.placed(form)).collect()
    }

    /// The form with the address that a browser posts it to: without an `action` that of the page,
    /// otherwise relative to it.
    fn placed(&self, mut form: Form) -> Form {
        let is_whole = form.action.starts_with('/') || form.action.contains("://");
        if form.action.is_empty() {
            form.action.clone_from(&self.url);
        } else if !is_whole {
            let page = self.url.split(['?', '#']).next().unwrap_or_default();
            let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
            let base = if form.action.starts_with('?') {
                page
            } else {
                &format!("{folder}/")
            };
            form.action = format!("{base}{}", form.action);
        }
        form
    }

    /// The text of the first element that `css` selects.
    pub fn text_of(&self, css: &str) -> Option<String> {
        let html = Html::parse_document(&self.html());
        let found = html.select(&selector(css)).next()?;
        Some(found.text().collect::<String>().trim().to_owned())
    }
}

/// A form with its hidden and preset fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Address that the form posts to.
    pub action: String,
    /// Fields that the form posts, in the order of the page.
    pub fields: Vec<(String, String)>,
}

impl Form {
    fn read(form: ElementRef<'_>) -> Self {
        let attribute = |element: ElementRef<'_>, name| {
            let value = element.value().attr(name);
            value.unwrap_or_default().to_owned()
        };
        let inputs = selector("input[name]");
        let sent = form.select(&inputs).filter(|input| {
            let is_box = matches!(input.value().attr("type"), Some("checkbox" | "radio"));
            !is_box || input.value().attr("checked").is_some()
        });
        Self {
            action: attribute(form, "action"),
            fields: sent
                .map(|input| (attribute(input, "name"), attribute(input, "value")))
                .collect(),
        }
    }

    /// Returns the form with one field of this name.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.add(name, value)
    }

    /// Returns the form with a further field, beside those of this name.
    #[must_use]
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the form without this field, as when a box is unticked.
    #[must_use]
    pub fn without(mut self, name: &str, value: &str) -> Self {
        self.fields
            .retain(|(key, field)| key != name || field != value);
        self
    }

    /// Returns the value of the first field of this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A parameter of a URL's query; panics when it stands there twice.
#[track_caller]
pub(super) fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let mut found = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned());
    let first = found.next();
    assert!(found.next().is_none(), "{name} twice in {url}");
    first
}

#[track_caller]
fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}
