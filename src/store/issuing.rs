//! What a token request stores: the code or refresh token that it uses up, and the tokens that follow.
//!
//! Tokens are stored only if the request's own update changed its row, so that of several requests with one
//! code or token one wins (CC-01), and all or nothing is stored.
//!
//! On PostgreSQL the steps are parts of one statement (`WITH … RETURNING`), which requests at the same time
//! share. SQLite has no such statement: there they follow one another in a transaction, and each asks whether
//! the step before it changed a row.

mod sql;

use std::collections::BTreeSet;

use sea_orm::{DbBackend, DbErr, Statement, Value};

use self::sql::{ONCE, Write, erase, insert_access, insert_noted, insert_refresh, into, over};
use super::{
    Store, StoreResult,
    access_tokens::AccessTokenRow,
    authorization_codes::Redemption,
    batches::{Batches, Waiters},
    ephemerals::EphemeralRow,
    prepared::{PLACE, Prepared, PreparedForMany, Rows, WORK},
    record::Record,
    refresh_tokens::{RefreshSlide, RefreshTokenRow, Rotation},
    schema::TableNames,
    session_clients::SessionClient,
    tables::Tables,
};

/// Columns that a machine token does not have: it has no grant, no refresh token, no user, and nobody acts for it.
const NOT_OF_MACHINES: [&str; 4] = ["grant_id", "refresh_token_id", "user_id", "actor"];

/// The columns of a machine token, in the order of the record.
fn columns_of_machines() -> impl Iterator<Item = &'static str> {
    let columns = AccessTokenRow::COLUMNS.iter().skip(1).copied();
    columns.filter(|name| !NOT_OF_MACHINES.contains(name))
}

/// Stores tokens for clients themselves, all or none; at most [`super::batches::MOST`].
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn machine_tokens(
    store: &Store,
    tokens: &[AccessTokenRow],
    waiters: Waiters,
) -> StoreResult<()> {
    let (backend, tables) = (store.backend(), store.tables());
    let values = tokens.iter().flat_map(|token| {
        let columns = AccessTokenRow::COLUMNS.iter().skip(1);
        let values = columns.zip(token.values());
        let values = values.filter(|(name, _)| !NOT_OF_MACHINES.contains(name));
        values.map(|(_, value)| value)
    });
    let Some(text) = tokens
        .len()
        .checked_sub(1)
        .and_then(|place| tables.texts.machine_tokens.get(place))
    else {
        return Err(DbErr::Custom(format!("{} tokens at once", tokens.len())).into());
    };
    let statement = text.written(backend, values, || {
        let width = columns_of_machines().count();
        let row = |place: usize| {
            let numbers = (1..=width).map(|it| place * width + it);
            let values: Vec<String> = numbers.map(|number| format!("${number}")).collect();
            format!("({})", values.join(", "))
        };
        let rows: Vec<String> = (0..tokens.len()).map(row).collect();
        let into = into(tables.access_tokens, columns_of_machines());
        format!("{into} VALUES {}", rows.join(", "))
    });
    store.write_for(waiters, statement).await?;
    Ok(())
}

/// What a token request stores, if it wins.
#[derive(Clone, Copy)]
pub struct Issued<'a> {
    /// The new refresh token.
    pub refresh: Option<&'a RefreshTokenRow>,
    /// The new access token.
    pub access: &'a AccessTokenRow,
    /// The client, if it gets an ID token and wants to hear of the end of the session (BL-01).
    pub session_client: Option<&'a SessionClient>,
}

/// Redeems a code, and stores its tokens. Returns whether the code was redeemed; `false` = it is unknown,
/// used, revoked or expired.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn redeem(
    store: &Store,
    redemption: &Redemption<'_>,
    issued: Issued<'_>,
) -> StoreResult<bool> {
    let kind = match issued.refresh {
        Some(_) => IssueKind::RedeemForBoth,
        None => IssueKind::Redeem,
    };
    let request = IssueRequest {
        own: vec![
            redemption.now.into(),
            redemption.code.0.to_vec().into(),
            redemption.retain_until.into(),
            redemption.key.map(str::to_owned).into(),
        ],
        ..IssueRequest::of(issued)
    };
    kind.issue(store, request).await
}

/// Supersedes a refresh token of a live grant, and stores the next one with its access token. Returns whether
/// the token was superseded; `false` = another request was first, or its grant ended.
///
/// The statement also drops the sealed answers of the family whose time is over (RF-05).
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn rotate(store: &Store, rotation: &Rotation, issued: Issued<'_>) -> StoreResult<bool> {
    let retry = rotation.retry.as_ref();
    let request = IssueRequest {
        own: vec![
            rotation.now.into(),
            rotation.id.into(),
            rotation.grant_id.into(),
            retry.map(|retry| retry.until).into(),
            retry.map(|retry| retry.sealed.clone()).into(),
            rotation.fingerprint.0.to_vec().into(),
        ],
        ..IssueRequest::of(issued)
    };
    IssueKind::Rotate.issue(store, request).await
}

/// Moves the expiry of a refresh token of a live grant that is not rotated (`rotate_refresh_tokens:
/// public_only`), and stores an access token. Returns whether a row was changed.
///
/// # Errors
/// [`super::StoreError`] when the database fails or refuses.
pub async fn slide(store: &Store, slide: &RefreshSlide, issued: Issued<'_>) -> StoreResult<bool> {
    let request = IssueRequest {
        own: vec![
            slide.now.into(),
            slide.token_id.into(),
            slide.grant_id.into(),
            slide.expires_at.into(),
        ],
        ..IssueRequest::of(issued)
    };
    IssueKind::Slide.issue(store, request).await
}

/// What a token request uses up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IssueKind {
    /// A code, for an access token.
    Redeem,
    /// A code, for an access token and a refresh token.
    RedeemForBoth,
    /// A refresh token, for the next one and an access token.
    Rotate,
    /// Nothing: a refresh token lives on.
    Slide,
}

/// One request: what it uses up, and the rows that it stores if it wins.
#[derive(Clone)]
pub struct IssueRequest {
    /// Values of the update: the present time, what names the row that is updated, the others.
    own: Vec<Value>,
    /// The new refresh token.
    refresh: Option<RefreshTokenRow>,
    /// The new access token; it belongs to the new refresh token, if there is one.
    access: AccessTokenRow,
    /// A client that is noted for the session. Few clients want that, so that requests with it have statements of
    /// their own.
    noted: Option<EphemeralRow>,
}

impl IssueRequest {
    fn of(issued: Issued<'_>) -> Self {
        Self {
            own: Vec::new(),
            refresh: issued.refresh.cloned(),
            access: issued.access.clone(),
            noted: issued.session_client.map(SessionClient::row),
        }
    }

    /// What names the row that is updated, as a text to sort by.
    fn name(&self) -> String {
        self.own.get(1).map(ToString::to_string).unwrap_or_default()
    }

    fn values(&self) -> Vec<Value> {
        let refresh = self.refresh.as_ref().map(Record::values);
        let noted = self.noted.as_ref().map(Record::values);
        [
            self.own.clone(),
            refresh.unwrap_or_default(),
            self.access.values(),
            noted.unwrap_or_default(),
        ]
        .concat()
    }

    /// Values for which no row is updated: nothing has the name NULL.
    fn filling(&self) -> Vec<Value> {
        let mut values = self.values();
        if let Some(name) = values.get_mut(1) {
            *name = name.as_null();
        }
        values
    }
}

/// Requests of each kind that wait at the same time.
#[derive(Clone, Debug, Default)]
pub struct IssueBatches {
    redeem: BatchesOfKind,
    redeem_for_both: BatchesOfKind,
    rotate: BatchesOfKind,
    slide: BatchesOfKind,
}

/// Requests of one kind, without and with a client that is noted.
#[derive(Clone, Debug, Default)]
struct BatchesOfKind {
    plain: Batches<IssueRequest, bool>,
    noting: Batches<IssueRequest, bool>,
}

impl IssueKind {
    async fn issue(self, store: &Store, request: IssueRequest) -> StoreResult<bool> {
        if store.backend() != DbBackend::Postgres {
            // The writer of SQLite brings requests together.
            let statement = self.one_after_the_other(store.tables(), &request);
            return Ok(!store.write_at_once(statement).await?.is_empty());
        }
        let of_kind = match self {
            Self::Redeem => &store.issues().redeem,
            Self::RedeemForBoth => &store.issues().redeem_for_both,
            Self::Rotate => &store.issues().rotate,
            Self::Slide => &store.issues().slide,
        };
        let batches = match request.noted {
            None => &of_kind.plain,
            Some(_) => &of_kind.noting,
        };
        let of_all = store.clone();
        let issue = move |requests: Vec<IssueRequest>, waiters| {
            let store = of_all.clone();
            async move { self.together(&store, &requests, waiters).await }
        };
        store.ask(batches, request, issue).await
    }

    /// Issues on PostgreSQL, by one statement for all requests. Returns which of them won.
    async fn together(
        self,
        store: &Store,
        requests: &[IssueRequest],
        waiters: Waiters,
    ) -> StoreResult<Vec<bool>> {
        let tables = store.tables();
        // Every statement takes its rows in one order, so that no two of them wait for each other.
        let mut ordered: Vec<&IssueRequest> = requests.iter().collect();
        ordered.sort_by_cached_key(|request| request.name());
        let Some(first) = ordered.first().copied() else {
            return Ok(Vec::new());
        };
        let rows = Rows {
            count: ordered.len(),
            values: ordered.iter().flat_map(|request| request.values()),
            filling: first.filling(),
        };
        let statement =
            self.texts(tables)
                .of(first)
                .together
                .written(store.backend(), rows, |with| {
                    let numbers = Numbers::of(first);
                    format!("{with}, {}", self.one_statement(tables, numbers))
                });
        let mut won = BTreeSet::new();
        for row in store.write_for(waiters, statement).await? {
            won.insert(row.try_get_by_index::<Vec<u8>>(0)?);
        }
        let has_won = |request: &IssueRequest| won.contains(&request.access.token_hash);
        Ok(requests.iter().map(has_won).collect())
    }

    /// The parts after the table of requests: the update, and what its winners store.
    fn one_statement(self, tables: &TableNames, numbers: Numbers) -> String {
        let value = |number: usize| format!("\"{WORK}\".\"v{number}\"");
        let from = format!(" FROM \"{WORK}\"");
        let update = self.update(tables, &value, &from);
        let used = format!("used AS ({update} RETURNING \"{PLACE}\")");
        let beside = self.beside_of_all(tables, &value);
        let beside = beside.map(|beside| format!("beside AS ({beside})"));
        let winners = format!("FROM \"{WORK}\" JOIN used USING (\"{PLACE}\")");
        let issued = numbers.has_refresh().then(|| {
            let insert = insert_refresh(tables, &value, numbers.refresh);
            format!("issued AS ({insert} {winners} RETURNING \"id\", \"token_hash\")")
        });
        let refresh = issued.is_some().then_some("issued.\"id\"");
        let of_access = refresh.map_or_else(
            || winners.clone(),
            |_| {
                let hash = value(numbers.refresh);
                format!("{winners} JOIN issued ON issued.\"token_hash\" = {hash}")
            },
        );
        let noted = numbers.noted.map(|first| {
            let insert = insert_noted(tables, &value, first);
            // In one order, so that no two statements wait for each other.
            let ordered = format!("ORDER BY {}", value(first + 1));
            format!("noted AS ({insert} {winners} {ordered} {ONCE})")
        });
        let parts = [Some(used), beside, issued, noted].into_iter().flatten();
        let parts: Vec<String> = parts.collect();
        let insert = insert_access(tables, &value, numbers.access, refresh);
        format!(
            "{} {insert} {of_access} RETURNING \"token_hash\"",
            parts.join(", ")
        )
    }

    /// Issues on SQLite, for one request: each step asks whether the one before it changed a row.
    fn one_after_the_other(self, tables: &Tables, request: &IssueRequest) -> Statement {
        let text = &self.texts(tables).of(request).one_after_the_other;
        text.written(DbBackend::Sqlite, request.values(), || {
            let numbers = Numbers::of(request);
            let value = |number: usize| format!("${number}");
            let issued = numbers.has_refresh().then(|| {
                let insert = insert_refresh(tables, &value, numbers.refresh);
                format!("{insert} WHERE changes() = 1")
            });
            let refresh = issued.is_some().then_some("last_insert_rowid()");
            let insert = insert_access(tables, &value, numbers.access, refresh);
            let access = format!("{insert} WHERE changes() = 1 RETURNING \"id\"");
            let noted = numbers.noted.map(|first| {
                let insert = insert_noted(tables, &value, first);
                format!("{insert} WHERE changes() = 1 {ONCE}")
            });
            let steps = [
                Some(self.update(tables, &value, "")),
                issued,
                Some(access),
                noted,
                self.beside(tables, &value),
            ];
            let steps: Vec<String> = steps.into_iter().flatten().collect();
            steps.join("; ")
        })
    }

    fn texts(self, tables: &Tables) -> &IssueTexts {
        match self {
            Self::Redeem => &tables.texts.redeem,
            Self::RedeemForBoth => &tables.texts.redeem_for_both,
            Self::Rotate => &tables.texts.rotate,
            Self::Slide => &tables.texts.slide,
        }
    }

    /// The update that one request can win. `value` writes the value with a number, `from` where it comes from.
    fn update(self, tables: &TableNames, value: Write<'_>, from: &str) -> String {
        let now = value(1);
        if matches!(self, Self::Redeem | Self::RedeemForBoth) {
            return format!(
                "UPDATE \"{codes}\" SET \"redeemed_at\" = {now}, \"retain_until\" = {until}, \
                 \"dpop_jkt\" = COALESCE(\"dpop_jkt\", {key}), \
                 \"updated_at\" = CURRENT_TIMESTAMP{from} \
                 WHERE \"code_hash\" = {hash} AND \"redeemed_at\" IS NULL \
                 AND \"revoked_at\" IS NULL AND \"expires_at\" > {now}",
                codes = tables.authorization_codes,
                hash = value(2),
                until = value(3),
                key = value(4),
            );
        }
        let set = match self {
            Self::Slide => format!("\"expires_at\" = {}", value(4)),
            _ => format!(
                "\"superseded_at\" = {now}, \"successor_until\" = {}, \
                 \"successor_sealed\" = {}, \"request_fingerprint\" = {}",
                value(4),
                value(5),
                value(6)
            ),
        };
        format!(
            "UPDATE \"{refresh}\" SET {set}, \"updated_at\" = CURRENT_TIMESTAMP{from} \
             WHERE \"id\" = {id} AND \"superseded_at\" IS NULL AND \"expires_at\" > {now} \
             AND \"absolute_expires_at\" > {now} AND EXISTS (SELECT 1 FROM \"{codes}\" \
             WHERE \"{codes}\".\"id\" = {grant} AND \"{codes}\".\"revoked_at\" IS NULL)",
            refresh = tables.refresh_tokens,
            codes = tables.authorization_codes,
            id = value(2),
            grant = value(3),
        )
    }

    /// RF-05: erases sealed answers of the family whose time is over, whoever wins. A rotation adds one, and erases
    /// up to four.
    fn beside(self, tables: &TableNames, value: Write<'_>) -> Option<String> {
        (self == Self::Rotate).then(|| erase(tables, &format!("IN ({})", over(tables, value))))
    }

    /// The same on PostgreSQL, for all requests.
    fn beside_of_all(self, tables: &TableNames, value: Write<'_>) -> Option<String> {
        (self == Self::Rotate).then(|| {
            let over = over(tables, value);
            let all = format!(
                "SELECT \"over\".\"id\" FROM \"{WORK}\" CROSS JOIN LATERAL ({over}) \"over\""
            );
            erase(tables, &format!("= ANY(ARRAY({all}))"))
        })
    }
}

/// Texts of one kind of issue, without and with a client that is noted.
#[derive(Debug, Default)]
pub struct IssueTexts {
    plain: TextsOfIssue,
    noting: TextsOfIssue,
}

impl IssueTexts {
    const fn of(&self, request: &IssueRequest) -> &TextsOfIssue {
        match request.noted {
            None => &self.plain,
            Some(_) => &self.noting,
        }
    }
}

#[derive(Debug, Default)]
struct TextsOfIssue {
    /// On PostgreSQL, for several requests.
    together: PreparedForMany,
    /// On SQLite, for one.
    one_after_the_other: Prepared,
}

/// Numbers of the first values of the rows.
#[derive(Clone, Copy)]
struct Numbers {
    refresh: usize,
    access: usize,
    /// `None` = no client is noted.
    noted: Option<usize>,
}

impl Numbers {
    fn of(request: &IssueRequest) -> Self {
        let refresh = request.own.len() + 1;
        let of_refresh = request.refresh.as_ref();
        let of_refresh = of_refresh.map_or(0, |_| RefreshTokenRow::COLUMNS.len() - 1);
        let access = refresh + of_refresh;
        let noted = request.noted.as_ref();
        Self {
            refresh,
            access,
            noted: noted.map(|_| access + AccessTokenRow::COLUMNS.len() - 1),
        }
    }

    const fn has_refresh(self) -> bool {
        self.access > self.refresh
    }
}
