//! The public interface, as a snapshot: what is in it, apps may use, and it changes with care.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use syn::{ImplItem, Item, ItemUse, TraitItem, UseTree, Visibility};

use super::sources::{Source, sources};

/// Modules that apps import from.
const MODULES: [&str; 8] = [
    "account",
    "cli",
    "events",
    "hooks",
    "interaction",
    "prelude",
    "resource_owner",
    "testing",
];

/// Everything that is defined somewhere, by name.
struct Definitions {
    by_name: BTreeMap<String, BTreeSet<String>>,
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
            all.items(&source.file.items);
        }
        all
    }

    fn add(&mut self, name: &syn::Ident, member: Option<String>) {
        let members = self.by_name.entry(name.to_string()).or_default();
        members.extend(member);
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
                        if let ImplItem::Fn(function) = item
                            && is_public(&function.vis)
                            && !is_hidden(&function.attrs)
                        {
                            let name = format!("::{}()", function.sig.ident);
                            self.add(&kind.ident, Some(name));
                        }
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

/// Names that a file gives away: its public items and what it exports of others.
fn exported(items: &[Item]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in items {
        let name = match item {
            Item::Struct(of) if is_public(&of.vis) && !is_hidden(&of.attrs) => &of.ident,
            Item::Enum(of) if is_public(&of.vis) => &of.ident,
            Item::Trait(of) if is_public(&of.vis) => &of.ident,
            Item::Fn(of) if is_public(&of.vis) => &of.sig.ident,
            Item::Const(of) if is_public(&of.vis) => &of.ident,
            Item::Mod(of) if is_public(&of.vis) && !is_hidden(&of.attrs) => &of.ident,
            Item::Use(of) if is_public(&of.vis) && !is_hidden(&of.attrs) => {
                leaves(of, &mut names);
                continue;
            }
            _ => continue,
        };
        names.insert(name.to_string());
    }
    names
}

fn leaves(of: &ItemUse, names: &mut BTreeSet<String>) {
    fn walk(tree: &UseTree, names: &mut BTreeSet<String>) {
        match tree {
            UseTree::Path(path) => walk(&path.tree, names),
            UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
            UseTree::Rename(name) => drop(names.insert(name.rename.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, names)),
            UseTree::Glob(_) => panic!("a glob in the public interface"),
        }
    }
    walk(&of.tree, names);
}

#[test]
fn the_public_interface() {
    let sources = sources();
    let definitions = Definitions::of(&sources);
    let file = |module: &str| {
        let ends = [format!("{module}.rs"), format!("{module}/mod.rs")];
        let mut found = sources.iter().filter(|source| {
            let path = source.path.to_string_lossy();
            ends.iter()
                .any(|end| *path == **end || path.ends_with(&format!("/{end}")))
        });
        found.next().unwrap_or_else(|| panic!("no module {module}"))
    };
    let mut listed = String::new();
    let mut list = |module: &str, names: BTreeSet<String>| {
        writeln!(listed, "{module}").expect("a string takes it");
        for name in names {
            writeln!(listed, "  {name}").expect("a string takes it");
            // The prelude names again what stands elsewhere.
            if module == "prelude" {
                continue;
            }
            for member in definitions.by_name.get(&name).into_iter().flatten() {
                writeln!(listed, "    {member}").expect("a string takes it");
            }
        }
    };
    list("loco_oauth_server", exported(&file("lib").file.items));
    for module in MODULES {
        list(module, exported(&file(module).file.items));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("public_interface", listed);
    });
}
