//! Shortens addresses that were given as arguments for use in messages, without credentials.

/// A text in quotes where it is plainly an address, and else no more than that it is not: a mistyped one may hold a password
/// anywhere.
pub fn quoted_address(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    let scheme = text.len() - rest.len();
    let plain = text[..scheme].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.:/".contains(&byte))
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-. ".contains(&byte))
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte));
    if plain { format!("{text:?}") } else { "(what was given is not repeated here, as it may hold a password)".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_plainly_an_address_is_repeated() {
        for text in ["api.example.com", "ftp://example.com", "http://", "http://h:80/api/v1", "127.0.0.1:99999"] {
            assert_eq!(quoted_address(text), format!("{text:?}"));
        }
        let hidden = [
            "https://me:s3cret@host",
            "htps://me:s3cret@host",
            "https://me:s3 cret@host",
            "me:s3cret@host:1",
            "me:s3cret",
            "http://me:s3cret",
            "https:/me:s3cret@host",
            "http://host?key=s3cret",
            "http://host#s3cret",
            "http://host/@s3cret",
            "http:me:s3cret@host",
            "s3cret@host",
            "http://me%3As3cret",
            "https//me:s3cret@h",
        ];
        for text in hidden {
            assert!(!quoted_address(text).contains("s3cret"), "{text}");
        }
    }
}
