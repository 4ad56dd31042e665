//! The app's files over the shipped ones (PG-01, PG-02).

use loco_oauth_server::internals::views::{
    ViewsError,
    pages::{LoginPage, LogoutPage},
};

use super::{
    app::{App, consent, login},
    sample,
};

#[test]
fn pg_01_one_page_can_be_replaced() {
    let app = App::with(&[(
        "login.html",
        "<h1>{{ t(key=\"login-title\") }} – {{ app_name }}</h1>",
    )]);

    let views = app.debug();

    assert_eq!(login(&views, "de").unwrap(), "<h1>Anmelden – Demo</h1>");
    assert!(consent(&views).unwrap().contains("<main class=\"card\">"));
}

#[test]
fn pg_01_the_layout_alone_changes_every_page() {
    let layout = "<body class=\"mine\">{% block title %}{% endblock %}{% block head %}{% endblock %}\
                  {% block content %}{% endblock %}</body>";
    let app = App::with(&[("layout.html", layout)]);

    let views = app.debug();

    for html in [login(&views, "en").unwrap(), consent(&views).unwrap()] {
        assert!(
            html.starts_with("<body class=\"mine\">") && html.contains("<h1>"),
            "{html}"
        );
    }
}

#[test]
fn pg_01_a_partial_alone_changes_the_pages_that_use_it() {
    let app = App::with(&[(
        "_client.html",
        "<p id=\"mine\"><bdi>{{ client.name }}</bdi></p>",
    )]);

    let html = consent(&app.debug()).unwrap();

    assert!(
        html.contains("<p id=\"mine\"><bdi>Notebook</bdi></p>"),
        "{html}"
    );
}

#[test]
fn pg_01_one_part_of_forms_can_be_redefined() {
    let form = "{% component cancel_form(@cancel_action) %}<i>{{ t(key=\"action-cancel\") }}</i>\
                {% endcomponent cancel_form %}";
    let app = App::with(&[("_form.html", form)]);

    let html = login(&app.debug(), "fr").unwrap();

    assert!(html.contains("<i>Annuler</i>"), "{html}");
    assert!(html.contains("name=\"password\""), "{html}");
}

#[test]
fn pg_01_a_page_may_extend_the_shipped_one() {
    let page = "{% extends \"builtin/login.html\" %}\
                {% block content %}{{ super() }}{% include \"parts/help.html\" %}{% endblock content %}";
    let app = App::with(&[
        ("login.html", page),
        (
            "parts/help.html",
            "<p>{{ t(key=\"login-help\", app=app_name) }}</p>",
        ),
        ("i18n/en.ftl", "login-help = Ask the people of { $app }."),
    ]);

    let html = login(&app.debug(), "en").unwrap();

    assert!(html.contains("name=\"password\""), "{html}");
    assert!(html.contains("<p>Ask the people of Demo.</p>"), "{html}");
}

#[test]
fn pg_01_the_stylesheet_alone_and_its_address_change() {
    let app = App::with(&[]);
    let views = app.debug();
    let shipped = views.stylesheet().unwrap();

    app.write("oauth.css", ":root { --accent: teal; }");

    let own = views.stylesheet().unwrap();
    assert!(shipped.css.contains("prefers-color-scheme: dark"));
    assert_eq!(own.css, ":root { --accent: teal; }");
    assert_ne!(own.file_name(), shipped.file_name());
}

#[test]
fn pg_06_one_message_can_be_changed() {
    let app = App::with(&[("i18n/de.ftl", "login-title = Hereinspaziert")]);
    let views = app.debug();

    let html = login(&views, "de").unwrap();

    assert!(html.contains("<h1>Hereinspaziert</h1>"), "{html}");
    assert!(html.contains("Passwort"), "{html}");
    assert!(login(&views, "en").unwrap().contains("<h1>Sign in</h1>"));
}

#[test]
fn pg_06_a_new_language_falls_back_to_english() {
    let app = App::with(&[
        ("i18n/it.ftl", "login-title = Accedi"),
        ("i18n/ar.ftl", "login-title = تسجيل الدخول"),
        ("i18n/en.ftl", "field-password = Secret word"),
    ]);
    let views = app.debug();

    let italian = login(&views, "it").unwrap();
    assert!(
        italian.contains("<html lang=\"it\" dir=\"ltr\">"),
        "{italian}"
    );
    assert!(
        italian.contains("<h1>Accedi</h1>") && italian.contains("Secret word"),
        "{italian}"
    );

    let arabic = login(&views, "ar").unwrap();
    assert!(
        arabic.contains("<html lang=\"ar\" dir=\"rtl\">"),
        "{arabic}"
    );
    assert_eq!(views.negotiate(&[], Some("it-CH")), "it");
}

#[test]
fn pg_02_a_broken_page_is_an_error_in_debug_builds() {
    let app = App::with(&[("login.html", "{% if %}")]);

    let error = login(&app.debug(), "en").unwrap_err().to_string();

    assert!(error.contains("login.html"), "{error}");
}

#[test]
fn pg_02_a_broken_page_is_the_shipped_one_in_release_builds() {
    let app = App::with(&[
        ("login.html", "{{ nonsense(key=1) }}"),
        ("consent.html", "<h1>My consent</h1>"),
        ("i18n/de.ftl", "login-title = Gut\n= broken"),
    ]);

    let (views, broken) = app.release();

    assert_eq!(broken.len(), 2, "{broken:?}");
    assert!(
        broken.iter().any(|file| file.starts_with("login.html: ")),
        "{broken:?}"
    );
    assert!(
        broken.iter().any(|file| file.starts_with("i18n/de.ftl: ")),
        "{broken:?}"
    );
    assert!(login(&views, "de").unwrap().contains("<h1>Anmelden</h1>"));
    assert_eq!(consent(&views).unwrap(), "<h1>My consent</h1>");
}

#[test]
fn pg_02_pages_that_need_each_other_survive_a_broken_one() {
    let app = App::with(&[
        ("_a.html", "{% include \"z/foot.html\" %}"),
        ("z/foot.html", "<footer>mine</footer>"),
        ("login.html", "{% include \"_a.html\" %}"),
        ("logout.html", "{% endif %}"),
    ]);

    let (views, broken) = app.release();

    assert_eq!(broken.len(), 1, "{broken:?}");
    assert_eq!(login(&views, "en").unwrap(), "<footer>mine</footer>");
    let logout = views.render("en", &sample::<LogoutPage>("main")).unwrap();
    assert!(logout.contains("<h1>Sign out?</h1>"));
}

#[test]
fn pg_02_a_page_that_fails_while_rendering_is_treated_like_a_broken_one() {
    let app = App::with(&[("login.html", "{{ there.is.nothing }}")]);

    assert!(matches!(
        login(&app.debug(), "en"),
        Err(ViewsError::Render(_))
    ));
    let (views, broken) = app.release();
    assert_eq!(broken, Vec::<String>::new());
    assert!(login(&views, "en").unwrap().contains("<h1>Sign in</h1>"));
}

#[test]
fn pg_03_templates_that_would_not_be_escaped_are_not_loaded() {
    let app = App::with(&[
        ("login.txt", "{% broken"),
        ("builtin/login.html", "{% broken"),
    ]);

    assert!(
        login(&app.debug(), "en")
            .unwrap()
            .contains("<h1>Sign in</h1>")
    );
}

#[test]
fn pg_03_what_an_own_page_prints_is_escaped() {
    let page = "{{ client.name }}|{{ t(key=\"login-with\", provider=client.name) }}";
    let app = App::with(&[("login.html", page)]);

    let html = app
        .debug()
        .render("en", &sample::<LoginPage>("hostile"))
        .unwrap();

    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("Continue with &lt;img"), "{html}");
}
