//! The public interface, as a snapshot: what is in it, apps may use, and it changes with care.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use syn::{ImplItem, Item, ItemUse, TraitItem, UseTree, Visibility};

use super::sources::{Source, sources};

/// A module that apps import from.
struct Module {
    name: &'static str,
    /// Its file below `src/`.
    file: &'static str,
}

const MODULES: [Module; 10] = [
    module("loco_oauth_server", "lib.rs"),
    module("account", "account.rs"),
    module("cli", "cli.rs"),
    module("events", "events/mod.rs"),
    module("hooks", "people/hooks.rs"),
    module("interaction", "interaction.rs"),
    module("prelude", "prelude.rs"),
    module("resource_owner", "people/resource_owner.rs"),
    module("testing", "testing/mod.rs"),
    module("testing::conformance", "testing/conformance/mod.rs"),
];

const fn module(name: &'static str, file: &'static str) -> Module {
    Module { name, file }
}

/// The members of everything that is defined somewhere, by its name and the room that defines it.
struct Definitions {
    by_name: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

const fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_hidden(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("hidden"))
    })
}

impl Definitions {
    fn of(sources: &[Source]) -> Self {
        let mut all = Self {
            by_name: BTreeMap::new(),
        };
        for source in sources.iter().filter(|source| !source.is_test()) {
            let mut room = Room {
                name: source.room(),
                all: &mut all,
            };
            room.items(&source.file.items);
        }
        all
    }

    /// The members of what a module exports: as its room defines it, or as the only room does that has
    /// such a name.
    fn members(&self, name: &str, room: &str) -> Vec<&str> {
        let Some(rooms) = self.by_name.get(name) else {
            return Vec::new();
        };
        let only = rooms.values().next().filter(|_| rooms.len() == 1);
        let found = rooms.get(room).or(only);
        let found =
            found.unwrap_or_else(|| panic!("{name} of {room} is in none of {:?}", rooms.keys()));
        found.iter().map(String::as_str).collect()
    }
}

/// The room whose items are read.
struct Room<'a> {
    name: String,
    all: &'a mut Definitions,
}

impl Room<'_> {
    fn add(&mut self, name: &syn::Ident, member: Option<String>) {
        let rooms = self.all.by_name.entry(name.to_string()).or_default();
        rooms.entry(self.name.clone()).or_default().extend(member);
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Struct(of) if is_public(&of.vis) => {
                    self.add(&of.ident, None);
                    for field in of.fields.iter().filter(|field| is_public(&field.vis)) {
                        let field = field.ident.as_ref();
                        self.add(&of.ident, field.map(|field| format!(".{field}")));
                    }
                }
                Item::Enum(of) if is_public(&of.vis) => {
                    for variant in &of.variants {
                        self.add(&of.ident, Some(format!("::{}", variant.ident)));
                    }
                }
                Item::Trait(of) if is_public(&of.vis) => {
                    self.add(&of.ident, None);
                    for item in &of.items {
                        let name = match item {
                            TraitItem::Fn(function) => &function.sig.ident,
                            TraitItem::Const(constant) => &constant.ident,
                            TraitItem::Type(kind) => &kind.ident,
                            _ => continue,
                        };
                        self.add(&of.ident, Some(format!("::{name}")));
                    }
                }
                Item::Impl(of) if of.trait_.is_none() => {
                    let syn::Type::Path(kind) = &*of.self_ty else {
                        continue;
                    };
                    let Some(kind) = kind.path.segments.last() else {
                        continue;
                    };
                    for item in &of.items {
                        let member = match item {
                            ImplItem::Fn(of) if is_public(&of.vis) && !is_hidden(&of.attrs) => {
                                format!("::{}()", of.sig.ident)
                            }
                            ImplItem::Const(of) if is_public(&of.vis) => format!("::{}", of.ident),
                            _ => continue,
                        };
                        self.add(&kind.ident, Some(member));
                    }
                }
                Item::Mod(of) => {
                    let items = of.content.as_ref();
                    if let Some((_, items)) = items {
                        self.items(items);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A name that a file gives away.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Export {
    name: String,
    /// The room that the path of a `use` names, or that of the file.
    room: String,
}

/// The public items of a file, and what it exports of others.
fn exported(source: &Source, rooms: &BTreeSet<String>) -> BTreeSet<Export> {
    let mut exports = BTreeSet::new();
    for item in &source.file.items {
        let name = match item {
            Item::Struct(of) if is_public(&of.vis) && !is_hidden(&of.attrs) => &of.ident,
            Item::Enum(of) if is_public(&of.vis) => &of.ident,
            Item::Trait(of) if is_public(&of.vis) => &of.ident,
            Item::Fn(of) if is_public(&of.vis) => &of.sig.ident,
            Item::Const(of) if is_public(&of.vis) => &of.ident,
            Item::Mod(of) if is_public(&of.vis) && !is_hidden(&of.attrs) => &of.ident,
            Item::Use(of) if is_public(&of.vis) && !is_hidden(&of.attrs) => {
                leaves(of, |path, name| {
                    let named = path.iter().find(|part| *part != "crate");
                    let room = named.filter(|part| rooms.contains(*part)).cloned();
                    exports.insert(Export {
                        name,
                        room: room.unwrap_or_else(|| source.room()),
                    });
                });
                continue;
            }
            _ => continue,
        };
        exports.insert(Export {
            name: name.to_string(),
            room: source.room(),
        });
    }
    exports
}

/// Hands on the path and the name of each leaf of a `use`.
fn leaves(of: &ItemUse, mut found: impl FnMut(&[String], String)) {
    fn walk(tree: &UseTree, path: &mut Vec<String>, found: &mut impl FnMut(&[String], String)) {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                walk(&inner.tree, path, found);
                path.pop();
            }
            UseTree::Name(name) => found(path, name.ident.to_string()),
            UseTree::Rename(name) => found(path, name.rename.to_string()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, path, found)),
            UseTree::Glob(_) => panic!("a glob in the public interface"),
        }
    }
    walk(&of.tree, &mut Vec::new(), &mut found);
}

#[test]
fn the_public_interface() {
    let sources = sources();
    let definitions = Definitions::of(&sources);
    let rooms: BTreeSet<String> = sources.iter().map(Source::room).collect();
    let mut listed = String::new();
    for Module { name, file } in MODULES {
        writeln!(listed, "{name}").expect("a string takes it");
        let mut of_module = sources
            .iter()
            .filter(|source| source.path == Path::new(file));
        let source = of_module.next().unwrap_or_else(|| panic!("no file {file}"));
        for export in exported(source, &rooms) {
            writeln!(listed, "  {}", export.name).expect("a string takes it");
            // The prelude names again what stands elsewhere.
            if name == "prelude" {
                continue;
            }
            for member in definitions.members(&export.name, &export.room) {
                writeln!(listed, "    {member}").expect("a string takes it");
            }
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("public_interface", listed);
    });
}
