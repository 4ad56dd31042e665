//! The view engine of the pages. It is independent of the app's, which may need functions of its
//! own or not exist at all.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use sha2::{Digest, Sha256};
use tera::Context;

use super::{
    files::{self, Files, Fingerprint},
    locale,
    messages::{LoadedMessages, Messages, Translations},
    page::PageContext,
    templates::{self, Engine, SortedSources},
};
use crate::{
    events::{self, AuditEvent, EventName, Outcome},
    protocol::rule::rule,
};

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The shipped files do not compile.
    #[error("the shipped pages do not compile: {0}")]
    Shipped(String),
    /// Files of the app do not compile. Only debug builds report it as an error.
    #[error("{}", .0.join("\n"))]
    Override(Vec<String>),
    /// A page compiles but fails to render.
    #[error(transparent)]
    Render(#[from] tera::Error),
}

/// The stylesheet and the hash that its file name carries.
#[derive(Clone, Debug)]
pub struct Stylesheet {
    /// Text of the stylesheet.
    pub css: String,
    /// First 64 bits of its SHA-256 hash, in hexadecimal digits.
    pub hash: String,
}

impl Stylesheet {
    fn new(css: String) -> Self {
        let digest = Sha256::digest(css.as_bytes());
        let head = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
        let hash = format!("{head:016x}");
        Self { css, hash }
    }

    /// File name below `{prefix}/assets/`; different content has a different name.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("oauth-{}.css", self.hash)
    }
}

/// When the files that an app puts in the place of shipped pages are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edits {
    /// Before every render: a developer sees an edit at once, and a broken file makes rendering fail with
    /// the reason.
    Watched,
    /// Once: broken files are left out, and [`Views::broken`] names them.
    AtBoot,
}

impl Edits {
    /// Debug builds are for developers.
    #[must_use]
    pub const fn of_this_build() -> Self {
        if cfg!(debug_assertions) {
            Self::Watched
        } else {
            Self::AtBoot
        }
    }

    const fn are_watched(self) -> bool {
        matches!(self, Self::Watched)
    }
}

/// The pages, ready to be rendered. A clone is cheap.
#[derive(Clone)]
pub struct Views {
    source: Arc<Source>,
    loaded: Arc<RwLock<Arc<Loaded>>>,
}

impl Views {
    /// Loads the shipped pages, and the app's files that replace some of them.
    ///
    /// `edits` says what becomes of the app's files that change or do not compile (PG-02).
    ///
    /// # Errors
    /// [`ViewsError::Shipped`] when the shipped files do not compile.
    pub fn new(
        app_views_dir: Option<PathBuf>,
        locales: &[String],
        default_locale: &str,
        edits: Edits,
    ) -> Result<Self, ViewsError> {
        let source = Source {
            dir: app_views_dir,
            locales: locales.to_vec(),
            default_locale: default_locale.to_owned(),
            edits,
        };
        let loaded = source.load()?;
        Ok(Self {
            source: Arc::new(source),
            loaded: Arc::new(RwLock::new(Arc::new(loaded))),
        })
    }

    /// Returns the files of the app that were broken when they were last loaded, with the reason.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.broken.clone()
    }

    /// Renders the page as HTML in an offered language; any other tag gives the default language.
    ///
    /// # Errors
    /// [`ViewsError::Override`] with [`Edits::Watched`] when a file of the app does not compile,
    /// [`ViewsError::Render`] when a template fails. With [`Edits::AtBoot`] a failing template of
    /// the app is logged and the shipped page is shown.
    pub fn render<P: PageContext>(&self, lang: &str, page: &P) -> Result<String, ViewsError> {
        let loaded = self.current()?;
        if self.source.edits.are_watched() && !loaded.broken.is_empty() {
            return Err(ViewsError::Override(loaded.broken.clone()));
        }
        let lang = self.offered(lang);
        let context = Self::context(page, &Translations::new(&loaded.messages, lang))?;
        if let Some(app) = &loaded.app {
            match app.render(lang, P::PAGE.template(), &context) {
                Err(error) if !self.source.edits.are_watched() => {
                    let event = AuditEvent::new(EventName::TemplateBroken).denied(rule!("PG-02"));
                    let event = event
                        .outcome(Outcome::Error)
                        .detail("page", P::PAGE.template());
                    events::emit(event.detail("error", error.to_string()));
                }
                result => return Ok(result?),
            }
        }
        Ok(loaded.shipped.render(lang, P::PAGE.template(), &context)?)
    }

    /// Returns the language for a request: the first of `ui_locales` and `Accept-Language` that is
    /// offered, else the default (PG-06).
    #[must_use]
    pub fn negotiate(&self, ui_locales: &[String], accept_language: Option<&str>) -> String {
        let Source {
            locales,
            default_locale,
            ..
        } = &*self.source;
        locale::negotiate(locales, default_locale, ui_locales, accept_language).to_owned()
    }

    /// Returns the messages in one language, for texts outside of pages.
    ///
    /// # Errors
    /// [`ViewsError::Shipped`] when the shipped files do not compile.
    pub fn words(&self, lang: &str) -> Result<Translations, ViewsError> {
        Ok(Translations::new(
            &self.current()?.messages,
            self.offered(lang),
        ))
    }

    /// Returns the stylesheet, the app's if it has one.
    ///
    /// # Errors
    /// [`ViewsError::Shipped`] when the shipped files do not compile.
    pub fn stylesheet(&self) -> Result<Arc<Stylesheet>, ViewsError> {
        Ok(Arc::clone(&self.current()?.stylesheet))
    }

    fn offered<'a>(&'a self, lang: &'a str) -> &'a str {
        let Source {
            locales,
            default_locale,
            ..
        } = &*self.source;
        if locales.iter().any(|tag| tag == lang) {
            lang
        } else {
            default_locale
        }
    }

    fn context<P: PageContext>(page: &P, words: &Translations) -> Result<Context, ViewsError> {
        let mut page = page.clone();
        page.common_mut().fill(P::PAGE, words);
        page.translate(words);
        Ok(Context::from_serialize(&page)?)
    }

    fn current(&self) -> Result<Arc<Loaded>, ViewsError> {
        let loaded = Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner));
        if !self.source.edits.are_watched() || loaded.fingerprint == self.source.fingerprint() {
            return Ok(loaded);
        }
        let fresh = Arc::new(self.source.load()?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }
}

/// Where the files of the pages come from.
struct Source {
    dir: Option<PathBuf>,
    locales: Vec<String>,
    default_locale: String,
    edits: Edits,
}

/// The files as they were compiled at one time.
struct Loaded {
    fingerprint: Fingerprint,
    messages: Arc<Messages>,
    shipped: Engine,
    /// The shipped templates with the app's replacements; `None` when the app has none.
    app: Option<Engine>,
    stylesheet: Arc<Stylesheet>,
    broken: Vec<String>,
}

impl Source {
    fn fingerprint(&self) -> Fingerprint {
        self.dir
            .as_deref()
            .map(files::fingerprint)
            .unwrap_or_default()
    }

    fn load(&self) -> Result<Loaded, ViewsError> {
        // The fingerprint is taken first: a file written meanwhile is noticed at the next render.
        let fingerprint = self.fingerprint();
        let shipped = Files::shipped();
        let app = self.dir.as_deref().map(Files::of_app).unwrap_or_default();

        let LoadedMessages {
            messages,
            broken: broken_texts,
        } = Messages::load(&shipped, &app);
        let messages = Arc::new(messages);
        let SortedSources {
            good: overrides,
            broken: broken_pages,
        } = templates::sort_out(&shipped.templates, app.templates, &messages);
        let compile = |overrides| {
            Engine::compile(&shipped.templates, overrides, self.words(&messages))
                .map_err(|error| ViewsError::Shipped(error.to_string()))
        };
        Ok(Loaded {
            fingerprint,
            shipped: compile(&templates::Sources::new())?,
            app: if overrides.is_empty() {
                None
            } else {
                Some(compile(&overrides)?)
            },
            messages,
            stylesheet: Arc::new(Stylesheet::new(
                app.stylesheet.or(shipped.stylesheet).unwrap_or_default(),
            )),
            broken: [app.unreadable, broken_texts, broken_pages].concat(),
        })
    }

    fn words<'a>(&'a self, messages: &'a Arc<Messages>) -> impl Iterator<Item = Translations> + 'a {
        self.locales
            .iter()
            .chain([&self.default_locale])
            .map(move |lang| Translations::new(messages, lang))
    }
}
