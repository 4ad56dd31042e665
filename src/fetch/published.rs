//! What a test publishes in place of other servers: nothing of it leaves the machine.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Documents and mailboxes of a test, by URL.
#[derive(Default)]
pub(super) struct Published(Mutex<Places>);

#[derive(Default)]
struct Places {
    documents: HashMap<String, Arc<[u8]>>,
    mailboxes: HashMap<String, Vec<String>>,
}

impl Published {
    /// Every later fetch of `url` has this body.
    pub fn publish(&self, url: &str, body: &[u8]) {
        self.within(|places| drop(places.documents.insert(url.to_owned(), body.into())));
    }

    /// The document at `url`.
    pub fn document(&self, url: &str) -> Option<Arc<[u8]>> {
        self.within(|places| places.documents.get(url).cloned())
    }

    /// From now on, forms that are posted to `url` are kept.
    pub fn open_mailbox(&self, url: &str) {
        self.within(|places| {
            places.mailboxes.entry(url.to_owned()).or_default();
        });
    }

    /// Keeps a form that is posted to `url`, and says whether there is such a mailbox.
    pub fn keep(&self, url: &str, form: &str) -> bool {
        self.within(|places| {
            let mailbox = places.mailboxes.get_mut(url);
            mailbox.map(|forms| forms.push(form.to_owned())).is_some()
        })
    }

    /// The forms that came to `url`.
    pub fn mails(&self, url: &str) -> Vec<String> {
        self.within(|places| places.mailboxes.get(url).cloned().unwrap_or_default())
    }

    fn within<T>(&self, work: impl FnOnce(&mut Places) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
