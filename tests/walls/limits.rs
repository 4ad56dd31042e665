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

/// A boolean or a tuple among the parameters tells a reader nothing.
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
