//! Variants of header fields that say the same in another way, or more.

use super::Hook::Answer;
use super::{AnswerScope, DraftAnswer, Variant, origin};
use crate::model::contract::JSON_API;

const fn variant(name: &'static str, differs: &'static str, change: fn(&mut DraftAnswer, &AnswerScope<'_>)) -> Variant {
    Variant { name, class: "header", differs, hook: Answer(change) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    variant("extra-headers", "answers have header fields that the contract does not know", |draft, _| {
        for (name, value) in [
            ("Server", "example/1.0"),
            ("Cache-Control", "no-store"),
            ("Vary", "Accept, Authorization"),
            ("ETag", "W/\"17\""),
            ("Set-Cookie", "visit=17; Path=/; HttpOnly"),
            ("Strict-Transport-Security", "max-age=63072000"),
            ("X-Request-Id", "4bf92f3577b34da6"),
        ] {
            if draft.headers.iter().all(|(known, _)| !known.eq_ignore_ascii_case(name)) {
                draft.set(name, value);
            }
        }
    }),
    // RFC 9110, section 8.3.1: type and subtype are case-insensitive.
    variant("media-type-in-upper-case", "media types are written with capitals", |draft, _| {
        if let Some(media) = draft.media.clone().filter(|_| draft.body.is_some()) {
            draft.text = draft.text.take().or_else(|| Some(draft.written()));
            draft.media = Some(media.split('/').map(capital).collect::<Vec<_>>().join("/"));
        }
    }),
    // JSON:API 1.1, "Server Responsibilities": its own media type takes no such parameter.
    variant("media-type-with-charset", "media types that may have one carry a charset", |draft, _| {
        if let Some(media) = &mut draft.media
            && !media.contains(';')
            && media != JSON_API
            && (media.ends_with("json") || media.starts_with("text/"))
        {
            media.push_str("; charset=utf-8");
        }
    }),
    // RFC 9110, section 10.2.2: Location is a URI reference, relative or not.
    variant("location-absolute", "Location is an absolute URL", |draft, scope| {
        let Some(origin) = origin(scope) else { return };
        for (name, value) in &mut draft.headers {
            if name.eq_ignore_ascii_case("location") && value.starts_with('/') {
                *value = format!("{origin}{value}");
            }
        }
    }),
    // RFC 9110, section 10.2.3.
    variant("retry-after-beside", "429 has Retry-After beside the field of the contract", |draft, _| {
        if draft.status == 429 && draft.headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("retry-after")) {
            let own = draft.headers.iter().find(|(name, _)| name.to_ascii_lowercase().ends_with("retry-after"));
            let wait = own.map_or_else(|| "1".to_owned(), |(_, value)| value.clone());
            draft.set("Retry-After", wait);
        }
    }),
    variant("retry-after-instead", "429 has Retry-After in the place of another field, where the contract takes either", |draft, scope| {
        let responses = scope.contract.server_responses.iter().filter(|response| response.status.0 == draft.status);
        for rule in responses.flat_map(|response| &response.headers) {
            let either = rule.or.iter().any(|other| other.eq_ignore_ascii_case("retry-after"));
            for (name, _) in draft.headers.iter_mut().filter(|(name, _)| either && name.eq_ignore_ascii_case(&rule.name)) {
                "Retry-After".clone_into(name);
            }
        }
    }),
    // RFC 9110, section 10.2.1: Allow lists what the resource supports; optional whitespace may be left out.
    variant("allow-lists-more", "Allow lists HEAD and OPTIONS, too, without spaces", |draft, _| {
        for (name, value) in &mut draft.headers {
            if name.eq_ignore_ascii_case("allow") {
                *value = format!("{},HEAD,OPTIONS", value.replace(", ", ","));
            }
        }
    }),
    // RFC 9110, section 11.6.1: a field may hold several challenges.
    variant("challenges-several", "401 has a second challenge", |draft, _| {
        for (name, value) in &mut draft.headers {
            if name.eq_ignore_ascii_case("www-authenticate") {
                *value = format!("{value}, Bearer realm=\"other\"");
            }
        }
    }),
];

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
