//! What a test looks at in the tables, through the app's own entities.

use sea_orm::{
    ActiveModelTrait, EntityTrait, IntoActiveModel, Iterable, PaginatorTrait, PrimaryKeyToColumn,
    QueryOrder, Set,
};

use super::{
    fixtures,
    oauth_server::{
        oauth_access_tokens, oauth_authorization_codes, oauth_authorization_states, oauth_clients,
        oauth_consents, oauth_ephemerals, oauth_refresh_tokens, oauth_sessions,
    },
    server::TestServer,
    users,
};

/// How many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub interactions: u64,
    pub codes: u64,
    pub consents: u64,
    pub sessions: u64,
    pub access_tokens: u64,
    pub users: u64,
}

impl TestServer {
    pub async fn rows(&self) -> Rows {
        let db = &self.ctx.db;
        Rows {
            interactions: oauth_authorization_states::Entity::find()
                .count(db)
                .await
                .unwrap(),
            codes: self.codes().await.len() as u64,
            consents: self.consents().await.len() as u64,
            sessions: self.sessions().await.len() as u64,
            access_tokens: oauth_access_tokens::Entity::find().count(db).await.unwrap(),
            users: users::Entity::find().count(db).await.unwrap(),
        }
    }

    pub async fn interactions(&self) -> Vec<oauth_authorization_states::Model> {
        let all = oauth_authorization_states::Entity::find()
            .order_by_asc(oauth_authorization_states::Column::Id);
        all.all(&self.ctx.db).await.unwrap()
    }

    pub async fn codes(&self) -> Vec<oauth_authorization_codes::Model> {
        let all = oauth_authorization_codes::Entity::find()
            .order_by_asc(oauth_authorization_codes::Column::Id);
        all.all(&self.ctx.db).await.unwrap()
    }

    pub async fn consents(&self) -> Vec<oauth_consents::Model> {
        let all = oauth_consents::Entity::find().order_by_asc(oauth_consents::Column::Id);
        all.all(&self.ctx.db).await.unwrap()
    }

    pub async fn sessions(&self) -> Vec<oauth_sessions::Model> {
        let all = oauth_sessions::Entity::find().order_by_asc(oauth_sessions::Column::Id);
        all.all(&self.ctx.db).await.unwrap()
    }

    pub async fn user(&self, email: &str) -> Option<users::Model> {
        let all = users::Entity::find().all(&self.ctx.db).await.unwrap();
        all.into_iter().find(|user| user.email == email)
    }

    /// Bob, beside alice.
    pub async fn with_bob(self) -> Self {
        users::Model::create(&self.ctx.db, fixtures::BOB, fixtures::PASSWORD)
            .await
            .unwrap();
        self
    }

    /// Changes a user, as the app or its operator would.
    pub async fn change_user(&self, email: &str, change: impl FnOnce(&mut users::ActiveModel)) {
        let mut user = self.user(email).await.unwrap().into_active_model();
        change(&mut user);
        user.update(&self.ctx.db).await.unwrap();
    }

    /// Changes a client's row, as an operator would.
    pub async fn change_client(
        &self,
        client_id: &str,
        change: impl FnOnce(&mut oauth_clients::ActiveModel),
    ) {
        let all = oauth_clients::Entity::find().all(&self.ctx.db).await;
        let client = all.unwrap().into_iter();
        let client = { client }.find(|client| client.client_id == client_id);
        let mut client = client.unwrap().into_active_model();
        change(&mut client);
        client.update(&self.ctx.db).await.unwrap();
    }

    pub async fn set_client_status(&self, client_id: &str, status: &str) {
        let status = Set(status.to_owned());
        self.change_client(client_id, |client| client.status = status)
            .await;
    }
}

/// All that is stored, but for counters of limits and the time at which a session was last seen. Equal
/// before and after: nothing changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Everything {
    users: Vec<users::Model>,
    clients: Vec<oauth_clients::Model>,
    interactions: Vec<oauth_authorization_states::Model>,
    codes: Vec<oauth_authorization_codes::Model>,
    access_tokens: Vec<oauth_access_tokens::Model>,
    refresh_tokens: Vec<oauth_refresh_tokens::Model>,
    consents: Vec<oauth_consents::Model>,
    sessions: Vec<oauth_sessions::Model>,
    ephemerals: Vec<oauth_ephemerals::Model>,
}

impl TestServer {
    pub async fn everything(&self) -> Everything {
        let mut sessions = self.sessions().await;
        for session in &mut sessions {
            session.last_seen_at = 0;
            session.idle_expires_at = 0;
        }
        let mut ephemerals = self.all::<oauth_ephemerals::Entity>().await;
        ephemerals.retain(|row| row.kind != "rate");
        Everything {
            users: self.all::<users::Entity>().await,
            clients: self.all::<oauth_clients::Entity>().await,
            interactions: self.interactions().await,
            codes: self.codes().await,
            access_tokens: self.access_tokens().await,
            refresh_tokens: self.generations().await,
            consents: self.consents().await,
            sessions,
            ephemerals,
        }
    }

    /// All rows, in the order of their primary key.
    async fn all<E: EntityTrait>(&self) -> Vec<E::Model> {
        let keys = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        let rows = keys.fold(E::find(), QueryOrder::order_by_asc);
        rows.all(&self.ctx.db).await.unwrap()
    }
}
