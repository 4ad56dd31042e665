//! Scopes that come with others at a resource (`implied_scopes`, GU-04).

use std::collections::BTreeMap;

use super::scope::Scopes;

/// For each scope of a resource everything that its holder has besides it, closed transitively.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImpliedScopes(Vec<(String, Scopes)>);

impl ImpliedScopes {
    /// Closes what the settings say: if `admin` implies `write`, and `write` implies `read`, then
    /// `admin` implies both. Circles do no harm.
    #[must_use]
    pub fn new(written: &BTreeMap<String, Vec<String>>) -> Self {
        let closed = written.keys().map(|scope| {
            let mut held: Scopes = std::iter::once(scope).collect();
            loop {
                let next: Scopes = held
                    .iter()
                    .filter_map(|scope| written.get(scope))
                    .flatten()
                    .collect();
                let grown = held.union(&next);
                if grown == held {
                    return (scope.clone(), held);
                }
                held = grown;
            }
        });
        Self(closed.collect())
    }

    /// The scopes that a token with the scopes `granted` holds.
    #[must_use]
    pub fn held_with(&self, granted: &Scopes) -> Scopes {
        let of_granted = self
            .0
            .iter()
            .filter(|(scope, _)| granted.contains(scope))
            .fold(Scopes::default(), |all, (_, held)| all.union(held));
        granted.union(&of_granted)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("other", "other")]
    #[case::one_step("write", "write read")]
    #[case::two_steps("admin", "admin write users read")]
    #[case::with_others("other write", "other write read")]
    #[case::circle("left", "left right")]
    fn gu_04_implied_scopes_are_closed_transitively(#[case] granted: &str, #[case] held: &str) {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let written = [
            ("admin", "write users"),
            ("write", "read"),
            ("left", "right"),
            ("right", "left"),
        ];
        let written = written.map(|(scope, implied)| (scope.to_owned(), words(implied)));
        let implied = ImpliedScopes::new(&BTreeMap::from(written));
        let granted = Scopes::parse(granted).expect("scopes");
        assert_eq!(implied.held_with(&granted).to_string(), held);
    }
}
