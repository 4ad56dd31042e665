//! What clients and resource servers ask, and that the model agrees with the answers.

use proptest::{prelude::TestCaseError, prop_assert, prop_assert_eq};

use super::{
    By, Redemption, Renewal,
    expected::Outcome,
    world::{CLIENTS, World},
};
use crate::app::{browser::VERIFIER, server::Answer, tokens::text};

type Checked = Result<(), TestCaseError>;

/// The client that asks for something of `client`.
fn sender(client: usize, by: By) -> usize {
    match by {
        By::Owner => client,
        By::Another => (client + 1) % CLIENTS.len(),
    }
}

/// A client that is switched off is unknown, whatever it asks.
fn refused(answer: &Answer) -> Checked {
    prop_assert_eq!(answer.status, 401, "{:?}", answer);
    prop_assert_eq!(&answer.json()["error"], "invalid_client", "{:?}", answer);
    Ok(())
}

impl World<'_> {
    pub async fn redeem(&mut self, grant: usize, how: Redemption) -> Checked {
        let client = self.model.grants[grant].client;
        let code = self.codes[grant].clone();
        let verifier = if how.right_verifier {
            VERIFIER.to_owned()
        } else {
            VERIFIER.to_uppercase()
        };
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CLIENTS[client].1),
            ("code_verifier", verifier.as_str()),
        ];
        let sender = sender(client, how.by);
        let answer = self.send(sender, "/oauth/token", &form).await;
        if self.model.disabled[sender] {
            return refused(&answer);
        }
        let outcome = self.model.redeem(grant, how);
        self.read(outcome, &answer)
    }

    pub async fn refresh(&mut self, token: usize, how: Renewal) -> Checked {
        let client = self.model.grants[self.model.refresh[token].grant].client;
        let presented = self.refresh[token].clone();
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", presented.as_str()),
        ];
        if how.narrow {
            form.push(("scope", "openid"));
        }
        let sender = sender(client, how.by);
        let answer = self.send(sender, "/oauth/token", &form).await;
        if self.model.disabled[sender] {
            return refused(&answer);
        }
        let outcome = self.model.use_refresh(token, how);
        self.read(outcome, &answer)?;
        match outcome {
            Outcome::Issued => self.rotations[token] = Some(answer.body),
            Outcome::Again => prop_assert_eq!(self.rotations[token].as_ref(), Some(&answer.body)),
            Outcome::Refused => {}
        }
        Ok(())
    }

    /// RV-02, RV-04: the answer says nothing.
    pub async fn revoke(&self, grant: usize, token: &str, by: By) -> Checked {
        let client = self.model.grants[grant].client;
        let form = [("token", token)];
        let sender = sender(client, by);
        let answer = self.send(sender, "/oauth/revoke", &form).await;
        if self.model.disabled[sender] {
            return refused(&answer);
        }
        prop_assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        Ok(())
    }

    /// A request of a client with its own good credentials.
    async fn send(&self, client: usize, path: &str, form: &[(&str, &str)]) -> Answer {
        match CLIENTS[client].0 {
            "pub" => {
                let form = [form, &[("client_id", "pub")]].concat();
                self.server.post(path, &form).await
            }
            id => self.server.as_client(id, path, form).await,
        }
    }

    /// What the token endpoint said is what the model says; new tokens are noted.
    fn read(&mut self, outcome: Outcome, answer: &Answer) -> Checked {
        if outcome == Outcome::Refused {
            prop_assert_eq!(answer.status, 400, "{:?}", answer);
            prop_assert_eq!(&answer.json()["error"], "invalid_grant", "{:?}", answer);
            return Ok(());
        }
        prop_assert_eq!(answer.status, 200, "{:?} {:?}", outcome, answer);
        if outcome == Outcome::Issued {
            let body = answer.json();
            self.access.push(text(&body, "access_token").to_owned());
            self.refresh.push(text(&body, "refresh_token").to_owned());
            self.rotations.push(None);
            let token = &self.model.access[self.access.len() - 1];
            prop_assert_eq!(&body["expires_in"], token.until - self.model.now);
        }
        Ok(())
    }

    /// Every token, by the eyes of those who may look (IN-03): its client, if it can authenticate,
    /// and the resource server. Nobody else sees anything.
    pub async fn compare(&self) -> Checked {
        for (place, token) in self.access.iter().enumerate() {
            let live = self.model.is_access_live(place);
            let client = self.model.grants[self.model.access[place].grant].client;
            prop_assert_eq!(
                self.is_active(client, token).await,
                live,
                "access {}",
                place
            );
        }
        for (place, token) in self.refresh.iter().enumerate() {
            let client = self.model.grants[self.model.refresh[place].grant].client;
            if self.may_introspect(client) {
                let live = self.model.is_refresh_live(place);
                prop_assert_eq!(
                    self.is_active(client, token).await,
                    live,
                    "refresh {}",
                    place
                );
            }
        }
        if let Some((place, token)) = self.access.iter().enumerate().next_back() {
            let client = self.model.grants[self.model.access[place].grant].client;
            let another = usize::from(client == 0);
            prop_assert!(
                !self.may_introspect(another) || !self.is_active(another, token).await,
                "seen by another client"
            );
        }
        Ok(())
    }

    /// Confidential, and not switched off.
    fn may_introspect(&self, client: usize) -> bool {
        CLIENTS[client].0 != "pub" && !self.model.disabled[client]
    }

    async fn is_active(&self, client: usize, token: &str) -> bool {
        if !self.may_introspect(client) {
            let answer = self.server.userinfo(token).await;
            return answer.status != 401;
        }
        let form = [("token", token)];
        let path = "/oauth/introspect";
        let answer = self.server.as_client(CLIENTS[client].0, path, &form).await;
        answer.ok()["active"] == true
    }
}
