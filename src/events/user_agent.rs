//! The family of a browser and its system: enough to recognise one's own device, too little to
//! follow somebody by.

/// Product tokens that name a browser, more special ones first: Edge calls itself Chrome, Chrome
/// calls itself Safari.
const BROWSERS: [(&str, &str); 13] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-", "Python"),
    ("okhttp", "okhttp"),
    ("node", "Node.js"),
];

/// Words that name a system, more special ones first: Android calls itself Linux.
const SYSTEMS: [(&str, &str); 8] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Returns browser and system, such as `Firefox, Linux`; `other` where neither is known.
pub fn family(user_agent: &str) -> String {
    let name = |list: &[(&str, &'static str)]| {
        let mut found = list.iter().filter(|(word, _)| user_agent.contains(word));
        found.next().map(|(_, name)| *name)
    };
    match (name(&BROWSERS), name(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "other".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::family;

    #[rstest]
    #[case::firefox(
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Firefox, Linux"
    )]
    #[case::chrome(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        "Chrome, Windows"
    )]
    #[case::edge(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        "Edge, Windows"
    )]
    #[case::safari(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
        "Safari, iOS"
    )]
    #[case::android(
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
        "Chrome, Android"
    )]
    #[case::tool("curl/8.5.0", "curl")]
    #[case::nothing("\u{1b}[31m", "other")]
    fn families(#[case] user_agent: &str, #[case] expected: &str) {
        assert_eq!(family(user_agent), expected);
    }
}
