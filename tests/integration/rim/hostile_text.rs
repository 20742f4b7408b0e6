//! Text from a server or a contract cannot break out of its place, in any format or terminal.

use std::io::BufRead;
use std::process::Command;

use probity::model::text::is_invisible;
use probity::report::FORMATS;
use serde_json::json;

use crate::rim::origin::{Origin, answer};
use crate::support::{Folder, text};

/// Everything that is tried at once: lines of its own, sequences of a terminal, marks of direction and of no width, what XML
/// cannot hold, and what Markdown and those who render it act on.
const HOSTILE: &str = "h\nforged: line\r\n# forged\n\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[5m\u{1b}[7A\u{9b}31m\u{85}\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{fffe}\u{ffff}\u{1ffff}\u{2028}\
    | a | `b` ```\n```\n<img src=x onerror=y> ![i](http://x) [l](javascript:z) @victim fixes #123 GH-45 ]]> &lt; \u{0}";

/// As a string of YAML.
fn quoted(text: &str) -> String {
    let mut quoted = json!(text.replace('\u{0}', "")).to_string();
    for letter in text.chars().filter(|letter| is_invisible(*letter) && !letter.is_ascii()) {
        let code = u32::from(letter);
        quoted = quoted.replace(letter, &if code > 0xffff { format!("\\U{code:08x}") } else { format!("\\u{code:04x}") });
    }
    quoted.replace('\u{7f}', "\\x7f")
}

fn contract() -> String {
    let (hostile, path) = (quoted(HOSTILE), quoted(&format!("/{HOSTILE}")));
    format!(
        "openapi: 3.1.0\ninfo: {{title: {hostile}, version: {hostile}}}\npaths:\n  /a:\n    get:\n      operationId: {hostile}\n      tags: [{hostile}]\n      summary: {hostile}\n      responses:\n        \
         '200': {{description: {hostile}, headers: {{X-A: {{required: true, schema: {{type: integer}}}}}}, content: {{application/json: {{schema: {{type: object, required: [{hostile}], properties: {{n: {{type: integer}}}}}}}}}}}}\n        \
         '404': {{description: {hostile}}}\n        '500': {{description: {hostile}}}\n  {path}:\n    post:\n      \
         description: {hostile}\n      parameters: [{{name: {hostile}, in: query, required: true, description: {hostile}, schema: {{enum: [{hostile}]}}}}]\n      \
         requestBody: {{description: {hostile}, required: true, content: {{application/json: {{schema: {{title: {hostile}, type: object, required: [{hostile}], properties: {{{hostile}: {{type: string, enum: [{hostile}]}}}}}}}}}}}}\n      \
         responses: {{'201': {{description: {hostile}}}, '400': {{description: {hostile}}}}}\nservers: [{{url: {hostile}, description: {hostile}}}]\n\
         components: {{schemas: {{A: {{title: {hostile}, type: {hostile}, pattern: {hostile}}}}}}}\n"
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

/// The first line of a command that does not end by itself.
fn first_line(mut command: Command) -> String {
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().expect("the command runs");
    let mut line = String::new();
    let read = std::io::BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line);
    let _ = child.kill();
    let _ = child.wait();
    assert!(read.is_ok() && line.contains("is served at"), "{line:?}");
    line
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
    for format in FORMATS.iter().map(|format| format.name) {
        texts.push((format, text(&folder.run(&["report", "reports/report.json", "--format", format]))));
    }
    texts.push(("plan", text(&folder.run(&["plan", "--contract", "contract.yaml"]))));
    texts.push(("plan as JSON", text(&folder.run(&["plan", "--contract", "contract.yaml", "--format", "json"]))));
    texts.push(("bundle", text(&folder.run(&["bundle", "--contract", "contract.yaml"]))));
    texts.push(("mock", first_line(folder.command(&["mock", "--contract", "contract.yaml", "--listen", "127.0.0.1:0"]))));
    texts.push(("diff", text(&folder.run(&["diff", "reports/report.json", "reports/report.json"]))));
    let nothing =
        folder.run(&["run", "--contract", "contract.yaml", "--target", "mock", "--only", HOSTILE.trim_end_matches('\u{0}'), "--status", "499"]);
    assert_eq!(nothing.status.code(), Some(4), "{}", text(&nothing));
    texts.push(("error", text(&nothing)));
    for name in ["report.json", "report.md", "junit.xml"] {
        texts.push((name, folder.text(&format!("reports/{name}"))));
    }
    for (name, text) in &texts {
        let unseen: Vec<char> = text.chars().filter(|letter| *letter != '\n' && is_invisible(*letter)).collect();
        assert!(unseen.is_empty(), "{name}: {unseen:?}");
        let forged: Vec<&str> = text.lines().filter(|line| line.starts_with("forged") || line.starts_with("# forged")).collect();
        assert!(forged.is_empty(), "{name}: {forged:?}");
    }
    let markdown = folder.text("reports/report.md");
    let prose = prose(&markdown);
    for active in ["@victim", "#123", "GH-45", "<img", "](", "javascript:", "forged"] {
        assert!(markdown.contains(active) && !prose.contains(active), "{active} in\n{prose}");
    }
    let junit = folder.text("reports/junit.xml");
    assert!(!junit.contains("<img") && junit.matches("<testcase ").count() == 6, "{junit}");
}

/// A terminal: what is shown on it of a command that is no pipe. `script` is of util-linux.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Folder, words: &[&str]) -> String {
    let quoted = |word: &&str| format!("'{}'", word.replace('\'', "'\\''"));
    let line: Vec<String> = std::iter::once(&env!("CARGO_BIN_EXE_probity")).chain(words).map(quoted).collect();
    let mut command = Command::new("script");
    command.args(["-qec", &line.join(" "), "/dev/null"]).current_dir(&folder.0).env("TERM", "xterm-256color").env_remove("NO_COLOR");
    let output = command.stdin(std::process::Stdio::null()).output().expect("`script` of util-linux");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is left of a text without the sequences that the program writes itself: colours, and those of its progress bar.
#[cfg(target_os = "linux")]
fn without_own_sequences(shown: &str) -> String {
    let mut rest = shown.to_owned();
    for code in ["0", "1", "2", "4", "22", "31", "32", "33", "34", "35", "36", "90", "91", "92", "93", "1;31", "1;33"] {
        rest = rest.replace(&format!("\u{1b}[{code}m"), "");
    }
    rest.replace("\u{1b}[2K", "").replace("\u{1b}[1A", "").replace(['\r', '\n'], "")
}

/// What is written to a terminal, and not into a pipe, holds the sequences of the program alone.
#[cfg(target_os = "linux")]
#[test]
fn nothing_from_outside_moves_the_cursor_of_a_real_terminal() {
    let folder = Folder::with_contract("hostile-terminal", &contract());
    let origin = Origin::start(|_, _| {
        let body = json!({"n": HOSTILE, HOSTILE: HOSTILE}).to_string();
        answer("200 OK", "content-type: application/json\r\nx-a: \u{9b}31m\u{202e}\u{200b}\r\n", &body)
    });
    let hostile = HOSTILE.replace('\u{0}', "");
    let contract = ["--contract", "contract.yaml"];
    let target = ["--target", origin.url.as_str(), "--retries", "0"];
    let commands: [(&[&str], &str); 14] = [
        (&["run", "--allow", "all"], "body-schema"),
        (&["run", "--target", "mock", "--full", "--out", "mock"], "conform"),
        (&["list", "--verbose"], "404"),
        (&["plan"], "requests"),
        (&["plan", "--format", "json"], "probes"),
        (&["bundle"], "openapi"),
        (&["report", "reports/report.json"], "body-schema"),
        (&["report", "reports/report.json", "--format", "json"], "body-schema"),
        (&["report", "reports/report.json", "--format", "markdown"], "body-schema"),
        (&["report", "reports/report.json", "--format", "junit"], "testsuite"),
        (&["judge", "reports/recording.json"], "body-schema"),
        (&["diff", "mock/report.json", "reports/report.json"], "ompared"),
        (&["run", "--target", "mock", "--only", &hostile, "--status", "499"], "nothing is selected"),
        (&["replay", &hostile], "probe"),
    ];
    for (words, says) in commands {
        let more: &[&str] = if words[0] == "run" && !words.contains(&"--target") { &target } else { &[] };
        let files: &[&str] = if matches!(words[0], "report" | "diff" | "replay") { &[] } else { &contract };
        let shown = on_a_terminal(&folder, &[words, files, more].concat());
        assert!(shown.contains(says), "{words:?}: {shown}");
        let obeyed: Vec<char> = without_own_sequences(&shown).chars().filter(|letter| is_invisible(*letter)).collect();
        assert!(obeyed.is_empty(), "{words:?}: {obeyed:?}\n{shown:?}");
    }
}
