//! Parses the values of arguments.

use crate::model::contract::RateLimit;

/// A mark of what a run makes.
pub(super) fn parse_mark(text: &str) -> Result<String, String> {
    let fits = text.len() >= 8 && text.len() <= 24 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits { Ok(text.to_owned()) } else { Err("write 8 to 24 small letters, digits and hyphens, for example probity-0123456789".to_owned()) }
}

/// Requests per seconds.
pub(super) fn window(text: &str) -> Result<RateLimit, String> {
    let (requests, seconds) = text.split_once('/').ok_or("write requests/seconds, for example 50/900")?;
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number > 0);
    match (number(requests), number(seconds)) {
        (Some(requests), Some(seconds)) => Ok(RateLimit { requests, seconds }),
        _ => Err("both numbers must be whole and above zero, for example 50/900".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_requests_per_seconds() {
        assert_eq!(window("50/900"), Ok(RateLimit { requests: 50, seconds: 900 }));
        assert!(window("50").is_err() && window("0/9").is_err() && window("a/b").is_err());
    }
}
