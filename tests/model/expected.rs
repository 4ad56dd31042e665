//! What is live, by the rules alone: no storage, no hashes, no HTTP.

use super::{By, Redemption, Renewal};

/// A grant: one person, one client, one consent that was given in one session.
#[derive(Clone, Debug)]
pub struct Grant {
    pub user: usize,
    pub client: usize,
    pub session: usize,
    pub offline: bool,
    pub code_until: i64,
    /// End of everything that comes of it.
    pub until: i64,
    pub redeemed: bool,
    pub revoked: bool,
}

#[derive(Clone, Debug)]
pub struct Access {
    pub grant: usize,
    pub until: i64,
    pub revoked: bool,
}

#[derive(Clone, Debug)]
pub struct Refresh {
    pub grant: usize,
    pub until: i64,
    pub rotated: Option<Rotated>,
}

/// A refresh token that was used.
#[derive(Clone, Debug)]
pub struct Rotated {
    pub at: i64,
    pub narrow: bool,
    /// The next generation.
    pub next: usize,
}

/// What a client is told at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// New tokens.
    Issued,
    /// The answer of the rotation once more.
    Again,
    /// `invalid_grant`.
    Refused,
}

/// Lives, seconds.
#[derive(Clone, Copy, Debug)]
pub struct Lives {
    pub access: i64,
    pub refresh: i64,
    pub window: i64,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub now: i64,
    pub lives: Lives,
    /// Who may not be signed in, until further notice.
    pub inactive: [bool; 2],
    /// Clients that are switched off, until further notice.
    pub disabled: [bool; 3],
    pub grants: Vec<Grant>,
    pub access: Vec<Access>,
    pub refresh: Vec<Refresh>,
}

impl Model {
    pub const fn new(now: i64, lives: Lives) -> Self {
        Self {
            now,
            lives,
            inactive: [false; 2],
            disabled: [false; 3],
            grants: Vec::new(),
            access: Vec::new(),
            refresh: Vec::new(),
        }
    }

    pub fn is_access_live(&self, token: usize) -> bool {
        let token = &self.access[token];
        !token.revoked && token.until > self.now && self.is_grant_live(token.grant)
    }

    pub fn is_refresh_live(&self, token: usize) -> bool {
        let token = &self.refresh[token];
        token.rotated.is_none() && token.until > self.now && self.is_grant_live(token.grant)
    }

    fn is_grant_live(&self, grant: usize) -> bool {
        let grant = &self.grants[grant];
        !grant.revoked && !self.inactive[grant.user] && !self.disabled[grant.client]
    }

    /// TK-09 to TK-18, in this order.
    pub fn redeem(&mut self, grant: usize, how: Redemption) -> Outcome {
        let code = &mut self.grants[grant];
        if how.by != By::Owner || !how.right_verifier {
            return Outcome::Refused;
        }
        if code.redeemed {
            code.revoked = true;
            return Outcome::Refused;
        }
        if code.revoked || code.code_until <= self.now || self.inactive[code.user] {
            return Outcome::Refused;
        }
        code.redeemed = true;
        self.issue(grant);
        Outcome::Issued
    }

    /// TK-19 to TK-26 and RF-02 to RF-04, in this order.
    pub fn use_refresh(&mut self, token: usize, how: Renewal) -> Outcome {
        let grant = self.refresh[token].grant;
        if how.by != By::Owner || self.grants[grant].revoked {
            return Outcome::Refused;
        }
        if self.inactive[self.grants[grant].user] {
            self.grants[grant].revoked = true;
            return Outcome::Refused;
        }
        if let Some(rotated) = self.refresh[token].rotated.clone() {
            let in_window = self.now < rotated.at + self.lives.window;
            if !in_window || self.refresh[rotated.next].rotated.is_some() {
                self.grants[grant].revoked = true;
                return Outcome::Refused;
            }
            return if rotated.narrow == how.narrow {
                Outcome::Again
            } else {
                Outcome::Refused
            };
        }
        if self.refresh[token].until <= self.now {
            return Outcome::Refused;
        }
        let next = self.refresh.len();
        self.refresh[token].rotated = Some(Rotated {
            at: self.now,
            narrow: how.narrow,
            next,
        });
        self.issue(grant);
        Outcome::Issued
    }

    /// An access token and the next refresh token, neither of which outlives the grant (ID-04).
    fn issue(&mut self, grant: usize) {
        let end = self.grants[grant].until;
        self.access.push(Access {
            grant,
            until: end.min(self.now + self.lives.access),
            revoked: false,
        });
        self.refresh.push(Refresh {
            grant,
            until: end.min(self.now + self.lives.refresh),
            rotated: None,
        });
    }

    /// BS-05 with `logout_revokes: online`: codes of the session, and its grants without
    /// `offline_access`.
    pub fn end_session(&mut self, session: usize) {
        for grant in &mut self.grants {
            if grant.session == session && (!grant.redeemed || !grant.offline) {
                grant.revoked = true;
            }
        }
    }

    /// BS-04, TK-20 with `revoke_on_credential_change`.
    pub fn change_password(&mut self, user: usize) {
        self.disconnect(user, None);
    }

    /// A person takes back what a client, or every client, was given.
    pub fn disconnect(&mut self, user: usize, client: Option<usize>) {
        for grant in &mut self.grants {
            if grant.user == user && client.is_none_or(|client| client == grant.client) {
                grant.revoked = true;
            }
        }
    }
}
