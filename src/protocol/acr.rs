//! Authentication context classes: how strong a login was (OpenID Connect Core §2, RFC 9470 §3).
//!
//! `order` are the classes of the setting `acr_values`, weakest first. A class that is not among them is
//! known by its name alone.

/// Whether a login of the class `held` is of one of the `wanted` classes, or of a stronger one than the
/// weakest of them.
pub fn reaches(order: &[String], wanted: &[String], held: Option<&str>) -> bool {
    let Some(held) = held else {
        return false;
    };
    if wanted.iter().any(|acr| acr == held) {
        return true;
    }
    let weakest = wanted.iter().filter_map(|acr| rank(order, acr)).min();
    match (rank(order, held), weakest) {
        (Some(held), Some(weakest)) => held >= weakest,
        _ => false,
    }
}

/// The class to tell who asked for the `wanted` ones, after a login of the class `held`.
///
/// Who is satisfied by a weaker class than that of the login gets the strongest of theirs that the login satisfies, because a
/// client compares the class with those that it asked for. In every other case the class of the login.
pub fn told<'a>(order: &[String], wanted: &'a [String], held: &'a str) -> &'a str {
    if wanted.iter().any(|acr| acr == held) {
        return held;
    }
    let held_rank = rank(order, held);
    let satisfied = wanted.iter().filter_map(|acr| {
        let rank = rank(order, acr).filter(|rank| Some(*rank) <= held_rank)?;
        Some((rank, acr))
    });
    satisfied.max().map_or(held, |(_, acr)| acr)
}

fn rank(order: &[String], acr: &str) -> Option<usize> {
    order.iter().position(|known| known == acr)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn order() -> Vec<String> {
        words("bronze silver gold")
    }

    #[rstest]
    #[case::same("silver", Some("silver"), true)]
    #[case::stronger("silver", Some("gold"), true)]
    #[case::weaker("silver", Some("bronze"), false)]
    #[case::the_weakest_counts("gold bronze", Some("silver"), true)]
    #[case::by_name("phr", Some("phr"), true)]
    #[case::unknown("phr", Some("gold"), false)]
    #[case::login_of_unknown_class("silver", Some("phr"), false)]
    #[case::no_class("bronze", None, false)]
    fn nx_06_gu_05_reached(
        #[case] wanted: &str,
        #[case] held: Option<&str>,
        #[case] reached: bool,
    ) {
        assert_eq!(reaches(&order(), &words(wanted), held), reached);
    }

    #[rstest]
    #[case::nothing_wanted("", "gold", "gold")]
    #[case::same("silver", "silver", "silver")]
    #[case::weaker_wanted("silver", "gold", "silver")]
    #[case::strongest_satisfied("bronze silver", "gold", "silver")]
    #[case::not_satisfied("gold", "silver", "silver")]
    #[case::unknown_wanted("phr", "gold", "gold")]
    #[case::login_of_unknown_class("silver", "phr", "phr")]
    fn nx_06_the_class_that_is_told(
        #[case] wanted: &str,
        #[case] held: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(told(&order(), &words(wanted), held), expected);
    }
}
