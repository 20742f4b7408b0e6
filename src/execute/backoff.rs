//! Computes how long to wait after a 429.

use std::time::Duration;

use jiff::Timestamp;

use super::ExecutionSettings;
use crate::model::exchange::Answer;

/// The wait that is kept after an answer 429: what the server asks for, as long as that makes sense; else the length of the
/// shortest window that is kept on our side. `None` when there is neither.
pub fn wait_to_keep(answer: &Answer, settings: &ExecutionSettings) -> Option<Duration> {
    let sane = |wait: &Duration| !wait.is_zero() && *wait <= settings.longest_wait;
    let window = || settings.windows.iter().map(|window| Duration::from_secs(u64::from(window.seconds))).min();
    requested_wait(answer, Timestamp::now()).filter(sane).or_else(window)
}

/// What an answer asks for: the longest of all header fields that end in `Retry-After` (RFC 9110, section 10.2.3: seconds,
/// or a date).
fn requested_wait(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let asked = answer.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with("retry-after"));
    asked.filter_map(|(_, value)| seconds(value.trim(), now)).max().map(Duration::from_secs)
}

fn seconds(value: &str, now: Timestamp) -> Option<u64> {
    let date = || jiff::fmt::rfc2822::parse(value).ok().map(|date| date.timestamp().as_second() - now.as_second());
    value.parse::<u64>().ok().or_else(|| date().and_then(|rest| u64::try_from(rest).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::contract::{RateLimit, Status};
    use crate::model::exchange::AnswerContent;

    fn wait(headers: &[(&str, &str)], windows: Vec<RateLimit>) -> Option<u64> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = Answer { status: Status(429), headers, body: AnswerContent::Empty, millis: 0, echoes_credentials: false };
        let settings = ExecutionSettings {
            base: String::new(),
            jobs: 1,
            poll: Duration::ZERO,
            patience: Duration::ZERO,
            budget: None,
            windows,
            before: Vec::new(),
            hooks: crate::execute::ResourceHooks::default(),
            longest_wait: Duration::from_secs(1000),
            sweep: false,
        };
        wait_to_keep(&answer, &settings).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_that_makes_sense_is_kept_in_full() {
        assert_eq!(wait(&[("x-limit-retry-after", "812")], Vec::new()), Some(812));
        assert_eq!(wait(&[("retry-after", "5"), ("x-limit-retry-after", "7")], Vec::new()), Some(7));
    }

    #[test]
    fn nonsense_gives_way_to_the_length_of_the_window() {
        for headers in [&[][..], &[("retry-after", "-5")], &[("retry-after", "31536000")], &[("retry-after", "0")], &[("retry-after", "soon")]] {
            assert_eq!(wait(headers, vec![RateLimit { requests: 1000, seconds: 86_400 }, RateLimit { requests: 50, seconds: 900 }]), Some(900));
            assert_eq!(wait(headers, Vec::new()), None);
        }
    }

    #[test]
    fn a_date_is_a_wait_as_well() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(37));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:48:37 GMT", now), None);
    }
}
