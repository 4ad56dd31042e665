//! Compiles the templates: the shipped ones, and the app's that replace some of them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use fluent_bundle::{FluentArgs, FluentValue};
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use super::messages::{Messages, Translations, text_value};

/// Prefix under which a shipped template stays reachable when the app has one of its name.
const BUILTIN: &str = "builtin/";

/// Templates by name.
pub(super) type Sources = BTreeMap<String, String>;

/// The compiled templates, once per language.
///
/// A component of Tera 2 does not see the variables of the page, so the function `t` cannot learn
/// the language from the context. It knows it because each language has its own copy.
pub(super) struct Engine {
    by_language: HashMap<String, Tera>,
}

impl Engine {
    /// Compiles all templates at once: Tera resolves parents, components and functions then.
    pub(super) fn compile(
        shipped: &Sources,
        app: &Sources,
        words: impl IntoIterator<Item = Translations>,
    ) -> TeraResult<Self> {
        let mut words = words.into_iter().peekable();
        let mut tera = Tera::new();
        tera.set_fallback_prefixes([BUILTIN])?;
        if let Some(first) = words.peek() {
            tera.register_function("t", translate(first.clone()));
        }
        let shipped = shipped
            .iter()
            .map(|(name, text)| (format!("{BUILTIN}{name}"), text));
        let app = app.iter().map(|(name, text)| (name.clone(), text));
        tera.add_raw_templates(shipped.chain(app))?;

        let by_language = words
            .map(|words| {
                let mut tera = tera.clone();
                let lang = words.lang().to_owned();
                tera.register_function("t", translate(words));
                (lang, tera)
            })
            .collect();
        Ok(Self { by_language })
    }

    /// Renders `template` in a language this engine was compiled for.
    pub(super) fn render(
        &self,
        lang: &str,
        template: &str,
        context: &Context,
    ) -> TeraResult<String> {
        let tera = self
            .by_language
            .get(lang)
            .ok_or_else(|| tera::Error::message(format!("language `{lang}` is not offered")))?;
        tera.render(template, context)
    }
}

/// The app's templates, split into good and broken ones.
pub(super) struct SortedSources {
    /// Templates that compile.
    pub(super) good: Sources,
    /// Why the other templates do not compile.
    pub(super) broken: Vec<String>,
}

/// Splits the app's templates into those that compile and those that do not, with the reason.
pub(super) fn sort_out(shipped: &Sources, app: Sources, messages: &Arc<Messages>) -> SortedSources {
    let attempt = |app: &Sources| {
        Engine::compile(shipped, app, [Translations::new(messages, "en")]).map(|_| ())
    };
    if attempt(&app).is_ok() {
        return SortedSources {
            good: app,
            broken: Vec::new(),
        };
    }
    // One template may need another of the app, so each is tried again while any compiles.
    let (mut good, mut waiting) = (Sources::new(), app);
    loop {
        let before = waiting.len();
        let mut reasons = Vec::new();
        for (name, text) in std::mem::take(&mut waiting) {
            good.insert(name.clone(), text);
            if let Err(error) = attempt(&good) {
                reasons.push(format!("{name}: {error}"));
                if let Some(text) = good.remove(&name) {
                    waiting.insert(name, text);
                }
            }
        }
        if waiting.len() == before || waiting.is_empty() {
            return SortedSources {
                good,
                broken: reasons,
            };
        }
    }
}

/// The template function `t(key="…", …)`: returns the message in the page's language, with the
/// other arguments as its values.
///
/// `default` is used when no language has the message, `lang` selects another language. The result
/// is escaped like any other text.
fn translate(
    words: Translations,
) -> impl Fn(Kwargs, &State<'_>) -> TeraResult<String> + Send + Sync + 'static {
    move |kwargs, _| {
        let key = kwargs.must_get::<&str>("key")?;
        let text = match kwargs.get::<&str>("lang")? {
            Some(lang) => words.in_language(lang).text_with(key, &arguments(&kwargs)),
            None => words.text_with(key, &arguments(&kwargs)),
        };
        match (text, kwargs.get::<&str>("default")?) {
            (Some(text), _) => Ok(text),
            (None, Some(default)) => Ok(default.to_owned()),
            (None, None) => Err(tera::Error::message(format!(
                "no language has a text `{key}`"
            ))),
        }
    }
}

fn arguments(kwargs: &Kwargs) -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    for (name, value) in kwargs.iter() {
        if let Some(name) = name.as_str() {
            args.set(name.to_owned(), fluent_value(value));
        }
    }
    args
}

fn fluent_value(value: &Value) -> FluentValue<'static> {
    if let Some(number) = value.as_i64() {
        FluentValue::from(number)
    } else if let Some(number) = value.as_f64() {
        FluentValue::from(number)
    } else {
        text_value(value.as_str().unwrap_or_default())
    }
}
