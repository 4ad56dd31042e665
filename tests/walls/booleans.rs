//! No parameter is a bare boolean: at the call `true` says nothing.

use syn::{FnArg, Pat, Type, visit::Visit};

use super::sources::sources_of;

/// Methods whose parameters somebody else has named.
const OF_OTHERS: [&str; 1] = ["visit_bool"];

#[test]
fn no_boolean_is_a_parameter() {
    let sources = sources_of(&["src", "macros"]);
    for source in sources.iter().filter(|source| !source.is_test()) {
        let mut booleans = Booleans(Vec::new());
        booleans.visit_file(&source.file);
        let path = source.path.display();
        assert!(booleans.0.is_empty(), "{path}: {:?}", booleans.0);
    }
}

struct Booleans(Vec<String>);

impl<'ast> Visit<'ast> for Booleans {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if OF_OTHERS.iter().any(|name| signature.ident == name) {
            return;
        }
        for input in &signature.inputs {
            let FnArg::Typed(typed) = input else { continue };
            let (Pat::Ident(name), Type::Path(path)) = (&*typed.pat, &*typed.ty) else {
                continue;
            };
            if path.path.is_ident("bool") {
                self.0.push(format!("{}({})", signature.ident, name.ident));
            }
        }
    }
}
