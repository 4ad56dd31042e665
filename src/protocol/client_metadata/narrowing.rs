//! Grant types, response types and scopes: what the server does not offer is left out of a
//! registration (RFC 7591 §3.2.1), and is an error of an operator (RG-07).

use super::{
    MetadataError, MetadataRule,
    rules::{MAX_ENTRIES, Rules},
    texts::MAX_TEXT,
};
use crate::protocol::{
    client::{AuthMethod, GrantType},
    scope::Scopes,
};

impl Rules<'_> {
    /// Default `authorization_code` (RFC 7591 §2). Of a registration the usable ones are left;
    /// without any there is nothing to register.
    pub fn grant_types(&mut self, sent: Option<&[String]>, method: AuthMethod) -> Vec<GrantType> {
        let Some(sent) = sent else {
            return vec![GrantType::AuthorizationCode];
        };
        if sent.len() > MAX_ENTRIES {
            self.refuse("grant_types", MetadataRule::TooMany);
            return Vec::new();
        }
        let (mut grants, mut broken) = (self.offered_of(sent), Vec::new());
        if grants.len() < sent.len() || sent.is_empty() {
            broken.push(self.why_not_offered(sent));
        }
        let alone = !grants.iter().any(|grant| grant.is_of_people());
        if alone && remove(&mut grants, GrantType::RefreshToken) {
            broken.push(MetadataRule::RefreshAlone);
        }
        if method == AuthMethod::None && remove_those_that_act_alone(&mut grants) {
            broken.push(MetadataRule::PublicMachine);
        }
        grants.sort();
        grants.dedup();
        if grants.is_empty() || !self.policy.applicant.is_self_registered() {
            for rule in broken {
                let finding = MetadataError::new("grant_types", rule).received(sent.join(" "));
                self.note(finding.offering(self.offered_grants().map(GrantType::as_str)));
            }
        }
        grants
    }

    fn offered_grants(&self) -> impl Iterator<Item = GrantType> {
        let applicant = self.policy.applicant;
        let grants = self.policy.grants.iter().copied();
        grants.filter(move |grant| applicant.may_act_alone() || !grant.acts_alone())
    }

    /// One for each entry that is offered.
    fn offered_of(&self, sent: &[String]) -> Vec<GrantType> {
        let offered = |name: &String| self.offered_grants().find(|grant| grant.as_str() == name);
        sent.iter().filter_map(offered).collect()
    }

    /// A grant that the server offers, but not to this caller, is worth another word.
    fn why_not_offered(&self, sent: &[String]) -> MetadataRule {
        let withheld = |grant: &GrantType| {
            !self.offered_grants().any(|offered| offered == *grant)
                && sent.iter().any(|name| name == grant.as_str())
        };
        if self.policy.grants.iter().any(withheld) {
            MetadataRule::MachineGrant
        } else {
            MetadataRule::GrantType
        }
    }

    /// Default `code` where the grants have it; they agree (RFC 7591 §2.1).
    pub fn response_types(
        &mut self,
        sent: Option<Vec<String>>,
        grants: &[GrantType],
    ) -> Vec<String> {
        let with_code = grants.contains(&GrantType::AuthorizationCode);
        let usual = with_code.then(|| "code".to_owned()).into_iter().collect();
        let Some(sent) = sent else { return usual };
        let (code, other): (Vec<_>, Vec<_>) = sent.iter().partition(|name| *name == "code");
        let strict = !self.policy.applicant.is_self_registered();
        let unusable = strict || (with_code && code.is_empty());
        let rule = if unusable && !other.is_empty() {
            MetadataRule::ResponseType
        } else if strict && code.is_empty() == with_code {
            MetadataRule::ResponseTypeGrant
        } else {
            return usual;
        };
        let finding = MetadataError::new("response_types", rule).received(sent.join(" "));
        self.note(finding.offering(["code"]));
        usual
    }

    /// Reads the scopes; `None` = the default scopes.
    pub fn scopes(&mut self, sent: Option<&str>) -> Option<Vec<String>> {
        let sent = sent.filter(|text| !text.trim().is_empty())?;
        if sent.len() > MAX_TEXT {
            self.refuse("scope", MetadataRule::TooLong);
            return None;
        }
        // Line breaks and the like are never part of a list of words.
        let is_text = !sent.chars().any(char::is_control);
        let parsed = if is_text && self.policy.applicant.is_self_registered() {
            // A word that no scope can be is a scope that is not offered.
            let words = sent.split(' ');
            Ok(words
                .filter_map(|word| Scopes::parse(word).ok())
                .fold(Scopes::default(), |all, word| all.union(&word)))
        } else {
            Scopes::parse(sent)
        };
        let Ok(scopes) = parsed else {
            self.note(MetadataError::new("scope", MetadataRule::ScopeSyntax).received(sent));
            return None;
        };
        let allowed: Scopes = self.policy.scopes.iter().collect();
        let rest = scopes.intersection(&allowed);
        if !self.policy.applicant.is_self_registered() && rest != scopes {
            let unknown = scopes.difference(&allowed).to_string();
            let finding = MetadataError::new("scope", MetadataRule::UnknownScope);
            self.note(finding.received(unknown).offering(self.policy.scopes));
        }
        (!rest.is_empty()).then(|| rest.into())
    }
}

/// Removes the grants that need no person. Returns whether there was one.
fn remove_those_that_act_alone(grants: &mut Vec<GrantType>) -> bool {
    let before = grants.len();
    grants.retain(|grant| !grant.acts_alone());
    grants.len() < before
}

/// Removes a grant. Returns whether it was there.
fn remove(grants: &mut Vec<GrantType>, grant: GrantType) -> bool {
    let before = grants.len();
    grants.retain(|one| *one != grant);
    grants.len() < before
}
