//! The attributes of both derives, parsed and checked. What leaves this module can be printed.

#![allow(clippy::needless_continue, reason = "in what darling's derive prints")]

mod extra;
mod values;

use darling::{Error, FromDeriveInput, FromMeta, Result};
use proc_macro2::Span;
use syn::{
    Data, DeriveInput, Fields, Ident, LitStr, Path, Visibility, parse_quote_spanned,
    spanned::Spanned,
};

pub use extra::{ExtraColumn, ExtraType};
use extra::{ExtraTables, checked};
pub use values::UserKey;
use values::{Prefix, Quoted};

use crate::schema::SCHEMA_VERSION;

/// Checked options of `#[derive(OAuthServer)]`.
pub struct ServerOptions {
    pub ident: Ident,
    pub vis: Visibility,
    /// Module of the users entity, as the app wrote it.
    pub users: Path,
    pub user_model: Path,
    /// Whether `user_model` is the model of that entity.
    pub user_is_entity: bool,
    pub hooks: Path,
    /// Variant of the users entity's `Column`.
    pub user_key_column: Ident,
    pub tables: TableOptions,
}

/// Checked options of `#[derive(OAuthServerMigration)]`.
pub struct MigrationOptions {
    pub ident: Ident,
    pub name: String,
    pub version: u32,
    pub user_key_column: String,
    pub tables: TableOptions,
}

/// What both derives say about the tables.
pub struct TableOptions {
    pub user_key: UserKey,
    pub users_table: String,
    pub prefix: String,
    pub extra: Vec<ExtraColumn>,
}

impl TableOptions {
    /// Name of a table in the database.
    pub fn table_name(&self, table: &str) -> String {
        format!("{}{table}", self.prefix)
    }

    /// The app's own columns of one table.
    pub fn extra_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a ExtraColumn> {
        self.extra
            .iter()
            .filter(move |column| column.table == table)
    }
}

#[derive(FromDeriveInput)]
#[darling(attributes(oauth_server))]
struct ServerAttribute {
    ident: Ident,
    vis: Visibility,
    users: Option<Quoted<Path>>,
    user_model: Option<Quoted<Path>>,
    hooks: Option<Quoted<Path>>,
    user_key: Option<UserKey>,
    user_key_column: Option<Quoted<Ident>>,
    users_table: Option<LitStr>,
    table_prefix: Option<Prefix>,
    #[darling(multiple)]
    extra: Vec<ExtraTables>,
}

#[derive(FromDeriveInput)]
#[darling(attributes(oauth_server_migration))]
struct MigrationAttribute {
    ident: Ident,
    name: Option<LitStr>,
    version: Option<Version>,
    user_key: Option<UserKey>,
    user_key_column: Option<LitStr>,
    users_table: Option<LitStr>,
    table_prefix: Option<Prefix>,
    #[darling(multiple)]
    extra: Vec<ExtraTables>,
}

impl ServerOptions {
    pub fn parse(input: &DeriveInput) -> Result<Self> {
        ensure_unit_struct(input, "pub struct OAuth;")?;
        let attribute = ServerAttribute::from_derive_input(input)?;
        let span = attribute_span(input);
        let Some(Quoted(users)) = attribute.users else {
            let message = "`users` is missing; name the module of the users entity, for example \
                 `#[oauth_server(users = \"crate::models::_entities::users\")]`";
            return Err(Error::custom(message).with_span(&span));
        };
        Ok(Self {
            user_is_entity: attribute.user_model.is_none(),
            ident: attribute.ident,
            vis: attribute.vis,
            user_model: attribute
                .user_model
                .map_or_else(|| child(&users, "Model"), |path| path.0),
            hooks: attribute.hooks.map_or_else(
                || parse_quote_spanned!(users.span()=> ::loco_oauth_server::hooks::DefaultHooks),
                |path| path.0,
            ),
            user_key_column: attribute
                .user_key_column
                .map_or_else(|| Ident::new("Id", Span::call_site()), |ident| ident.0),
            users,
            tables: TableOptions {
                user_key: attribute.user_key.unwrap_or_default(),
                users_table: text_or(attribute.users_table.as_ref(), "users")?,
                prefix: attribute.table_prefix.unwrap_or_default().0,
                extra: checked(attribute.extra)?,
            },
        })
    }
}

impl MigrationOptions {
    pub fn parse(input: &DeriveInput) -> Result<Self> {
        ensure_unit_struct(input, "pub struct Migration;")?;
        let attribute = MigrationAttribute::from_derive_input(input)?;
        let span = attribute_span(input);
        let (Some(name), Some(version)) = (attribute.name, attribute.version) else {
            let message = "`name` and `version` are required, for example \
                 `#[oauth_server_migration(name = \"m20260101_000000_oauth_server\", version = 1)]`";
            return Err(Error::custom(message).with_span(&span));
        };
        Ok(Self {
            ident: attribute.ident,
            name: text_or(Some(&name), "")?,
            version: version.0,
            user_key_column: text_or(attribute.user_key_column.as_ref(), "id")?,
            tables: TableOptions {
                user_key: attribute.user_key.unwrap_or_default(),
                users_table: text_or(attribute.users_table.as_ref(), "users")?,
                prefix: attribute.table_prefix.unwrap_or_default().0,
                extra: checked(attribute.extra)?,
            },
        })
    }
}

struct Version(u32);

impl FromMeta for Version {
    fn from_value(value: &syn::Lit) -> Result<Self> {
        match u32::from_value(value) {
            Ok(version) if (1..=SCHEMA_VERSION).contains(&version) => Ok(Self(version)),
            _ => Err(Error::custom(format!(
                "unknown version; this crate knows versions 1…{SCHEMA_VERSION}"
            ))
            .with_span(value)),
        }
    }
}

fn ensure_unit_struct(input: &DeriveInput, example: &str) -> Result<()> {
    let is_unit = matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Unit));
    if is_unit && input.generics.params.is_empty() {
        return Ok(());
    }
    let message = format!("expected a unit struct without generics: `{example}`");
    Err(Error::custom(message).with_span(&input.ident))
}

/// Where to report what is missing: the attribute, or without one the struct's name.
fn attribute_span(input: &DeriveInput) -> Span {
    let ours = |attribute: &&syn::Attribute| {
        let path = attribute.path();
        path.is_ident("oauth_server") || path.is_ident("oauth_server_migration")
    };
    let attribute = input.attrs.iter().find(ours);
    attribute.map_or_else(|| input.ident.span(), |attribute| attribute.path().span())
}

fn text_or(value: Option<&LitStr>, default: &str) -> Result<String> {
    match value {
        Some(value) if value.value().is_empty() => {
            Err(Error::custom("must not be empty").with_span(value))
        }
        Some(value) => Ok(value.value()),
        None => Ok(default.to_owned()),
    }
}

/// `path::name`, at the place of `path` in the source.
fn child(path: &Path, name: &str) -> Path {
    let mut child = path.clone();
    let span = path
        .segments
        .last()
        .map_or_else(Span::call_site, |last| last.ident.span());
    child.segments.push(Ident::new(name, span).into());
    child
}
