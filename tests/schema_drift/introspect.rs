//! Tables as lists of lines: as the database has them, and as the definition describes them.

use loco_oauth_server::{
    OAuthServerDefinition,
    internals::store::schema::{ColumnKind, ColumnSchema, OnDelete, TABLES, TableSchema, Target},
};
use sea_orm::{
    ColumnType, ConnectionTrait, DatabaseConnection, DbBackend, Statement, sea_query::StringLen,
};

use super::apps::TestApp;

const SQLITE: &str = "
    SELECT 'column ' || name || ': ' || lower(type)
        || CASE WHEN \"notnull\" THEN '' ELSE ' null' END AS line
    FROM pragma_table_info(':table')
    UNION ALL
    SELECT CASE WHEN l.\"unique\" THEN 'unique (' ELSE 'index (' END
        || (SELECT group_concat(name, ', ') FROM (
            SELECT name FROM pragma_index_info(l.name) ORDER BY seqno)) || ')'
        || CASE WHEN l.partial THEN (SELECT replace(substr(sql, instr(sql, ' WHERE ')), '\"', '')
            FROM sqlite_master WHERE name = l.name) ELSE '' END
    FROM pragma_index_list(':table') l WHERE l.origin = 'c'
    UNION ALL
    SELECT 'reference ' || \"from\" || ' -> ' || \"table\" || '.' || \"to\" || ' '
        || lower(on_delete)
    FROM pragma_foreign_key_list(':table')";

const POSTGRES: &str = "
    SELECT 'column ' || column_name || ': ' || data_type
        || CASE WHEN is_nullable = 'YES' THEN ' null' ELSE '' END AS line
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = ':table'
    UNION ALL
    SELECT CASE WHEN i.indisunique THEN 'unique (' ELSE 'index (' END
        || (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
            FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number) || ')'
        || coalesce(' WHERE ' || trim(pg_get_expr(i.indpred, i.indrelid), '()'), '')
    FROM pg_index i WHERE i.indrelid = ':table'::regclass AND NOT i.indisprimary
    UNION ALL
    SELECT 'reference ' || a.attname || ' -> ' || c.confrelid::regclass || '.' || b.attname
        || CASE c.confdeltype WHEN 'c' THEN ' cascade' WHEN 'n' THEN ' set null' ELSE ' ?' END
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
    WHERE c.conrelid = ':table'::regclass AND c.contype = 'f'";

/// The table in the database, sorted.
pub async fn actual(db: &DatabaseConnection, table: &str) -> Vec<String> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => SQLITE,
        _ => POSTGRES,
    };
    let statement = Statement::from_string(backend, sql.replace(":table", table));
    let rows = db.query_all_raw(statement).await.expect("introspection");
    let lines = rows
        .iter()
        .map(|row| row.try_get("", "line").expect("a line"));
    sorted(lines)
}

/// The table as described, with what the app says of its own, sorted.
pub fn expected<A: TestApp>(backend: DbBackend, table: &TableSchema) -> Vec<String> {
    let columns = table.columns.iter().map(|column| {
        let ty = column_type(column.kind, backend, A::KEY);
        let null = if column.nullable { " null" } else { "" };
        format!("column {}: {ty}{null}", column.name)
    });
    let extra = A::OAuth::EXTRA_COLUMNS.iter();
    let extra = extra.filter(|column| column.table == table.name);
    let extra = extra.map(|column| {
        let ty = rust_type(column.rust_type).on(backend);
        format!("column {}: {ty} null", column.name)
    });
    let indexes = table.indexes.iter().map(|index| {
        let kind = if index.unique { "unique" } else { "index" };
        let only = index
            .only_with
            .map(|column| format!(" WHERE {column} IS NOT NULL"));
        let only = only.unwrap_or_default();
        format!("{kind} ({}){only}", index.columns.join(", "))
    });
    let references = table.foreign_keys.iter().map(|key| {
        let rule = match key.on_delete {
            OnDelete::Cascade => "cascade",
            OnDelete::SetNull => "set null",
        };
        let (target, column) = match key.target {
            Target::Users => (A::USERS, A::KEY_COLUMN),
            Target::Table(name) => (full_name::<A>(name), "id"),
        };
        format!("reference {} -> {target}.{column} {rule}", key.column)
    });
    sorted(columns.chain(extra).chain(indexes).chain(references))
}

/// The app's name of a table of the plugin.
fn full_name<A: TestApp>(name: &str) -> &'static str {
    let mut tables = TABLES.iter();
    let table = tables.find(|table| table.name == name).expect("a table");
    (table.full_name)(&A::OAuth::TABLES)
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

/// How PostgreSQL and SQLite call a type.
#[derive(Clone, Copy)]
struct TypeNames {
    postgres: &'static str,
    sqlite: &'static str,
}

impl TypeNames {
    const fn new(postgres: &'static str, sqlite: &'static str) -> Self {
        Self { postgres, sqlite }
    }

    /// The name that the database uses.
    fn on(self, backend: DbBackend) -> &'static str {
        match backend {
            DbBackend::Sqlite => self.sqlite,
            _ => self.postgres,
        }
    }
}

/// The database's name of the type of a column.
fn column_type(kind: ColumnKind, backend: DbBackend, key: &str) -> &'static str {
    let names = match kind {
        ColumnKind::Id | ColumnKind::Reference | ColumnKind::Seconds => {
            TypeNames::new("bigint", "integer")
        }
        ColumnKind::UserKey => rust_type(key),
        ColumnKind::Text => TypeNames::new("text", "text"),
        ColumnKind::Json => TypeNames::new("jsonb", "jsonb_text"),
        ColumnKind::Bool => TypeNames::new("boolean", "boolean"),
        ColumnKind::Int => TypeNames::new("integer", "integer"),
        ColumnKind::Hash => TypeNames::new("bytea", "blob(32)"),
        ColumnKind::Blob => TypeNames::new("bytea", "varbinary_blob"),
        ColumnKind::Timestamp => {
            TypeNames::new("timestamp with time zone", "timestamp_with_timezone_text")
        }
    };
    names.on(backend)
}

fn rust_type(ty: &str) -> TypeNames {
    match ty {
        "i32" => TypeNames::new("integer", "integer"),
        "i64" => TypeNames::new("bigint", "integer"),
        "bool" => TypeNames::new("boolean", "boolean"),
        "String" => TypeNames::new("text", "text"),
        "Json" => TypeNames::new("jsonb", "jsonb_text"),
        "Uuid" => TypeNames::new("uuid", "uuid_text"),
        "DateTimeWithTimeZone" => {
            TypeNames::new("timestamp with time zone", "timestamp_with_timezone_text")
        }
        other => panic!("unknown type {other}"),
    }
}

/// What the entity's `Column` is expected to say: name, type, nullability.
pub fn described(column: &ColumnSchema, key: &str) -> (String, ColumnType, bool) {
    let ty = match (column.kind, key) {
        (ColumnKind::Id | ColumnKind::Reference | ColumnKind::Seconds, _)
        | (ColumnKind::UserKey, "i64") => ColumnType::BigInteger,
        (ColumnKind::Int, _) | (ColumnKind::UserKey, "i32") => ColumnType::Integer,
        (ColumnKind::UserKey, _) => ColumnType::Uuid,
        (ColumnKind::Text, _) => ColumnType::Text,
        (ColumnKind::Json, _) => ColumnType::JsonBinary,
        (ColumnKind::Bool, _) => ColumnType::Boolean,
        (ColumnKind::Hash, _) => ColumnType::Binary(32),
        (ColumnKind::Blob, _) => ColumnType::VarBinary(StringLen::None),
        (ColumnKind::Timestamp, _) => ColumnType::TimestampWithTimeZone,
    };
    (column.name.to_owned(), ty, column.nullable)
}
