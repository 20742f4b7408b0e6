//! Secrets in forty encodings, in eight places of an answer, appear in nothing that is written.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use probity::report::FORMATS;
use serde_json::json;

use crate::rim::origin::{Origin, answer};
use crate::rim::secrets::written;
use crate::support::{Folder, text};

const PASSWORD: &str = "pässwörtß/42&C<o>'\"=";
const KEY: &str = "7345190826";
const PLACES: [&str; 8] = ["value", "name", "field", "field-name", "text", "location", "markup", "error"];

/// Bytes as hexadecimal digits, each pair made by a format.
fn hex(text: &str, pair: fn(usize, u8) -> String) -> String {
    text.bytes().enumerate().map(|(index, byte)| pair(index, byte)).collect()
}

fn units(text: &str, unit: fn(usize, u16) -> String) -> String {
    text.encode_utf16().enumerate().map(|(index, code)| unit(index, code)).collect()
}

fn letters(text: &str, letter: fn(usize, char) -> String) -> String {
    text.chars().enumerate().map(|(index, one)| letter(index, one)).collect()
}

fn wrapped(text: &str, width: usize, end: &str) -> String {
    text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>().join(end)
}

fn latin(letter: char) -> String {
    match letter {
        'ä' => "&auml".to_owned(),
        'ö' => "&ouml;".to_owned(),
        'ß' => "&szlig;".to_owned(),
        '&' => "&amp".to_owned(),
        '<' => "&lt".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&QUOT;".to_owned(),
        '\'' => "&apos;".to_owned(),
        '/' => "&sol;".to_owned(),
        '=' => "&equals;".to_owned(),
        letter => letter.to_string(),
    }
}

/// Written here without a look at how the program finds them.
fn encodings() -> Vec<String> {
    let padded = format!("{}{PASSWORD}{}", "lead ".repeat(17), " end".repeat(17));
    let quoted = json!(PASSWORD).to_string();
    let read = |letter: &str| PASSWORD.replace('ä', "Ã¤").replace('ö', "Ã¶").replace('ß', letter);
    // The second byte of ß is a letter in one of these sets and a control in the other.
    let (windows, latin_1) = (read("ÃŸ"), read("Ã\u{9f}"));
    vec![
        PASSWORD.to_owned(),
        STANDARD.encode(PASSWORD),
        STANDARD_NO_PAD.encode(PASSWORD),
        URL_SAFE.encode(format!("x{PASSWORD}")),
        URL_SAFE_NO_PAD.encode(format!("xy{PASSWORD}z")),
        STANDARD.encode(format!("somebody:{PASSWORD}")),
        format!("Basic {}", STANDARD.encode(format!("somebody:{PASSWORD}"))),
        wrapped(&STANDARD.encode(&padded), 64, "\n"),
        wrapped(&STANDARD.encode(&padded), 76, "\r\n"),
        wrapped(&STANDARD.encode(PASSWORD), 7, "\n  "),
        hex(PASSWORD, |_, byte| format!("{byte:02x}")),
        hex(PASSWORD, |_, byte| format!("{byte:02X}")),
        hex(PASSWORD, |index, byte| if index % 2 == 0 { format!("{byte:02x}") } else { format!("{byte:02X}") }),
        hex(PASSWORD, |_, byte| format!("{byte:02x}:")),
        hex(PASSWORD, |_, byte| format!("{byte:02X} ")),
        hex(PASSWORD, |_, byte| format!("\\x{byte:02x}")),
        utf8_percent_encode(PASSWORD, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(PASSWORD, NON_ALPHANUMERIC).to_string().to_lowercase(),
        hex(PASSWORD, |index, byte| if index % 2 == 0 { format!("%{byte:02x}") } else { format!("%{byte:02X}") }),
        utf8_percent_encode(&utf8_percent_encode(PASSWORD, NON_ALPHANUMERIC).to_string(), NON_ALPHANUMERIC).to_string(),
        url::form_urlencoded::byte_serialize(PASSWORD.as_bytes()).collect(),
        quoted[1..quoted.len() - 1].to_owned(),
        quoted[1..quoted.len() - 1].replace('/', "\\/"),
        units(PASSWORD, |_, code| format!("\\u{code:04x}")),
        units(PASSWORD, |_, code| format!("\\u{code:04X}")),
        units(PASSWORD, |index, code| if index % 2 == 0 { format!("\\u{code:04X}") } else { format!("\\u{code:04x}") }),
        units(PASSWORD, |_, code| format!("%u{code:04X}")),
        letters(PASSWORD, |_, letter| format!("&#{};", u32::from(letter))),
        letters(PASSWORD, |_, letter| format!("&#x{:x};", u32::from(letter))),
        letters(PASSWORD, |_, letter| format!("&#X{:06X};", u32::from(letter))),
        letters(PASSWORD, |_, letter| format!("&#{}", u32::from(letter))),
        letters(PASSWORD, |_, letter| latin(letter)),
        letters(PASSWORD, |index, letter| if index % 2 == 0 { format!("&#{};", u32::from(letter)) } else { latin(letter) }),
        letters(&latin_all(PASSWORD), |_, letter| if letter == '&' { "&amp;".to_owned() } else { letter.to_string() }),
        PASSWORD.bytes().map(char::from).collect(),
        latin_1,
        windows.clone(),
        letters(&windows, |_, letter| latin(letter)),
        PASSWORD.replace(['ä', 'ö', 'ß'], "?"),
        PASSWORD.replace(['ä', 'ö', 'ß'], "\u{fffd}"),
        PASSWORD.replace('ä', "%E4").replace('ö', "%F6").replace('ß', "%DF"),
        hex(PASSWORD, |_, byte| format!("={byte:02X}")),
        KEY.to_owned(),
        format!("{KEY}.0"),
        "7.345190826e9".to_owned(),
        "7.345190826e+9".to_owned(),
        "7.345190826e+09".to_owned(),
        "7.345190826E+09".to_owned(),
        STANDARD.encode(KEY),
        hex(KEY, |_, byte| format!("{byte:02x}")),
    ]
}

fn latin_all(text: &str) -> String {
    letters(text, |_, letter| latin(letter))
}

/// An operation for each encoding in each place.
fn contract(count: usize) -> String {
    let mut text = "openapi: 3.1.0\ninfo: {title: Encodings, version: '1'}\nsecurity: [{pair: [], key: []}]\npaths:\n".to_owned();
    for index in 0..count {
        for place in PLACES {
            let _ = writeln!(
                text,
                "  /e/{index}/{place}: {{get: {{operationId: e{index}.{place}, responses: {{'200': {{description: d, content: {{application/json: {{schema: {{type: object, required: [n]}}}}}}}}}}}}}}"
            );
        }
    }
    text + "components:\n  securitySchemes:\n    pair: {type: http, scheme: basic}\n    key: {type: apiKey, in: header, name: X-Api-Key}\n"
}

/// An answer with a text in a place; without it where no answer can hold it there.
fn told(place: &str, form: &str) -> Vec<u8> {
    let line = !form.contains(['\r', '\n']);
    let token = form.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    let media = "content-type: application/json\r\n";
    match place {
        "value" => answer("200 OK", media, &json!({"a": [format!("say {form}.")]}).to_string()),
        "name" => answer("200 OK", media, &json!({form: 1, "b": {format!("x {form}"): 2}}).to_string()),
        "field" if line => answer("200 OK", &format!("{media}x-echo: {form}\r\n"), "{}"),
        "field-name" if token => answer("200 OK", &format!("{media}x{form}: 1\r\n"), "{}"),
        "text" => answer("200 OK", "content-type: text/plain\r\n", &format!("you said {form}")),
        "location" if line => answer("303 See Other", &format!("{media}location: /x?said={form}\r\n"), "{}"),
        "markup" => answer("200 OK", "content-type: text/html\r\n", &format!("<p title=\"x\">{form}</p>")),
        "error" => answer("400 Bad Request", media, &json!({"errors": [{"detail": format!("no {form} here"), "raw": form}]}).to_string()),
        _ => answer("200 OK", media, "{}"),
    }
}

#[test]
fn no_encoding_in_no_place_leaves_the_run() {
    let forms = encodings();
    assert!(forms.len() >= 40);
    let folder = Folder::with_contract("encodings", &contract(forms.len()));
    folder.write("ours", format!("PROBITY_PAIR_USERNAME=somebody\nPROBITY_PAIR_PASSWORD={PASSWORD}\nPROBITY_KEY={KEY}\n"));
    let known = forms.clone();
    let origin = Origin::start(move |head, _| {
        let mut parts = head.split([' ', '/']).skip_while(|part| *part != "e").skip(1);
        let form = parts.next().and_then(|index| index.parse::<usize>().ok()).and_then(|index| known.get(index));
        form.map_or_else(|| answer("404 Not Found", "", ""), |form| told(parts.next().unwrap_or_default(), form))
    });
    let more = ["--credentials", "ours", "--retries", "0"];
    let output = folder.against(&origin.url, &more);
    let mut printed = vec![("terminal".to_owned(), text(&output))];
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    for format in FORMATS.iter().map(|format| format.name) {
        printed.push((format.to_owned(), text(&folder.run(&["report", "reports/report.json", "--format", format]))));
    }
    let replayed = [&["replay", "e7.markup::200::success", "--contract", "contract.yaml"][..], &more[..2]].concat();
    printed.push(("replay".to_owned(), text(&folder.run(&replayed))));
    printed.extend(written(&folder, ""));
    assert!(printed.iter().any(|(_, text)| text.contains("no-echo")) && printed.len() >= 11, "{} texts", printed.len());
    let taken = folder.text("reports/recording.json").matches("[credentials]").count();
    assert!(taken > forms.len() * 6, "{taken} places of an answer have lost a secret");
    // What the answers that were kept say: each place of each encoding has lost it.
    let mut leaks: Vec<String> = Vec::new();
    for (name, text) in &printed {
        for (index, form) in forms.iter().enumerate() {
            let quoted = json!(form).to_string();
            let shown = [form.trim_end_matches(['=', ':', ' ']), &quoted[1..quoted.len() - 1]];
            if shown.iter().any(|form| text.contains(*form) || text.contains(&form.to_lowercase())) {
                leaks.push(format!("encoding {index} ({form:?}) in {name}"));
            }
        }
    }
    assert_eq!(leaks, Vec::<String>::new());
}
