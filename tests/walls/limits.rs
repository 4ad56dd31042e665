//! Limits of size, and what is written in one place only.

use super::sources::{sources, sources_of};

/// An endpoint is one file that is read from top to bottom.
#[test]
fn endpoints_are_short() {
    for source in sources().iter().filter(|it| it.room() == "controllers") {
        let lines = source.text.lines().count();
        assert!(lines < 320, "{} has {lines} lines", source.path.display());
    }
}

/// UR-01: the paths of endpoints are written in `protocol/route.rs` alone.
#[test]
fn ur_01_nothing_else_joins_urls() {
    let paths = [
        "token",
        "revoke",
        "introspect",
        "userinfo",
        "jwks",
        "authorize",
        "continue",
        "par",
    ];
    for source in sources().iter().filter(|source| !source.is_test()) {
        let shown = source.path.display().to_string();
        if shown == "protocol/route.rs" || source.room() == "generator" {
            continue;
        }
        let code = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for name in paths {
                assert!(!line.contains(&format!("/{name}\"")), "{shown}: {line}");
            }
        }
    }
}

/// State and the functions on it live together: a type to which many files add methods is a global.
#[test]
fn the_server_holds_its_services_and_has_no_methods() {
    for source in sources() {
        let blocks = source.text.matches("\nimpl Server {").count();
        assert_eq!(blocks, 0, "{}", source.path.display());
    }
}

/// A tuple among the parameters tells a reader nothing.
#[test]
fn no_tuple_is_a_parameter() {
    use syn::{FnArg, Type, visit::Visit};

    const FOLDERS: [&str; 6] = ["src", "tests", "benches", "macros", "migration", "examples"];

    fn is_tuple(ty: &Type) -> bool {
        match ty {
            Type::Tuple(tuple) => tuple.elems.len() > 1,
            Type::Reference(reference) => is_tuple(&reference.elem),
            Type::Paren(inner) => is_tuple(&inner.elem),
            _ => false,
        }
    }

    struct Tuples(Vec<String>);
    impl<'ast> Visit<'ast> for Tuples {
        fn visit_signature(&mut self, signature: &'ast syn::Signature) {
            let tuple = |input: &FnArg| matches!(input, FnArg::Typed(typed) if is_tuple(&typed.ty));
            if signature.inputs.iter().any(tuple) {
                self.0.push(signature.ident.to_string());
            }
        }
    }
    for source in sources_of(&FOLDERS) {
        let mut tuples = Tuples(Vec::new());
        tuples.visit_file(&source.file);
        let path = source.path.display();
        assert!(tuples.0.is_empty(), "{path}: {:?}", tuples.0);
    }
}

/// A time and a length of time have types of their own (`protocol/time.rs`): a bare number of
/// seconds can be given where another is wanted.
#[test]
fn no_time_is_a_bare_number() {
    use syn::{
        Field, FnArg, GenericArgument, ItemMod, Pat, PathArguments, Type, visit, visit::Visit,
    };

    fn is_time(name: &str) -> bool {
        let ends = ["_at", "_until", "_ttl"];
        matches!(name, "now" | "ttl") || ends.iter().any(|end| name.ends_with(end))
    }

    fn is_number(ty: &Type) -> bool {
        match ty {
            Type::Reference(reference) => is_number(&reference.elem),
            Type::Path(path) => path.path.segments.last().is_some_and(|last| {
                let within = match &last.arguments {
                    PathArguments::AngleBracketed(list) if last.ident == "Option" => &list.args,
                    _ => return last.ident == "i64" || last.ident == "u64",
                };
                let number =
                    |it: &GenericArgument| matches!(it, GenericArgument::Type(ty) if is_number(ty));
                within.iter().any(number)
            }),
            _ => false,
        }
    }

    /// Times that are numbers. Tables of tests hold numbers, which the tests turn into times.
    struct Numbers(Vec<String>);
    impl<'ast> Visit<'ast> for Numbers {
        fn visit_item_mod(&mut self, module: &'ast ItemMod) {
            if module.ident != "tests" {
                visit::visit_item_mod(self, module);
            }
        }

        fn visit_field(&mut self, field: &'ast Field) {
            if let Some(name) = field.ident.as_ref().map(ToString::to_string)
                && is_time(&name)
                && is_number(&field.ty)
            {
                self.0.push(name);
            }
        }

        fn visit_fn_arg(&mut self, input: &'ast FnArg) {
            if let FnArg::Typed(typed) = input
                && let Pat::Ident(name) = &*typed.pat
                && is_time(&name.ident.to_string())
                && is_number(&typed.ty)
            {
                self.0.push(name.ident.to_string());
            }
        }

        /// The rows of the tables are declared by a macro.
        fn visit_macro(&mut self, of: &'ast syn::Macro) {
            if of.path.is_ident("record")
                && let Ok(row) = of.parse_body::<syn::ItemStruct>()
            {
                self.visit_item_struct(&row);
            }
        }
    }
    for source in sources().iter().filter(|source| !source.is_test()) {
        // What serde reads of the app's settings may be a number.
        if source.path.ends_with("config/raw.rs") {
            continue;
        }
        let mut numbers = Numbers(Vec::new());
        numbers.visit_file(&source.file);
        let path = source.path.display();
        assert!(numbers.0.is_empty(), "src/{path}: {:?}", numbers.0);
    }
}
