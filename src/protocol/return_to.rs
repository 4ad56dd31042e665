//! Which interaction the query of an own page names. Nothing is ever redirected to what
//! stands there: the way back is computed from the id.

use super::params::Params;

/// The query cannot be read, or names an interaction twice, or a blank one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interaction cannot be read")]
pub struct UnreadableQuery;

/// `interaction` of the query, else of the query inside `return_to`.
///
/// # Errors
/// [`UnreadableQuery`].
pub fn interaction(query: &str) -> Result<Option<String>, UnreadableQuery> {
    let params = Params::parse(query.as_bytes()).map_err(|_| UnreadableQuery)?;
    if params.contains("interaction") {
        let id = params.one("interaction").map_err(|_| UnreadableQuery)?;
        return Ok(Some(id.ok_or(UnreadableQuery)?.to_owned()));
    }
    let return_to = params.one("return_to").map_err(|_| UnreadableQuery)?;
    let Some(return_to) = return_to else {
        return Ok(None);
    };
    let (_, query) = return_to.split_once('?').unwrap_or((return_to, ""));
    let inner = Params::parse(query.as_bytes()).map_err(|_| UnreadableQuery)?;
    let id = inner.one("interaction").map_err(|_| UnreadableQuery)?;
    Ok(id.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("interaction=a", Ok(Some("a")))]
    #[case::inside(
        "return_to=https%3A%2F%2Fas.example%2Fcontinue%3Finteraction%3Da",
        Ok(Some("a"))
    )]
    #[case::the_plain_one_wins("interaction=a&return_to=%2F%3Finteraction%3Db", Ok(Some("a")))]
    #[case::another_host(
        "return_to=https%3A%2F%2Fevil.example%2F%3Finteraction%3Da",
        Ok(Some("a"))
    )]
    #[case::nothing("", Ok(None))]
    #[case::return_to_without_one("return_to=%2Fapps", Ok(None))]
    #[case::blank("interaction=", Err(UnreadableQuery))]
    #[case::twice("interaction=a&interaction=a", Err(UnreadableQuery))]
    #[case::twice_inside(
        "return_to=%2F%3Finteraction%3Da%26interaction%3Db",
        Err(UnreadableQuery)
    )]
    #[case::broken("interaction=%zz", Err(UnreadableQuery))]
    fn ix_03_the_interaction_of_a_query(
        #[case] query: &str,
        #[case] expected: Result<Option<&str>, UnreadableQuery>,
    ) {
        let found = interaction(query);
        assert_eq!(found, expected.map(|id| id.map(str::to_owned)));
    }
}
