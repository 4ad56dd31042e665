//! The way of a browser through the pages of the app, at which the person does what is asked.

use axum_test::TestResponse;

use super::{
    person::{ActKind, Decision},
    report::{Checked, Stop},
    suite::Suite,
    visit::Landed,
};
use crate::testing::{
    browser::{Browser, leads_to},
    page::Page,
};

/// More pages in a row than any login has.
const MAX_PAGES: usize = 12;

/// The way of a browser to `stop`, an address outside of the app.
pub(super) struct Journey<'a, 'j> {
    pub suite: &'a Suite<'a>,
    pub stop: &'j str,
    pub decision: Decision,
}

/// Where a browser came to, and what it saw.
pub(super) struct Walked<'a> {
    pub browser: Browser<'a>,
    pub landed: Landed,
    /// What the person did, page by page.
    pub acts: Vec<ActKind>,
    /// The HTML of the pages at which the person did something.
    pub pages: Vec<String>,
}

impl<'a> Journey<'a, '_> {
    /// Follows redirects, and lets the person answer every page, up to the end.
    pub async fn walk(
        &self,
        mut browser: Browser<'a>,
        url: &str,
        answer: TestResponse,
    ) -> Checked<Walked<'a>> {
        let mut page = browser.follow(url, answer, Some(self.stop)).await;
        let (mut acts, mut pages) = (Vec::new(), Vec::new());
        for _ in 0..MAX_PAGES {
            if let Some(landed) = self.end_of(&page) {
                return Ok(Walked {
                    browser,
                    landed,
                    acts,
                    pages,
                });
            }
            let Some(act) = self.suite.person.answer(&page, self.decision) else {
                let landed = Landed::Page(Box::new(page));
                return Ok(Walked {
                    browser,
                    landed,
                    acts,
                    pages,
                });
            };
            acts.push(act.kind);
            pages.push(page.html());
            let answer = browser.post(&act.form).await;
            page = browser
                .follow(&act.form.action, answer, Some(self.stop))
                .await;
        }
        Err(Stop::failed(format!("the pages have no end: {}", page.url)))
    }

    /// The end of the way, if the page is one.
    fn end_of(&self, page: &Page) -> Option<Landed> {
        let status = page.response.status_code();
        if status.is_redirection() {
            // Only redirects that leave the app are not followed.
            let at_client = leads_to(&page.url, self.stop);
            return Some(if at_client {
                Landed::client_by_query(&page.url)
            } else {
                Landed::Elsewhere(page.url.clone())
            });
        }
        if !status.is_success() {
            return None;
        }
        let forms = page.all_forms().into_iter();
        let mut posted = forms.filter(|form| leads_to(&form.action, self.stop));
        posted.next().map(Landed::client_by_form)
    }
}
