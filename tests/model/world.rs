//! The server with people and clients, beside the model.

use loco_rs::hash;
use proptest::{prelude::TestCaseError, prop_assert, prop_assert_eq};
use sea_orm::Set;
use uuid::Uuid;

use super::{
    By, Renewal, Step,
    expected::{Grant, Lives, Model},
};
use crate::app::{
    browser::{Authorize, Browser, Form},
    fixtures::{CONF_CB, PASSWORD, PUB_CB},
    server::{TestServer, param},
    users,
};

pub const ACCESS_LIFE: i64 = 900;
pub const REFRESH_LIFE: i64 = 3600;
pub const FAMILY_LIFE: i64 = 5400;
const CODE_LIFE: i64 = 60;

/// Two confidential clients and a public one, with their redirect URIs.
pub const CLIENTS: [(&str, &str); 3] = [
    ("conf", CONF_CB),
    ("other", "https://other.example/cb"),
    ("pub", PUB_CB),
];
const APPS: &str = "/oauth/apps";

type Checked = Result<(), TestCaseError>;

struct Person<'a> {
    email: String,
    password: String,
    browser: Browser<'a>,
    /// Which of all sessions; `None` = signed out.
    session: Option<usize>,
    /// Clients on the page of connected apps.
    connected: [bool; 3],
}

pub struct World<'a> {
    pub server: &'a TestServer,
    pub model: Model,
    people: [Person<'a>; 2],
    sessions: usize,
    /// By the places of the model.
    pub codes: Vec<String>,
    pub access: Vec<String>,
    pub refresh: Vec<String>,
    /// The answer that rotated each refresh token.
    pub rotations: Vec<Option<String>>,
}

impl<'a> World<'a> {
    /// Two people whom nobody has seen before, and the clients as they were in the beginning.
    pub async fn new(server: &'a TestServer, window: i64) -> Self {
        for (id, _) in CLIENTS {
            server.set_client_status(id, "active").await;
        }
        let lives = Lives {
            access: ACCESS_LIFE,
            refresh: REFRESH_LIFE,
            window,
        };
        Self {
            server,
            model: Model::new(server.now(), lives),
            people: [person(server).await, person(server).await],
            sessions: 0,
            codes: Vec::new(),
            access: Vec::new(),
            refresh: Vec::new(),
            rotations: Vec::new(),
        }
    }

    pub async fn take(&mut self, step: &Step) -> Checked {
        match *step {
            Step::Authorize {
                user,
                client,
                offline,
            } => {
                self.authorize(user, client, offline).await?;
            }
            Step::Redeem { code, how } if !self.codes.is_empty() => {
                let code = code.index(self.codes.len());
                self.redeem(code, how).await?;
            }
            Step::Refresh { token, how } if !self.refresh.is_empty() => {
                let token = token.index(self.refresh.len());
                self.refresh(token, how).await?;
            }
            Step::RefreshNewest if !self.refresh.is_empty() => {
                let how = Renewal {
                    by: By::Owner,
                    narrow: false,
                };
                self.refresh(self.refresh.len() - 1, how).await?;
            }
            Step::RevokeAccess { token, by } if !self.access.is_empty() => {
                let token = token.index(self.access.len());
                let grant = self.model.access[token].grant;
                self.revoke(grant, &self.access[token], by).await?;
                let client = self.model.grants[grant].client;
                self.model.access[token].revoked |= self.may_revoke(client, by);
            }
            Step::RevokeRefresh { token, by } if !self.refresh.is_empty() => {
                let token = token.index(self.refresh.len());
                let grant = self.model.refresh[token].grant;
                self.revoke(grant, &self.refresh[token], by).await?;
                let client = self.model.grants[grant].client;
                let ends =
                    self.may_revoke(client, by) && self.model.refresh[token].until > self.model.now;
                self.model.grants[grant].revoked |= ends;
            }
            Step::SignOut { user } => self.sign_out(user).await?,
            Step::Disconnect { user, client } => self.disconnect(user, Some(client)).await?,
            Step::DisconnectAll { user } => self.disconnect(user, None).await?,
            Step::ChangePassword { user } => self.change_password(user).await,
            Step::ToggleUser { user } => self.toggle_user(user).await,
            Step::ToggleClient { client } => self.toggle_client(client).await,
            Step::Wait { seconds } => {
                self.server.advance(seconds);
                self.model.now += seconds;
            }
            // There is no such thing yet.
            _ => return Ok(()),
        }
        self.compare().await
    }

    fn may_revoke(&self, client: usize, by: By) -> bool {
        by == By::Owner && !self.model.disabled[client]
    }

    async fn change_password(&mut self, user: usize) {
        let person = &mut self.people[user];
        person.password = format!("{} changed", person.password);
        let hashed = hash::hash_password(&person.password).unwrap();
        let change = |row: &mut users::ActiveModel| row.password = Set(hashed);
        self.server.change_user(&person.email, change).await;
        person.session = None;
        self.model.change_password(user);
    }

    async fn toggle_user(&mut self, user: usize) {
        let active = self.model.inactive[user];
        let change = |row: &mut users::ActiveModel| row.active = Set(active);
        let email = &self.people[user].email;
        self.server.change_user(email, change).await;
        self.model.inactive[user] = !active;
    }

    async fn toggle_client(&mut self, client: usize) {
        let disabled = !self.model.disabled[client];
        let status = if disabled { "disabled" } else { "active" };
        let (id, _) = CLIENTS[client];
        self.server.set_client_status(id, status).await;
        self.model.disabled[client] = disabled;
    }

    async fn authorize(&mut self, user: usize, client: usize, offline: bool) -> Checked {
        if self.model.inactive[user] {
            return Ok(());
        }
        let (id, callback) = CLIENTS[client];
        let scope = if offline {
            "openid read offline_access"
        } else {
            "openid read"
        };
        let request = Authorize::of(id, callback).with("scope", scope);
        let person = &mut self.people[user];
        let mut answer = person.browser.authorize(&request).await;
        if self.model.disabled[client] {
            prop_assert_eq!(answer.status, 400, "{:?}", answer);
            return Ok(());
        }
        let asks_login = answer.body.contains("name=\"password\"");
        prop_assert_eq!(asks_login, person.session.is_none(), "{:?}", answer);
        if asks_login {
            answer = person
                .browser
                .log_in(&answer, &person.email, &person.password)
                .await;
            person.session = Some(self.sessions);
            self.sessions += 1;
        }
        if answer.body.contains("name=\"decision\"") {
            answer = person.browser.allow(&answer).await;
        } else {
            prop_assert!(person.connected[client], "nobody was asked: {:?}", answer);
        }
        prop_assert_eq!(answer.status, 303, "{:?}", answer);
        let code = param(answer.location(), "code");
        prop_assert!(code.is_some(), "{:?}", answer);
        person.connected[client] = true;
        self.codes.extend(code);
        self.model.grants.push(Grant {
            user,
            client,
            session: person.session.unwrap_or_default(),
            offline,
            code_until: self.model.now + CODE_LIFE,
            until: self.model.now + FAMILY_LIFE,
            redeemed: false,
            revoked: false,
        });
        Ok(())
    }

    async fn sign_out(&mut self, user: usize) -> Checked {
        if self.model.inactive[user] {
            return Ok(());
        }
        let person = &mut self.people[user];
        let Some(session) = person.session.take() else {
            return Ok(());
        };
        let page = person.browser.get("/oauth/logout").await;
        let form = Form::with_button(&page, "action", "sign_out");
        let answer = person.browser.submit(&form).await;
        prop_assert_eq!(answer.status, 200, "{:?}", answer);
        self.model.end_session(session);
        Ok(())
    }

    /// On the page of connected apps, where a person sees what was given.
    async fn disconnect(&mut self, user: usize, client: Option<usize>) -> Checked {
        let person = &mut self.people[user];
        if person.session.is_none() || self.model.inactive[user] {
            return Ok(());
        }
        let page = person.browser.get(APPS).await;
        for (place, (id, _)) in CLIENTS.iter().enumerate() {
            let shown = page.body.contains(&format!("The {id} app"));
            prop_assert_eq!(shown, person.connected[place], "{} on the page", id);
        }
        let wanted = |place: usize| client.is_none_or(|client| client == place);
        if !(0..3).any(|place| wanted(place) && person.connected[place]) {
            return Ok(());
        }
        let token = Form::all(&page)
            .iter()
            .find_map(|form| form.value("csrf_token").map(str::to_owned));
        let path = match client {
            None => format!("{APPS}/revoke-all"),
            Some(client) => {
                let id = self.server.consents().await.into_iter();
                let user = self.server.user(&person.email).await.map(|user| user.id);
                let mut id = id
                    .filter(|row| Some(row.user_id) == user && row.client_id == CLIENTS[client].0);
                format!("{APPS}/{}/revoke", id.next().map_or(0, |row| row.id))
            }
        };
        let form = [("csrf_token", token.as_deref().unwrap_or_default())];
        let answer = person.browser.post(&path, &form).await;
        prop_assert_eq!(answer.status, 303, "{:?}", answer);
        for place in (0..3).filter(|place| wanted(*place)) {
            person.connected[place] = false;
        }
        self.model.disconnect(user, client);
        Ok(())
    }
}

async fn person(server: &TestServer) -> Person<'_> {
    let email = format!("{}@example.com", Uuid::new_v4());
    let created = users::Model::create(&server.ctx.db, &email, PASSWORD).await;
    Person {
        email: created.unwrap().email,
        password: PASSWORD.to_owned(),
        browser: server.browser(),
        session: None,
        connected: [false; 3],
    }
}
