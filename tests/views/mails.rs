//! What is sent by mail, in every language.

use loco_oauth_server::internals::views::{PageContext, mails::ResetMail};

use super::{LANGUAGES, MARKUP, sample, shipped_views};

#[test]
fn pg_10_mails_have_their_link_in_every_language() {
    let views = shipped_views();
    for lang in LANGUAGES {
        let words = views.words(lang).unwrap();
        for (_, mail) in ResetMail::samples() {
            let html = views.render(lang, &mail).unwrap();
            assert!(html.contains(&format!("<html lang=\"{lang}\"")), "{html}");
            assert!(html.contains(&format!("href=\"{}\"", mail.link)), "{html}");
            assert!(!html.contains("<img") && !html.contains("{ $"), "{html}");
            let text = mail.text(&words);
            assert!(text.lines().any(|line| line == mail.link), "{text}");
            assert!(!mail.subject(&words).contains(['\r', '\n']));
        }
    }
}

#[test]
fn the_reset_mail_in_english() {
    let views = shipped_views();
    let words = views.words("en").unwrap();
    let mail: ResetMail = sample("main");
    let (subject, text) = (mail.subject(&words), mail.text(&words));
    let html = views.render("en", &mail).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("mail_reset", format!("{subject}\n\n{text}\n{html}"));
    });
    let hostile: ResetMail = sample("hostile");
    assert!(
        hostile.text(&words).contains(MARKUP),
        "plain text is not escaped"
    );
}
