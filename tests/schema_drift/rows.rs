//! One row per entity, through the entities that the derive has made.

/// Writes a row and reads it again.
macro_rules! written {
    ($db:ident, $entity:ident { $($name:ident: $value:expr,)* }) => {{
        let row = $entity::ActiveModel {
            $($name: Set($value),)*
            ..Default::default()
        };
        let written = row.insert($db).await.expect(stringify!($entity));
        let read = $entity::Entity::find_by_id(written.id).one($db).await;
        assert_eq!(read.expect(stringify!($entity)).as_ref(), Some(&written));
        written
    }};
}

macro_rules! insert_rows {
    ($db:ident, $user:ident, $key:ident) => {{
        let client_id = || "client".to_owned();
        let hash = |byte: u8| vec![byte; 32];
        let client = written!($db, oauth_clients {
            client_id: client_id(),
            kind: "dynamic".to_owned(),
            status: "active".to_owned(),
            version: 1,
            user_id: Some($key),
            application_type: "web".to_owned(),
            subject_type: "public".to_owned(),
            token_endpoint_auth_method: "client_secret_basic".to_owned(),
            client_secret_hash: Some(hash(1)),
            jwks: Some(json!({"keys": []})),
        });
        assert_eq!(client.redirect_uris, json!([]), "default");
        assert!(client.require_pkce && !client.skip_consent, "defaults");

        let session = written!($db, oauth_sessions {
            token_hash: hash(2),
            sid: "sid".to_owned(),
            user_id: $key,
            auth_time: 1_800_000_000,
            amr: Some(json!(["pwd"])),
            remembered: true,
            last_seen_at: 1_800_000_000,
            idle_expires_at: 1_800_000_000,
            expires_at: 1_800_000_000,
        });
        let consent = written!($db, oauth_consents {
            client_id: client_id(),
            user_id: $key,
            reference: String::new(),
            client_version: 1,
            scopes: json!(["openid"]),
            resources: json!([]),
            granted_at: 1_800_000_000,
        });
        let grant = written!($db, oauth_authorization_codes {
            kind: "code".to_owned(),
            client_id: client_id(),
            user_id: Some($key),
            session_id: Some(session.id),
            consent_id: Some(consent.id),
            code_hash: Some(hash(3)),
            redirect_uri: "https://client.example/cb".to_owned(),
            redirect_uri_explicit: true,
            scopes: json!(["openid"]),
            resources: json!([]),
            issued_at: 1_800_000_000,
            expires_at: 1_800_000_060,
            retain_until: 1_800_000_060,
        });
        let state = written!($db, oauth_authorization_states {
            state: "state".to_owned(),
            kind: "browser".to_owned(),
            intent: "issue".to_owned(),
            client_id: client_id(),
            client_version: 1,
            redirect_uri: "https://client.example/cb".to_owned(),
            redirect_uri_explicit: true,
            response_mode: "query".to_owned(),
            scopes: json!(["openid"]),
            resources: json!([]),
            prompts: json!([]),
            handled: json!(["consent"]),
            session_id: Some(session.id),
            user_id: Some($key),
            grant_id: Some(grant.id),
            result_sealed: Some(b"sealed".to_vec()),
            started_at: 1_800_000_000,
            expires_at: 1_800_000_600,
        });
        let refresh_token = written!($db, oauth_refresh_tokens {
            token_hash: hash(4),
            grant_id: grant.id,
            generation: 1,
            client_id: client_id(),
            user_id: $key,
            issued_at: 1_800_000_000,
            expires_at: 1_800_000_600,
            absolute_expires_at: 1_800_000_600,
        });
        let access_token = written!($db, oauth_access_tokens {
            token_hash: hash(5),
            grant_id: Some(grant.id),
            refresh_token_id: Some(refresh_token.id),
            client_id: client_id(),
            user_id: Some($key),
            format: "opaque".to_owned(),
            scopes: json!(["openid"]),
            audience: json!(["https://app.example"]),
            issued_at: 1_800_000_000,
            expires_at: 1_800_000_600,
        });
        written!($db, oauth_ephemerals {
            kind: "rate".to_owned(),
            key_hash: hash(6),
            counter: 1,
            expires_at: 1_800_000_600,
        });

        // Relations lead both ways.
        let sessions = $user.find_related(oauth_sessions::Entity).all($db).await;
        assert_eq!(sessions.expect("sessions of the user").first(), Some(&session));
        let owner = session.find_related(users::Entity).one($db).await;
        assert_eq!(owner.expect("user of the session"), Some($user));
        let tokens = grant.find_related(oauth_access_tokens::Entity).all($db).await;
        assert_eq!(tokens.expect("tokens of the grant").first(), Some(&access_token));

        // Neither hashes nor sealed values are shown.
        for shown in [
            format!("{client:?} {state:?} {access_token:?}"),
            json!([client, state, access_token]).to_string(),
        ] {
            assert!(shown.contains("opaque") && shown.contains("client_version"));
            assert!(!shown.contains("hash") && !shown.contains("sealed"), "{shown}");
        }

        // A change moves `updated_at` only.
        let mut change = oauth_sessions::ActiveModel::from(session.clone());
        change.remembered = Set(false);
        let changed = change.update($db).await.expect("update");
        assert_eq!(changed.created_at, session.created_at);
        assert!(changed.updated_at > session.updated_at);
    }};
}
