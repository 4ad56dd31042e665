//! How the main pages look.

use super::{Rendered, render_all, shipped_views};

#[test]
fn main_samples_in_english() {
    for Rendered {
        template,
        sample,
        html,
    } in render_all(&shipped_views(), "en")
    {
        if sample == "main" {
            let name = template.trim_end_matches(".html");
            insta::with_settings!({ prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(format!("page_{name}"), html);
            });
        }
    }
}

#[test]
fn pg_08_a_refused_sign_in_shows_what_was_entered() {
    let pages = render_all(&shipped_views(), "en");
    let refused = pages
        .iter()
        .find(|it| it.template == "login.html" && it.sample == "refused");
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("page_login_refused", refused.unwrap().html);
    });
}
