//! Which language a page is shown in (PG-06).

/// Most ranges of a list that are read, more than any person's browser sends.
const MAX_RANGES: usize = 32;

/// Returns the first requested language that is offered: of `ui_locales`, then of
/// `Accept-Language`, else `default`.
pub(super) fn negotiate<'a>(
    offered: &'a [String],
    default: &'a str,
    ui_locales: &[String],
    accept_language: Option<&str>,
) -> &'a str {
    let accepted = accept_language.map(accepted_ranges).unwrap_or_default();
    ui_locales
        .iter()
        .map(String::as_str)
        .chain(accepted)
        .take(MAX_RANGES)
        .find_map(|range| match range {
            "*" => Some(default),
            range => best_match(range, offered),
        })
        .unwrap_or(default)
}

/// Returns the ranges of an `Accept-Language` header, the most preferred first (RFC 9110 §12.5.4).
fn accepted_ranges(header: &str) -> Vec<&str> {
    let mut ranges: Vec<(&str, f32)> = header
        .split(',')
        .filter_map(|item| {
            let (range, parameters) = item.split_once(';').unwrap_or((item, ""));
            let quality = match parameters.trim().strip_prefix("q=") {
                Some(quality) => quality.trim().parse().ok()?,
                None => 1.0,
            };
            (!range.trim().is_empty() && quality > 0.0).then_some((range.trim(), quality))
        })
        .collect();
    ranges.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranges.into_iter().map(|(range, _)| range).collect()
}

/// Looks up a range (RFC 4647 §3.4): `de-AT` finds `de`. A range that is only offered with another
/// region finds that one: `pt` finds `pt-BR`, `zh-TW` finds `zh-CN`.
fn best_match<'a>(range: &str, offered: &'a [String]) -> Option<&'a str> {
    let mut shortened = range;
    loop {
        if let Some(tag) = offered
            .iter()
            .find(|tag| tag.eq_ignore_ascii_case(shortened))
        {
            return Some(tag);
        }
        match shortened.rsplit_once('-') {
            Some((start, _)) => shortened = start,
            None => break,
        }
    }
    offered
        .iter()
        .find(|tag| primary_subtag(tag).eq_ignore_ascii_case(shortened))
        .map(String::as_str)
}

/// Returns the language without script and region: `pt` of `pt-BR`.
pub(super) fn primary_subtag(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::negotiate;

    #[rstest]
    #[case::nothing_wanted("", None, "en")]
    #[case::exact("", Some("ja"), "ja")]
    #[case::region_is_dropped("", Some("de-AT"), "de")]
    #[case::several_subtags_are_dropped("", Some("de-Latn-AT-1996"), "de")]
    #[case::other_region("", Some("pt"), "pt-BR")]
    #[case::other_region_named("", Some("pt-PT"), "pt-BR")]
    #[case::other_script("", Some("zh-Hant-TW"), "zh-CN")]
    #[case::case_is_ignored("", Some("PT-br"), "pt-BR")]
    #[case::quality_decides("", Some("fr;q=0.5, es;q=0.9, xx"), "es")]
    #[case::order_decides_between_equals("", Some("fr, es"), "fr")]
    #[case::zero_means_no("", Some("de;q=0, fr;q=0.1"), "fr")]
    #[case::broken_quality_is_skipped("", Some("de;q=high, fr"), "fr")]
    #[case::star_is_the_default("", Some("xx, *;q=0.5, de;q=0.1"), "en")]
    #[case::unknown_only("", Some("xx-YY, tlh"), "en")]
    #[case::empty_items("", Some(",, ;q=1,"), "en")]
    #[case::ui_locales_win("fr de", Some("ja"), "fr")]
    #[case::unknown_ui_locales_are_skipped("xx tlh", Some("ja"), "ja")]
    #[case::ui_locales_may_be_anything("<script> ../../etc", None, "en")]
    fn pg_06_the_first_offered_wish_decides(
        #[case] ui_locales: &str,
        #[case] accept_language: Option<&str>,
        #[case] expected: &str,
    ) {
        let offered = ["en", "de", "es", "fr", "ja", "pt-BR", "zh-CN"].map(String::from);
        let ui_locales: Vec<String> = ui_locales.split_whitespace().map(String::from).collect();

        let found = negotiate(&offered, "en", &ui_locales, accept_language);

        assert_eq!(found, expected);
    }
}
