//! `extra(table(column = "Type", …))`: columns that the app adds to the plugin's tables.

use std::collections::HashSet;

use darling::{Error, FromMeta, Result};
use heck::{ToSnakeCase, ToUpperCamelCase};
use syn::{
    Ident, LitStr, Meta, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::schema;

/// Columns that an app added, always nullable.
pub struct ExtraColumn {
    pub table: &'static str,
    pub name: Ident,
    pub ty: ExtraType,
}

/// Types that an extra column can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtraType {
    I32,
    I64,
    Bool,
    String,
    Json,
    Uuid,
    DateTimeWithTimeZone,
}

impl ExtraType {
    const ALL: [Self; 7] = [
        Self::I32,
        Self::I64,
        Self::Bool,
        Self::String,
        Self::Json,
        Self::Uuid,
        Self::DateTimeWithTimeZone,
    ];

    /// Name of the Rust type, as SeaORM's prelude has it.
    pub const fn rust_name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::Bool => "bool",
            Self::String => "String",
            Self::Json => "Json",
            Self::Uuid => "Uuid",
            Self::DateTimeWithTimeZone => "DateTimeWithTimeZone",
        }
    }
}

/// One `extra(…)`, as written.
pub struct ExtraTables(Punctuated<ExtraTable, Token![,]>);

struct ExtraTable {
    name: Ident,
    columns: Punctuated<ExtraAssignment, Token![,]>,
}

struct ExtraAssignment {
    name: Ident,
    ty: LitStr,
}

impl FromMeta for ExtraTables {
    fn from_meta(item: &Meta) -> Result<Self> {
        let parsed = item
            .require_list()
            .and_then(|list| list.parse_args_with(Punctuated::parse_terminated))
            .map(Self);
        parsed.map_err(|error| {
            let message = format!("{error}; write `extra(oauth_clients(column = \"String\"))`");
            Error::custom(message).with_span(&error.span())
        })
    }
}

impl Parse for ExtraTable {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let columns;
        parenthesized!(columns in input);
        Ok(Self {
            name,
            columns: Punctuated::parse_terminated(&columns)?,
        })
    }
}

impl Parse for ExtraAssignment {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // Keywords are let in here, so that they can be refused by name.
        let name = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        let ty = input.parse()?;
        Ok(Self { name, ty })
    }
}

/// Checks all extra columns against the tables.
pub fn checked(groups: Vec<ExtraTables>) -> Result<Vec<ExtraColumn>> {
    let mut errors = Error::accumulator();
    let mut seen = HashSet::new();
    let mut extra = Vec::new();
    for written in groups.into_iter().flat_map(|group| group.0) {
        let Some(table) = errors.handle(find_table(&written.name)) else {
            continue;
        };
        if !seen.insert(table.name) {
            let message = format!("table `{}` is listed twice", table.name);
            errors.push(Error::custom(message).with_span(&written.name));
            continue;
        }
        extra.extend(errors.handle(checked_columns(table, written.columns)));
    }
    errors.finish_with(extra.into_iter().flatten().collect())
}

fn find_table(name: &Ident) -> Result<&'static schema::Table> {
    schema::table(&name.to_string()).ok_or_else(|| {
        let name_text = name.to_string();
        let nearest = schema::TABLES
            .iter()
            .max_by(|a, b| {
                let score = |table: &schema::Table| strsim::jaro_winkler(&name_text, table.name);
                score(a).total_cmp(&score(b))
            })
            .map_or("oauth_clients", |table| table.name);
        Error::custom(format!("unknown table `{name}`. Did you mean `{nearest}`?")).with_span(name)
    })
}

fn checked_columns(
    table: &'static schema::Table,
    columns: Punctuated<ExtraAssignment, Token![,]>,
) -> Result<Vec<ExtraColumn>> {
    let mut errors = Error::accumulator();
    // SeaORM names a column's variant in camel case; `foo1` and `foo_1` would be one variant.
    let mut variants: HashSet<String> = table
        .columns()
        .map(|column| column.name.to_upper_camel_case())
        .collect();
    let mut extra = Vec::new();
    for ExtraAssignment { name, ty } in columns {
        let column = checked_name(&name)
            .and_then(|variant| {
                let message = format!("column `{name}` exists in `{}`", table.name);
                let error = Error::custom(message).with_span(&name);
                variants.insert(variant).then_some(()).ok_or(error)
            })
            .and_then(|()| checked_type(&name, &ty));
        if let Some(ty) = errors.handle(column) {
            let table = table.name;
            extra.push(ExtraColumn { table, name, ty });
        }
    }
    errors.finish_with(extra)
}

/// The name of the column's variant.
fn checked_name(name: &Ident) -> Result<String> {
    let text = name.to_string();
    if syn::parse_str::<Ident>(&text).is_err() {
        let message = format!("`{text}` is a reserved word; choose another column name");
        return Err(Error::custom(message).with_span(name));
    }
    // Also keeps out names that SeaORM would write differently into its statements.
    if text.to_snake_case() != text || text.len() > 63 {
        let message = format!("`{text}` is no column name; write it in snake case");
        return Err(Error::custom(message).with_span(name));
    }
    Ok(text.to_upper_camel_case())
}

fn checked_type(column: &Ident, ty: &LitStr) -> Result<ExtraType> {
    let written = ty.value();
    let known = ExtraType::ALL.into_iter();
    let mut matching = known.filter(|known| known.rust_name() == written);
    matching.next().ok_or_else(|| {
        let message = format!(
            "type `{written}` of column `{column}` is not one of i32, i64, bool, String, Json, \
             Uuid, DateTimeWithTimeZone"
        );
        Error::custom(message).with_span(ty)
    })
}
