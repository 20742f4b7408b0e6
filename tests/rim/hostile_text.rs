//! Text of a server or a contract cannot leave its place: in no format, and on no terminal.

use std::process::Command;

use probity::domain::text::is_unseen;
use serde_json::json;

use crate::origin::{Origin, answer};
use crate::support::{Folder, text};

/// Everything that is tried at once: lines of its own, sequences of a terminal, marks of direction and of no width, what XML
/// cannot hold, and what Markdown and those who render it act on.
const HOSTILE: &str = "h\nforged: line\r\n# forged\n\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{85}\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{fffe}\u{ffff}\u{1ffff}\u{2028}\
    | a | `b` ```\n```\n<img src=x onerror=y> ![i](http://x) [l](javascript:z) @victim fixes #123 GH-45 ]]> &lt; \u{0}";

/// As a string of YAML.
fn quoted(text: &str) -> String {
    let mut quoted = json!(text.replace('\u{0}', "")).to_string();
    for letter in text.chars().filter(|letter| is_unseen(*letter) && !letter.is_ascii()) {
        let code = u32::from(letter);
        quoted = quoted.replace(letter, &if code > 0xffff { format!("\\U{code:08x}") } else { format!("\\u{code:04x}") });
    }
    quoted.replace('\u{7f}', "\\x7f")
}

fn contract() -> String {
    let hostile = quoted(HOSTILE);
    format!(
        "openapi: 3.1.0\ninfo: {{title: {hostile}, version: {hostile}}}\npaths:\n  /a:\n    get:\n      operationId: {hostile}\n      tags: [{hostile}]\n      summary: {hostile}\n      responses:\n        \
         '200': {{description: {hostile}, headers: {{X-A: {{required: true, schema: {{type: integer}}}}}}, content: {{application/json: {{schema: {{type: object, required: [{hostile}], properties: {{n: {{type: integer}}}}}}}}}}}}\n        \
         '404': {{description: {hostile}}}\n        '500': {{description: {hostile}}}\n"
    )
}

/// Text outside of code spans and fenced blocks (`CommonMark` 0.31, sections 4.5 and 6.1).
fn prose(markdown: &str) -> String {
    let mut fence: Option<usize> = None;
    let mut prose = String::new();
    for line in markdown.lines() {
        let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            Some(open) if ticks >= open && line.len() == ticks => fence = None,
            None if ticks >= 3 && !line[ticks..].contains('`') => fence = Some(ticks),
            Some(_) => {}
            None => {
                let mut rest = line;
                while let Some(at) = rest.find('`') {
                    prose.push_str(&rest[..at]);
                    let open = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
                    let inner = &rest[at + open..];
                    let closing = (0..inner.len()).filter(|end| inner.is_char_boundary(*end)).find(|end| {
                        let run = inner[*end..].bytes().take_while(|byte| *byte == b'`').count();
                        run == open && !inner[..*end].ends_with('`')
                    });
                    let end = closing.unwrap_or_else(|| panic!("a code span that does not end: {line}"));
                    rest = &inner[end + open..];
                }
                prose.push_str(rest);
                prose.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a fence that does not end");
    prose
}

#[test]
fn text_from_outside_keeps_its_place_in_every_output() {
    let folder = Folder::with_contract("hostile-text", &contract());
    let origin = Origin::start(|head, _| {
        let body = json!({"n": HOSTILE, HOSTILE: [HOSTILE], "more": {HOSTILE: HOSTILE}}).to_string();
        let fields = "content-type: application/json\r\nx-a: \u{9b}31m\u{202e}\u{200b}`@victim`\r\nx-\u{7f}: 1\r\n".replace("x-\u{7f}: 1\r\n", "");
        if head.starts_with("GET /a ") { answer("200 OK", &fields, &body) } else { answer("418 No", &fields, &body) }
    });
    let run = folder.against(&origin.url, &["--retries", "0"]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run));
    let mut texts = vec![("terminal", text(&run)), ("list", text(&folder.run(&["list", "--contract", "contract.yaml", "--verbose"])))];
    for format in ["text", "json", "markdown", "junit"] {
        texts.push((format, text(&folder.run(&["report", "reports/report.json", "--format", format]))));
    }
    texts.push(("plan", text(&folder.run(&["plan", "--contract", "contract.yaml"]))));
    texts.push(("plan as JSON", text(&folder.run(&["plan", "--contract", "contract.yaml", "--format", "json"]))));
    texts.push(("bundle", text(&folder.run(&["bundle", "--contract", "contract.yaml"]))));
    texts.push(("diff", text(&folder.run(&["diff", "reports/report.json", "reports/report.json"]))));
    texts.push(("error", text(&folder.run(&["run", "--contract", "contract.yaml", "--only", HOSTILE.trim_end_matches('\u{0}'), "--status", "499"]))));
    for name in ["report.json", "report.md", "junit.xml"] {
        texts.push((name, folder.text(&format!("reports/{name}"))));
    }
    for (name, text) in &texts {
        let unseen: Vec<char> = text.chars().filter(|letter| *letter != '\n' && is_unseen(*letter)).collect();
        assert!(unseen.is_empty(), "{name}: {unseen:?}");
        if !matches!(*name, "error") {
            let forged: Vec<&str> = text.lines().filter(|line| line.starts_with("forged") || line.starts_with("# forged")).collect();
            assert!(forged.is_empty(), "{name}: {forged:?}");
        }
    }
    let markdown = folder.text("reports/report.md");
    let prose = prose(&markdown);
    for active in ["@victim", "#123", "GH-45", "<img", "](", "javascript:", "forged"] {
        assert!(markdown.contains(active) && !prose.contains(active), "{active} in\n{prose}");
    }
    let junit = folder.text("reports/junit.xml");
    assert!(!junit.contains("<img") && junit.matches("<testcase ").count() == 3, "{junit}");
}

/// What is written to a terminal, and not into a pipe, holds the sequences of the program alone.
#[test]
fn nothing_of_a_server_moves_the_cursor_of_a_real_terminal() {
    let folder = Folder::with_contract("hostile-terminal", &contract());
    let origin = Origin::start(|_, _| answer("200 OK", "content-type: application/json\r\n", &json!({"n": HOSTILE}).to_string()));
    let line = format!("{} run --contract contract.yaml --target {} --retries 0", env!("CARGO_BIN_EXE_probity"), origin.url);
    // util-linux: a pseudo terminal for a command.
    let Ok(output) = Command::new("script").args(["-qec", &line, "/dev/null"]).current_dir(&folder.0).env("TERM", "xterm").output() else { return };
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("body-schema"), "{shown}");
    assert!(!shown.contains("\u{1b}]0;") && !shown.contains("\u{1b}[2J") && !shown.contains('\u{9b}') && !shown.contains('\u{202e}'), "{shown:?}");
}
