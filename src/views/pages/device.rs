//! `device.html`, `device_done.html`: where a person enters the code of a device, and decides about it.

use serde::Serialize;

use crate::{
    protocol::time::Seconds,
    views::{ErrorLine, FormError, Page, PageContext, PageVariables, Translations, samples},
};

use super::{ConsentPage, ScopeLine, Warning};

/// What a page of devices shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStep {
    /// The form for the code.
    #[default]
    Enter,
    /// The question whether the device may have access.
    Confirm,
    /// The device has access.
    Approved,
    /// The device has none.
    Denied,
}

/// Variables of `device.html`. With the step `confirm` it has those of `consent.html`, too.
#[derive(Clone, Default, Serialize)]
pub struct DevicePage {
    /// What the client asks for, and the variables of all pages.
    #[serde(flatten)]
    pub prompt: ConsentPage,
    /// What is shown.
    pub step: DeviceStep,
    /// The code that was entered, in groups; the person compares it with the device.
    pub user_code: String,
    /// How long ago the device asked, in words; when empty, the engine sets it from `asked_before`.
    pub asked: String,
    /// How long ago the device asked.
    #[serde(skip)]
    pub asked_before: Option<Seconds>,
    /// Network of the device, if it is known.
    pub network: Option<String>,
    /// Browser or program, and system, of the device, if they are known.
    pub agent: Option<String>,
}

impl DevicePage {
    /// The form for the code.
    #[must_use]
    pub fn enter(common: PageVariables) -> Self {
        Self {
            prompt: ConsentPage {
                common,
                ..ConsentPage::default()
            },
            ..Self::default()
        }
    }
}

impl PageContext for DevicePage {
    const PAGE: Page = Page::Device;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.prompt.common
    }

    fn translate(&mut self, words: &Translations) {
        self.prompt.translate(words);
        if let Some(before) = self.asked_before.filter(|_| self.asked.is_empty()) {
            let minutes = (before.get() / 60).max(0).to_string();
            self.asked = words.say_with("device-asked-ago", &[("minutes".to_owned(), minutes)]);
        }
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self::enter(samples::alone("device"));
        let wrong = PageVariables {
            errors: vec![ErrorLine::field("user_code", "error-field-user-code")],
            values: samples::values(&[("user_code", samples::MARKUP)]),
            ..samples::alone("device")
        };
        let limited = PageVariables {
            errors: vec![FormError::RateLimited.into()],
            values: samples::values(&[("user_code", "BCDF-GHJK")]),
            ..samples::alone("device")
        };
        let scope = |name: &str| ScopeLine {
            name: name.into(),
            checked: true,
            ..ScopeLine::default()
        };
        let confirm = Self {
            prompt: ConsentPage {
                common: samples::interaction("device"),
                scopes: vec![
                    ScopeLine {
                        required: true,
                        ..scope("openid")
                    },
                    scope("email"),
                ],
                access_for: Some(Seconds::days(30)),
                offline: true,
                narrowing: true,
                switch_account_action: "/oauth/device".into(),
                ..ConsentPage::default()
            },
            step: DeviceStep::Confirm,
            user_code: "BCDF-GHJK".into(),
            asked_before: Some(Seconds::minutes(2)),
            network: Some("203.0.113.0/24".into()),
            agent: Some("curl, Linux".into()),
            ..Self::default()
        };
        let hostile = Self {
            prompt: ConsentPage {
                common: samples::hostile("device"),
                warnings: vec![Warning::Unverified],
                narrowing: false,
                ..confirm.prompt.clone()
            },
            user_code: samples::MARKUP.into(),
            asked_before: Some(Seconds::ZERO),
            network: None,
            agent: None,
            ..confirm.clone()
        };
        vec![
            ("wrong", Self::enter(wrong)),
            ("limited", Self::enter(limited)),
            ("confirm", confirm),
            ("hostile", hostile),
            ("main", main),
        ]
    }
}

/// Variables of `device_done.html`, which tells how a person decided.
#[derive(Clone, Default, Serialize)]
pub struct DeviceDonePage {
    /// Variables of all pages.
    #[serde(flatten)]
    pub common: PageVariables,
    /// `approved` or `denied`.
    pub step: DeviceStep,
    /// Address of the page on which access is taken away.
    pub apps_url: String,
    /// Address of the form for a code.
    pub device_url: String,
}

impl PageContext for DeviceDonePage {
    const PAGE: Page = Page::DeviceDone;

    fn common_mut(&mut self) -> &mut PageVariables {
        &mut self.common
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let main = Self {
            common: samples::interaction("device"),
            step: DeviceStep::Approved,
            apps_url: "/oauth/apps".into(),
            device_url: "/oauth/device".into(),
        };
        vec![
            (
                "denied",
                Self {
                    step: DeviceStep::Denied,
                    ..main.clone()
                },
            ),
            (
                "hostile",
                Self {
                    common: samples::hostile("device"),
                    ..main.clone()
                },
            ),
            ("main", main),
        ]
    }
}
