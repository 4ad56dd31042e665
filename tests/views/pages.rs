//! What every rendered page has.

use std::{collections::HashSet, fs, path::Path};

use loco_oauth_server::internals::views::pages::HandoffPage;
use scraper::{ElementRef, Html, Node, Selector};

use super::{LANGUAGES, MARKUP, Rendered, render_all, sample, shipped_views};

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

/// Calls `check` for every sample of every page in every language.
fn for_every_page(check: impl Fn(&Rendered, &Html)) {
    let views = shipped_views();
    for lang in LANGUAGES {
        for rendered in render_all(&views, lang) {
            check(&rendered, &Html::parse_document(&rendered.html));
        }
    }
}

/// The scripts of a page.
fn scripts(page: &Html) -> Vec<String> {
    let scripts = select(page, "script");
    scripts.iter().map(|it| it.text().collect()).collect()
}

/// The only page with a script is the one whose form goes to the client (AR-03).
fn scripts_of(template: &str) -> Vec<String> {
    let script = "document.forms[0].submit()".to_owned();
    Some(script)
        .filter(|_| template == "form_post.html")
        .into_iter()
        .collect()
}

#[test]
fn pg_10_every_sample_renders_in_every_language() {
    let views = shipped_views();
    for lang in LANGUAGES {
        for Rendered {
            template,
            sample,
            html,
        } in render_all(&views, lang)
        {
            assert!(
                html.contains(&format!("<html lang=\"{lang}\" dir=\"ltr\">")),
                "{template} {sample}"
            );
            assert!(
                !html.contains("{$") && !html.contains("{ $"),
                "{template} {sample}: {html}"
            );
            assert!(
                !html.contains("{{") && !html.contains("{%"),
                "{template} {sample}: {html}"
            );
        }
    }
}

#[test]
fn pg_03_c054_texts_of_others_are_never_elements() {
    for_every_page(
        |Rendered {
             template,
             sample,
             html,
         },
         page| {
            let place = format!("{template} {sample}: {html}");
            assert!(select(page, "[onerror], img[src=x]").is_empty(), "{place}");
            assert_eq!(scripts(page), scripts_of(template), "{place}");
            for node in page.tree.nodes() {
                if let Node::Text(text) = node.value()
                    && text.contains(MARKUP)
                {
                    let isolated = node
                        .ancestors()
                        .filter_map(ElementRef::wrap)
                        .any(|element| element.value().name() == "bdi");
                    assert!(isolated, "{place}");
                }
            }
        },
    );
}

#[test]
fn pg_03_c055_links_that_leave_are_https_and_tell_nothing() {
    for_every_page(
        |Rendered {
             template,
             sample,
             html,
         },
         page| {
            for link in select(page, "a[href], [src]") {
                let address = link.attr("href").or_else(|| link.attr("src")).unwrap();
                let place = format!("{template} {sample}: {address} in {html}");
                if address.starts_with('/') {
                    assert!(!address.starts_with("//"), "{place}");
                } else {
                    assert!(address.starts_with("https://"), "{place}");
                    assert!(
                        link.attr("rel").unwrap_or_default().contains("noreferrer"),
                        "{place}"
                    );
                }
            }
        },
    );
}

#[test]
fn pg_04_pages_need_no_script_and_nothing_from_elsewhere() {
    for_every_page(
        |Rendered {
             template,
             sample,
             html,
         },
         page| {
            let place = format!("{template} {sample}: {html}");
            assert!(
                select(page, "script[src], style, iframe, object, embed, [style]").is_empty(),
                "{place}"
            );
            assert_eq!(scripts(page), scripts_of(template), "{place}");
            for loaded in select(page, "link[href], img[src]") {
                let address = loaded.attr("href").or_else(|| loaded.attr("src")).unwrap();
                assert!(
                    address.starts_with('/') && !address.starts_with("//"),
                    "{place}"
                );
            }
        },
    );
}

#[test]
fn pg_05_pages_have_landmarks_labels_and_one_heading() {
    for_every_page(
        |Rendered {
             template,
             sample,
             html,
         },
         page| {
            let place = format!("{template} {sample}: {html}");
            assert_eq!(select(page, "h1").len(), 1, "{place}");
            assert_eq!(select(page, "main").len(), 1, "{place}");
            assert!(
                !select(page, "title")[0]
                    .text()
                    .collect::<String>()
                    .starts_with(" ·"),
                "{place}"
            );
            assert!(select(page, "[autofocus]").len() <= 1, "{place}");

            let ids: Vec<&str> = select(page, "[id]")
                .iter()
                .filter_map(|it| it.attr("id"))
                .collect();
            let different: HashSet<&str> = ids.iter().copied().collect();
            assert_eq!(ids.len(), different.len(), "an id occurs twice: {place}");
            for element in select(page, "[aria-describedby]") {
                let mut described = element.attr("aria-describedby").unwrap().split(' ');
                assert!(described.all(|id| different.contains(id)), "{place}");
            }
            for input in select(page, "input:not([type=hidden]):not([type=checkbox])") {
                let label = format!("label[for=\"{}\"]", input.attr("id").unwrap());
                assert_eq!(select(page, &label).len(), 1, "{place}");
                assert!(input.attr("autocomplete").is_some(), "{place}");
            }
            let unlabelled = select(page, "input[type=checkbox]").len()
                - select(page, "label input[type=checkbox]").len();
            assert_eq!(unlabelled, 0, "{place}");
        },
    );
}

#[test]
fn pg_05_the_first_error_has_the_focus_and_is_announced() {
    for_every_page(
        |Rendered {
             template,
             sample,
             html,
         },
         page| {
            let errors = select(page, "[role=alert]");
            let Some(first) = errors.first() else { return };
            let focused = select(page, "[autofocus]");
            let described = focused[0].attr("aria-describedby").unwrap_or_default();
            let id = first.attr("id");
            assert!(
                focused[0] == *first
                    || id.is_some_and(|id| described.split(' ').any(|it| it == id)),
                "{template} {sample}: {html}"
            );
        },
    );
}

#[test]
fn pg_08_every_form_posts_with_its_token_and_shows_no_password() {
    for_every_page(
        |Rendered {
             template,
             sample,
             html,
         },
         page| {
            let place = format!("{template} {sample}: {html}");
            for form in select(page, "form") {
                assert_eq!(form.attr("method"), Some("post"), "{place}");
                if *template == "form_post.html" {
                    // It goes to the client, which has no use for a token of this server.
                    assert!(
                        form.attr("action")
                            .unwrap()
                            .starts_with("https://app.example/")
                    );
                    continue;
                }
                let token = Selector::parse("input[type=hidden][name=csrf_token]").unwrap();
                assert_eq!(form.select(&token).count(), 1, "{place}");
            }
            assert!(
                select(page, "input[type=password][value]").is_empty(),
                "{place}"
            );
        },
    );
}

#[test]
fn ar_05_the_target_survives_escaping_in_the_refresh() {
    let page: HandoffPage = sample("hostile");
    let html = shipped_views().render("en", &page).unwrap();
    let document = Html::parse_document(&html);

    let refresh = select(&document, "meta[http-equiv=refresh]")[0]
        .attr("content")
        .unwrap();
    assert_eq!(refresh, format!("0;url={}", page.target));
    assert_eq!(
        select(&document, "main a")[0].attr("href"),
        Some(page.target.as_str())
    );
}

#[test]
fn c057_consent_tells_who_what_where_and_how_long() {
    let views = shipped_views();
    let pages = render_all(&views, "en");
    let consent = pages
        .iter()
        .find(|it| it.template == "consent.html" && it.sample == "warnings");
    let document = Html::parse_document(&consent.unwrap().html);
    let text = select(&document, "main")[0].text().collect::<String>();

    for told in [
        "Notebook",             // who asks
        "notebook.example",     // the host that identifies it
        "Not verified",         // whether somebody vouches for it
        "app.notebook.example", // where the browser goes back to
        "Confirm who you are",  // every scope in words
        "See your email address",
        "Stay connected while you are away",
        "Read your invoices",
        "https://id.example.com/mcp", // what access is for
        "for 30 days",                // how long
        "ada@example.com",            // which account
        "a program on this device",   // warnings
    ] {
        assert!(text.contains(told), "`{told}` is missing in {text}");
    }
    let switch = select(&document, "form[action='/oauth/select-account'] button")[0];
    assert_eq!(
        (switch.attr("name"), switch.attr("value")),
        (Some("action"), Some("use_another"))
    );
    let choice = select(&document, ".choice button");
    let values: Vec<_> = choice
        .iter()
        .map(|it| (it.attr("name"), it.attr("value")))
        .collect();
    assert_eq!(
        values,
        [
            (Some("decision"), Some("deny")),
            (Some("decision"), Some("allow"))
        ]
    );
}

#[test]
fn pg_03_templates_never_switch_escaping_off() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/oauth_server");
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        // AR-03: one script, whose text no template writes.
        let text = text.replace("<script>{{ script }}</script>", "");
        for forbidden in [
            "<script", "<style", "style=", "safe", "http://", "//cdn", "@import", "url(",
        ] {
            // The refresh of the hand-off page says `url=`, and `url()` would load something.
            assert!(
                !text.contains(forbidden),
                "{} contains `{forbidden}`",
                path.display()
            );
        }
    }
}
