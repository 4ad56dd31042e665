//! `display` (OpenID Connect Core §3.1.2.1).

/// The values of `display` for which pages look different. Any other value is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// A page of its own.
    Page,
    /// A small window.
    Popup,
    /// A device with a touch screen.
    Touch,
}

impl Display {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::Page, Self::Popup, Self::Touch];

    /// The value as it stands in the request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Popup => "popup",
            Self::Touch => "touch",
        }
    }

    /// Reads the value of the parameter.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|display| display.as_str() == word)
    }
}
