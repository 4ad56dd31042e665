//! No secret leaves: not into logs, the database, error texts or redirects beyond their purpose (GE-06).

use std::{collections::BTreeMap, fs::File};

use sea_orm::{ConnectionTrait, Statement};

use crate::app::{
    browser::{Authorize, Form, VERIFIER, encoded},
    fixtures::{ALICE, PASSWORD, SECRET},
    process::Process,
    server::{Answer, TestServer},
    tokens::text,
};

/// Secrets of a run, by what they are.
type Marked = BTreeMap<String, String>;

impl TestServer {
    /// Every row of every table, as text; hashes and sealed values as hexadecimal digits.
    pub async fn dump(&self) -> String {
        let db = &self.ctx.db;
        let backend = db.get_database_backend();
        if !self.database.is_postgres() {
            let path = self.database.uri.trim_start_matches("sqlite://");
            let (path, _) = path.split_once('?').unwrap();
            let bytes = [path.to_owned(), format!("{path}-wal")]
                .iter()
                .flat_map(|file| std::fs::read(file).unwrap_or_default())
                .collect::<Vec<_>>();
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let tables = Statement::from_string(backend, tables);
        let mut dump = String::new();
        for table in db.query_all_raw(tables).await.unwrap() {
            let table: String = table.try_get_by_index(0).unwrap();
            let rows = format!("SELECT row_to_json(t)::text FROM {table} t");
            let rows = Statement::from_string(backend, rows);
            for row in db.query_all_raw(rows).await.unwrap() {
                dump += &row.try_get_by_index::<String>(0).unwrap();
            }
        }
        dump
    }
}

/// Whole and in its parts: neither the value nor a long piece of it may stand anywhere.
#[track_caller]
fn assert_absent(secrets: &Marked, place: &str, text: &str) {
    for (name, secret) in secrets {
        assert!(secret.len() >= 16, "{name} is too short to look for");
        assert!(!text.contains(secret.as_str()), "{name} stands in {place}");
        let piece = &secret[secret.len() - 16..];
        assert!(!text.contains(piece), "a part of {name} stands in {place}");
    }
}

/// Everything a person and a client do, right and wrong, against a process that logs all it can.
#[expect(clippy::too_many_lines, reason = "one story, in its order")]
#[tokio::test(flavor = "multi_thread")]
async fn c268_no_secret_is_logged_stored_or_shown() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let mut server = TestServer::start().await;
    let process = Process::logging(&server.database, File::create(&log).unwrap()).await;
    server.address = process.address;
    let mut secrets = Marked::new();
    let mut mark = |name: &str, value: &str| {
        secrets.insert(name.to_owned(), value.to_owned());
    };
    mark("client secret", SECRET);
    mark("client secret, encoded", &encoded(SECRET));
    mark("password", PASSWORD);
    mark("verifier", VERIFIER);
    let mut answers: Vec<Answer> = Vec::new();

    let mut browser = server.browser();
    let page = browser.authorize(&Authorize::base()).await;
    mark(
        "login CSRF token",
        Form::of(&page).value("csrf_token").unwrap(),
    );
    let wrong = Form::of(&page)
        .set("login", ALICE)
        .set("password", "a wrong password, marked");
    mark("wrong password", "a wrong password, marked");
    answers.push(browser.submit(&wrong).await);
    let page = browser.log_in(&page, ALICE, PASSWORD).await;
    mark(
        "consent CSRF token",
        Form::of_consent(&page).value("csrf_token").unwrap(),
    );
    let code = browser.allow(&page).await.location_param("code").unwrap();
    mark("code", &code);
    for (name, value) in &browser.cookies {
        mark(&format!("cookie {name}"), value);
    }
    let tokens = server.redeem(&code).await.ok();
    for name in ["access_token", "refresh_token", "id_token"] {
        mark(name, text(&tokens, name));
    }
    let (access, refresh) = (
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
    );
    let refreshed = server.refresh(refresh).await.ok();
    for name in ["access_token", "refresh_token", "id_token"] {
        mark(&format!("second {name}"), text(&refreshed, name));
    }
    server.userinfo(access).await.ok();
    server.introspect(access).await;
    // Wrong in many ways, with values that somebody may have pasted there by mistake.
    let hint = Authorize::base()
        .with("prompt", "none")
        .with("id_token_hint", text(&tokens, "access_token"));
    answers.push(browser.get(&hint.path()).await);
    answers.push(server.redeem(&code).await);
    answers.push(
        server
            .redeem_with(refresh, &[("redirect_uri", Some(access))])
            .await,
    );
    answers.push(server.refresh(access).await);
    answers.push(
        server
            .post(
                "/oauth/token",
                &[("code", access), ("client_secret", SECRET)],
            )
            .await,
    );
    answers.push(
        server
            .get(&format!("/oauth/userinfo?access_token={refresh}"))
            .await,
    );
    answers.push(
        server
            .get(&format!(
                "/oauth/token?code={refresh}&client_secret={access}"
            ))
            .await,
    );
    answers.push(
        server
            .get(&format!("/oauth/continue?interaction={access}"))
            .await,
    );
    answers.push(server.get(&format!("/oauth/{access}")).await);
    answers.push(server.userinfo(text(&tokens, "id_token")).await);
    server.revoke(refresh).await;

    drop(process);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("/oauth/token"), "nothing was logged");
    let paths_of_mine = |line: &&str| !line.contains(&format!("/oauth/{access}"));
    let log: String = log.lines().filter(paths_of_mine).collect();
    assert_absent(&secrets, "the log", &log);
    assert_absent(&secrets, "the database", &server.dump().await);
    for answer in &answers {
        // A form that is shown again has a CSRF token, as it must.
        let mut secrets = secrets.clone();
        secrets.retain(|name, _| !name.ends_with("CSRF token"));
        let headers = format!("{:?}", answer.headers.get("location"));
        assert_absent(&secrets, "an answer", &answer.body);
        assert_absent(&secrets, "a redirect", &headers);
    }
}
