//! The app's users model, as far as the generator must know it.

use std::path::Path;

use super::{
    GeneratorError, Options,
    plan::read,
    source::{mask, matching, words},
};

/// Where Loco's starters keep the users entity.
pub const STARTER: &str = "crate::models::_entities::users";

/// What the generated code needs to know of the users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Users {
    /// Module of the entity, `crate::models::_entities::users`.
    pub module: String,
    /// Module with the model's own methods, `crate::models::users`.
    pub methods: String,
    /// `i32`, `i64` or `Uuid`.
    pub key: String,
    /// Name of the primary key column, `id`.
    pub key_column: String,
    /// Name of the table, `users`.
    pub table: String,
    /// Members of the starter's model that this one lacks.
    pub lacks: Vec<&'static str>,
}

impl Users {
    /// Reads the entity that the options name.
    ///
    /// # Errors
    /// When there is none, or its key is of no type the plugin can refer to.
    pub fn of(root: &Path, options: &Options) -> Result<Self, GeneratorError> {
        let module = options.users.as_deref().unwrap_or(STARTER);
        let entity = module_text(root, module)?.ok_or_else(|| GeneratorError::NoUsers {
            path: module.to_owned(),
            files: module_files(module).join(", "),
        })?;
        let ModuleText { file, text: entity } = entity;
        let methods = module.replace("::_entities::", "::");
        let model = module_text(root, &methods)?.map(|model| model.text);
        let key = primary_key(&entity);
        let (column, key_type) = match (&key, &options.user_key) {
            (Ok(key), Some(given)) => (key.name.clone(), given.clone()),
            (Err(_), Some(given)) => ("id".to_owned(), given.clone()),
            (Ok(key), None) if KEY_TYPES.contains(&key.kind.as_str()) => {
                (key.name.clone(), key.kind.clone())
            }
            (Ok(Field { kind: found, .. }) | Err(found), None) => {
                return Err(GeneratorError::UserKey {
                    file,
                    found: found.clone(),
                });
            }
        };
        Ok(Self {
            module: module.to_owned(),
            methods,
            key: key_type,
            key_column: column,
            table: table_name(&entity).unwrap_or_else(|| "users".to_owned()),
            lacks: lacks(&entity, &model.unwrap_or_default()),
        })
    }
}

const KEY_TYPES: [&str; 3] = ["i32", "i64", "Uuid"];

/// The file of a module, and its text.
struct ModuleText {
    file: String,
    text: String,
}

fn module_text(root: &Path, module: &str) -> Result<Option<ModuleText>, GeneratorError> {
    for file in module_files(module) {
        if let Some(text) = read(root, &file)? {
            return Ok(Some(ModuleText { file, text }));
        }
    }
    Ok(None)
}

/// `crate::models::users` → `src/models/users.rs`, `src/models/users/mod.rs`.
fn module_files(module: &str) -> [String; 2] {
    let path = module.trim_start_matches("crate::").replace("::", "/");
    [format!("src/{path}.rs"), format!("src/{path}/mod.rs")]
}

/// A field of a struct.
struct Field {
    name: String,
    /// Its type, without a path.
    kind: String,
}

/// Name and type of the one primary key column, or what was found instead.
fn primary_key(entity: &str) -> Result<Field, String> {
    let code = mask(entity);
    let body = struct_body(&code, "Model").ok_or("no `struct Model`")?;
    let mut keys = words(body, "primary_key").filter_map(|at| field_after(&body[at..]));
    let key = keys.next().ok_or("no `#[sea_orm(primary_key)]`")?;
    match keys.next() {
        Some(_) => Err("several primary key columns".to_owned()),
        None => Ok(key),
    }
}

fn struct_body<'a>(code: &'a str, name: &'a str) -> Option<&'a str> {
    let at = words(code, name).find(|&at| code[..at].trim_end().ends_with("struct"))?;
    let open = at + code[at..].find('{')?;
    Some(&code[open + 1..matching(code, open)?])
}

/// The field below an attribute: the text after the attribute's `]`.
fn field_after(attribute: &str) -> Option<Field> {
    let field = attribute
        .lines()
        .skip(1)
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("#["))?;
    let (name, kind) = field.trim_start_matches("pub ").split_once(':')?;
    let kind = kind.trim().trim_end_matches(',');
    let kind = kind.rsplit("::").next().unwrap_or(kind);
    Some(Field {
        name: name.trim().to_owned(),
        kind: kind.to_owned(),
    })
}

fn table_name(entity: &str) -> Option<String> {
    let (_, rest) = entity.split_once("table_name")?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// What the generated code uses of the starter's model and is not here.
fn lacks(entity: &str, model: &str) -> Vec<&'static str> {
    let entity = mask(entity);
    let model = mask(model);
    let fields = [
        "pid",
        "email",
        "password",
        "name",
        "email_verified_at",
        "updated_at",
    ];
    let methods = [
        "create_with_password",
        "set_email_verification_sent",
        "reset_password",
        "RegisterParams",
    ];
    let without = |code: &str, word: &&str| words(code, word).next().is_none();
    fields
        .into_iter()
        .filter(|field| without(&entity, field))
        .chain(methods.into_iter().filter(|method| without(&model, method)))
        .collect()
}
