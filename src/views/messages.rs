//! Texts of the pages in every language: Fluent messages, the app's before the shipped ones.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::{CharacterDirection, LanguageIdentifier};

use super::{files::Files, locale::primary_subtag};
use crate::protocol::time::Seconds;

/// The language whose messages are complete, used where another lacks one.
const LAST_RESORT: &str = "en";

type Bundle = FluentBundle<FluentResource>;

/// All messages by language tag.
pub(super) struct Messages {
    bundles: HashMap<String, Bundle>,
}

/// Result of loading messages.
pub(super) struct LoadedMessages {
    pub(super) messages: Messages,
    /// Files that were left out, with the reason.
    pub(super) broken: Vec<String>,
}

impl Messages {
    /// Loads the app's messages over the shipped ones. A file with a mistake is left out and
    /// reported.
    pub(super) fn load(shipped: &Files, app: &Files) -> LoadedMessages {
        let mut bundles = HashMap::new();
        let mut broken = Vec::new();
        let tags: BTreeSet<&String> = shipped.texts.keys().chain(app.texts.keys()).collect();
        for tag in tags {
            let Ok(language) = tag.parse::<LanguageIdentifier>() else {
                broken.push(format!("i18n/{tag}.ftl: `{tag}` is not a language tag"));
                continue;
            };
            let mut bundle = FluentBundle::new_concurrent(vec![language]);
            // Right-to-left values are isolated where arguments are made ([`text_value`]).
            bundle.set_use_isolating(false);
            add(&mut bundle, tag, &shipped.texts, &mut broken);
            add(&mut bundle, tag, &app.texts, &mut broken);
            bundles.insert(tag.clone(), bundle);
        }
        LoadedMessages {
            messages: Self { bundles },
            broken,
        }
    }

    fn format(&self, tag: &str, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        let bundle = self.bundles.get(tag)?;
        let pattern = bundle.get_message(key)?.value()?;
        let mut mistakes = Vec::new();
        Some(
            bundle
                .format_pattern(pattern, Some(args), &mut mistakes)
                .into_owned(),
        )
    }
}

fn add(bundle: &mut Bundle, tag: &str, texts: &BTreeMap<String, String>, broken: &mut Vec<String>) {
    let Some(text) = texts.get(tag) else { return };
    match FluentResource::try_new(text.clone()) {
        Ok(messages) => bundle.add_resource_overriding(messages),
        Err((_, mistakes)) => {
            let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            broken.push(format!("i18n/{tag}.ftl: {}", mistakes.join("; ")));
        }
    }
}

/// The messages in one language, completed by those in English.
#[derive(Clone)]
pub struct Translations {
    messages: Arc<Messages>,
    lang: String,
}

impl Translations {
    pub(super) fn new(messages: &Arc<Messages>, lang: &str) -> Self {
        Self {
            messages: Arc::clone(messages),
            lang: lang.to_owned(),
        }
    }

    /// Returns the messages of this set in another language.
    pub(super) fn in_language(&self, lang: &str) -> Self {
        Self::new(&self.messages, lang)
    }

    /// Language tag of the messages.
    #[must_use]
    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// Writing direction, `ltr` or `rtl`.
    #[must_use]
    pub fn dir(&self) -> &'static str {
        let language = self.lang.parse::<LanguageIdentifier>().unwrap_or_default();
        match language.character_direction() {
            CharacterDirection::RTL => "rtl",
            _ => "ltr",
        }
    }

    /// Returns the message `key`, or `None` when no language has it.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.text_with(key, &FluentArgs::new())
    }

    /// Returns the message `key` with values filled in, or `None` when no language has it.
    #[must_use]
    pub fn text_with(&self, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        [self.lang.as_str(), primary_subtag(&self.lang), LAST_RESORT]
            .into_iter()
            .find_map(|tag| self.messages.format(tag, key, args))
    }

    /// Returns the message `key_or_text`, or that text itself when there is no such message:
    /// settings, sign-up fields and their errors may hold either.
    #[must_use]
    pub fn say(&self, key_or_text: &str) -> String {
        self.text(key_or_text)
            .unwrap_or_else(|| key_or_text.to_owned())
    }

    /// Returns the message `key_or_text` with values by name, or that text itself. Whole numbers
    /// are passed as numbers.
    #[must_use]
    pub(super) fn say_with(&self, key_or_text: &str, values: &[(String, String)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            match value.parse::<u32>() {
                Ok(number) => args.set(name.clone(), number),
                Err(_) => args.set(name.clone(), text_value(value)),
            }
        }
        self.text_with(key_or_text, &args)
            .unwrap_or_else(|| key_or_text.to_owned())
    }

    /// Returns a span of time in the largest unit that expresses it: "for 30 days", "for 90
    /// minutes".
    #[must_use]
    pub fn duration(&self, length: Seconds) -> String {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        const DAY: u64 = 24 * HOUR;
        const YEAR: u64 = 365 * DAY;
        let seconds = Duration::from(length).as_secs();
        // A unit fits when it divides the time, or when a remainder of less than one unit does not
        // matter.
        let fits =
            |unit: u64| seconds >= unit && (seconds.is_multiple_of(unit) || seconds >= 10 * unit);
        let (key, unit) = match () {
            () if fits(YEAR) => ("duration-years", YEAR),
            () if fits(DAY) => ("duration-days", DAY),
            () if fits(HOUR) => ("duration-hours", HOUR),
            () => ("duration-minutes", MINUTE),
        };
        let mut args = FluentArgs::new();
        args.set("count", (seconds / unit).max(1));
        self.text_with(key, &args).unwrap_or_default()
    }
}

/// Makes the value of a message from a text. A right-to-left text is isolated, so that it does not
/// reorder the sentence around it; `<bdi>` cannot be part of a message.
pub(super) fn text_value(text: &str) -> FluentValue<'static> {
    let right_to_left = |character: char| {
        matches!(character,
            '\u{0590}'..='\u{08FF}'
            | '\u{FB1D}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFC}'
            | '\u{10800}'..='\u{10FFF}'
            | '\u{1E800}'..='\u{1EFFF}')
    };
    if text.chars().any(right_to_left) {
        FluentValue::from(format!("\u{2068}{text}\u{2069}"))
    } else {
        FluentValue::from(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::{Files, LoadedMessages, Messages, Seconds, Translations};

    #[rstest]
    #[case(1, "for 1 minute")]
    #[case(60, "for 1 minute")]
    #[case(600, "for 10 minutes")]
    #[case(3600, "for 1 hour")]
    #[case(5400, "for 90 minutes")]
    #[case(86_400, "for 1 day")]
    #[case(129_600, "for 36 hours")]
    #[case(2_592_000, "for 30 days")]
    #[case(2_595_599, "for 30 days")]
    #[case(31_536_000, "for 1 year")]
    #[case(34_560_000, "for 400 days")]
    fn durations_are_told_in_the_largest_fitting_unit(#[case] seconds: i64, #[case] text: &str) {
        let LoadedMessages { messages, broken } =
            Messages::load(&Files::shipped(), &Files::default());

        assert_eq!(broken, Vec::<String>::new());
        assert_eq!(
            Translations::new(&Arc::new(messages), "en").duration(Seconds::new(seconds)),
            text
        );
    }
}
