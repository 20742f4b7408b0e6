//! Bad files and arguments give one clear error with the place, exit code 2, and no panic.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::rim::place::ONE;
use crate::support::{Folder, text};

/// A command of which one word is replaced, and what its error says in each case.
struct Taker {
    words: &'static [&'static str],
    /// Whether an empty file is as wrong as the others.
    empty: &'static str,
    /// What is said of a text that is nothing of the sort.
    wrong: &'static str,
}

const TAKERS: &[Taker] = &[
    Taker { words: &["run", "--contract", "FILE", "--target", "http://127.0.0.1:1"], empty: "FILE", wrong: "FILE" },
    Taker { words: &["list", "--contract", "FILE"], empty: "FILE", wrong: "FILE" },
    Taker { words: &["bundle", "--contract", "FILE"], empty: "FILE", wrong: "FILE" },
    Taker { words: &["mock", "--listen", "127.0.0.1:0", "--contract", "FILE"], empty: "FILE", wrong: "FILE" },
    Taker { words: &["run", "--suite", "FILE"], empty: "FILE: the suite names no contract", wrong: "FILE is not a valid suite" },
    Taker { words: &["judge", "FILE", "--contract", "contract.yaml"], empty: "FILE is no recording", wrong: "FILE is no recording" },
    Taker { words: &["report", "FILE"], empty: "FILE is no report", wrong: "FILE is no report" },
    Taker {
        words: &["run", "--contract", "contract.yaml", "--target", "http://127.0.0.1:1", "--ca", "FILE"],
        empty: "FILE: it holds no certificate",
        wrong: "FILE: it holds no certificate",
    },
    Taker {
        words: &["run", "--contract", "contract.yaml", "--target", "http://127.0.0.1:1", "--credentials", "FILE"],
        empty: "",
        wrong: "FILE is not a valid file of credentials",
    },
    Taker {
        words: &["plan", "--target", "http://127.0.0.1:1", "--credentials", "FILE"],
        empty: "",
        wrong: "FILE is not a valid file of credentials",
    },
];

/// How long a command may take that has nothing to do.
const LONGEST: Duration = Duration::from_secs(20);

/// Runs a command to its end, or ends it where it takes too long: it has no exit code then.
fn ended(mut command: Command) -> Output {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    while child.try_wait().expect("its end").is_none() {
        if started.elapsed() > LONGEST {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().expect("its output")
}

/// Runs a command, and holds its end against what every error has in common.
fn refused(folder: &Folder, words: &[&str], says: &str) -> Option<String> {
    let started = Instant::now();
    let output = ended(folder.command(words));
    let text = text(&output);
    let errors = text.lines().filter(|line| line.starts_with("error")).count();
    let good = output.status.code() == Some(2) && errors == 1 && text.contains(says) && !text.contains("panicked");
    let quick = started.elapsed() < LONGEST;
    let brief = text.len() < 4000;
    let clean = !folder.0.join("reports").exists();
    (!(good && quick && brief && clean)).then(|| format!("{words:?} ({:?}, {} bytes, says {says:?}):\n{:.800}", output.status, text.len(), text))
}

fn with_file(taker: &Taker, name: &str) -> Vec<String> {
    taker.words.iter().map(|word| word.replace("FILE", name)).collect()
}

#[test]
fn a_file_that_is_not_what_it_should_be_is_named() {
    let folder = Folder::with_contract("bad-files", ONE);
    std::fs::create_dir(folder.0.join("folder")).unwrap();
    std::fs::create_dir_all(folder.0.join("sealed")).unwrap();
    folder.write("empty", "");
    folder.write("binary", [0x7f, b'E', b'L', b'F', 0, 1, 0xff, 0xfe, 0, 0, 0xc3]);
    folder.write("nul", "a\0b: \0\n");
    folder.write("words", "nothing of the sort\n");
    folder.write("list", "[1, 2, 3]");
    folder.write("deep", format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)));
    folder.write("deep-objects", format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000)));
    let levels =
        (1..20).map(|level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "))).collect::<Vec<_>>().concat();
    folder.write("bomb", format!("a0: &a0 ha\n{levels}"));
    // A file with a hole takes no room on the disk.
    std::fs::File::create(folder.write("huge", "")).and_then(|file| file.set_len(6 << 30)).unwrap();
    let mut wrong = Vec::new();
    for taker in TAKERS {
        for (name, says) in [
            ("missing", "missing"),
            ("folder", "folder"),
            ("sealed/none", "none"),
            ("binary", "binary"),
            ("huge", "huge"),
            ("empty", taker.empty),
            ("nul", taker.wrong),
            ("words", taker.wrong),
            ("list", taker.wrong),
            ("deep", "deep"),
            ("deep-objects", "deep-objects"),
            ("bomb", taker.wrong),
        ] {
            // An empty file of credentials holds none, and that is told as such.
            if says.is_empty() {
                continue;
            }
            let words = with_file(taker, name);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            wrong.extend(refused(&folder, &words, &says.replace("FILE", name)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn a_contract_that_is_not_where_the_suite_says_is_named_with_the_suite() {
    let folder = Folder::with_contract("bad-suite", ONE);
    folder.write("suite.yaml", "name: lost\ncontract: gone/contract.yaml\n");
    assert_eq!(refused(&folder, &["run", "--suite", "suite.yaml"], "suite.yaml: contract: there is no file gone/contract.yaml"), None);
    folder.write("suite.yaml", "name: found\ncontract: contract.yaml\n");
    let output = folder.run(&["list", "--suite", "suite.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn a_file_that_a_contract_refers_to_is_named_with_the_place() {
    let folder = Folder::with_contract("bad-reference", ONE);
    for (target, what) in [("gone.yaml", "gone.yaml cannot be read"), ("notes.md", "notes.md is not a valid OpenAPI document")] {
        folder.write("notes.md", "- [a\n# Notes: *these\n");
        folder.write("root.yaml", format!("openapi: 3.1.0\npaths:\n  /a:\n    $ref: '{target}'\n"));
        let words = ["list", "--contract", "root.yaml"];
        assert_eq!(refused(&folder, &words, what), None);
        assert_eq!(refused(&folder, &words, "root.yaml#/paths/~1a: "), None);
    }
}

#[test]
fn a_mistyped_address_repeats_no_password() {
    let folder = Folder::with_contract("bad-address", ONE);
    let target = [
        "https://me:s3cret@host",
        "https://me:s3 cret@host",
        "htps://me:s3cret@host",
        "me:s3cret@host",
        "https:/me:s3cret@host:x",
        "http://host/?key=s3cret",
    ];
    for address in target {
        for words in [&["run", "--contract", "contract.yaml", "--target", address][..], &["plan", "--contract", "contract.yaml", "--target", address]]
        {
            let output = folder.run(words);
            assert!(output.status.code() == Some(2) && !text(&output).contains("s3"), "{address}: {}", text(&output));
        }
    }
    for address in ["me:s3cret@host:1", "http://me:s3cret@host:1", "http://me:s3 cret@host", "socks5://me:s3cret@host", "http://host:s3cret"] {
        let output = folder.against("http://127.0.0.1:1", &["--proxy", address]);
        assert!(output.status.code() == Some(2) && !text(&output).contains("s3"), "{address}: {}", text(&output));
    }
}

/// Who reads a contract of another author does not show what else is on this machine, and does not wait for ever.
#[cfg(unix)]
#[test]
fn a_contract_opens_no_pipe_and_shows_no_file_above_its_folder() {
    let folder = Folder::with_contract("bad-elsewhere", ONE);
    std::fs::create_dir_all(folder.0.join("inner")).unwrap();
    folder.write("secret.txt", "root: [s3cret\n\ts3cret: *s3cret\n");
    std::os::unix::fs::symlink("../secret.txt", folder.0.join("inner/link.yaml")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.0.join("inner/pipe")).status().unwrap().success());
    let said = |target: &str| {
        folder.write("inner/root.yaml", format!("openapi: 3.1.0\npaths:\n  /a:\n    $ref: '{target}'\n"));
        let output = ended(folder.command(&["list", "--contract", "inner/root.yaml"]));
        (output.status.code(), text(&output))
    };
    for target in ["../secret.txt", "link.yaml", "../secret.txt#/root"] {
        let (code, said) = said(target);
        assert!(code == Some(2) && said.contains("root.yaml#/paths/~1a: ") && !said.contains("s3cret"), "{target}: {said}");
    }
    let up = "../".repeat(folder.0.components().count());
    for target in ["pipe".to_owned(), "./pipe#/a".to_owned(), format!("{up}dev/zero"), format!("{up}dev/tty")] {
        let (code, said) = said(&target);
        assert!(code == Some(2) && said.contains("cannot be read"), "{target}: {said}");
    }
}

#[test]
fn an_argument_out_of_its_range_is_named() {
    let folder = Folder::with_contract("bad-arguments", ONE);
    folder.write("taken", "");
    let against = ["run", "--contract", "contract.yaml", "--target"];
    let with = |more: &[&'static str]| [&against[..], &["http://127.0.0.1:1"], more].concat();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (with(&["--timeout", "0"]), "--timeout"),
        (with(&["--timeout", "3601"]), "--timeout"),
        (with(&["--timeout", "soon"]), "--timeout"),
        (with(&["--max-answer", "0"]), "--max-answer"),
        (with(&["--max-answer", "99999999999999999999999"]), "--max-answer"),
        (with(&["--jobs", "0"]), "--jobs"),
        (with(&["--jobs", "65"]), "--jobs"),
        (with(&["--status", "99"]), "--status"),
        (with(&["--status", "600"]), "--status"),
        (with(&["--window", "0/5"]), "--window"),
        (with(&["--window", "5"]), "--window"),
        (with(&["--window", "5/99999999999"]), "--window"),
        (with(&["--budget=-1"]), "--budget"),
        (with(&["--seed", "18446744073709551616"]), "--seed"),
        (with(&["--profile", "everything"]), "--profile"),
        (with(&["--ca"]), "--ca"),
        ([&against[..], &[""]].concat(), "--target"),
        ([&against[..], &["api.example.com"]].concat(), "--target"),
        ([&against[..], &["http://127.0.0.1:99999"]].concat(), "--target"),
        ([&against[..], &["file:///etc/passwd"]].concat(), "--target"),
        ([&against[..], &["http://h/?a=b"]].concat(), "--target"),
        (vec!["mock", "--listen", "here"], "--listen"),
        (vec!["report", "contract.yaml", "--format", "poem"], "contract.yaml"),
        (vec!["no-such-command"], "no-such-command"),
    ];
    let wrong: Vec<String> = cases.iter().filter_map(|(words, says)| refused(&folder, words, says)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_place_for_reports_that_is_none_is_named() {
    let folder = Folder::with_contract("bad-out", ONE);
    folder.write("taken", "");
    let origin = crate::rim::origin::Origin::start(|_, _| crate::rim::origin::json("{}"));
    for out in ["taken", "taken/below", "/proc/nowhere"] {
        let output = folder.against(&origin.url, &["--out", out]);
        assert!(output.status.code() == Some(2) && text(&output).contains("--out") && text(&output).contains(out), "{out}: {}", text(&output));
    }
    assert!(origin.seen().is_empty(), "it is tried before the first request: {:?}", origin.seen());
}

#[cfg(unix)]
#[test]
fn a_file_of_credentials_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with_contract("bad-mode", ONE);
    let path = folder.write("ours", "PROBITY_TOKEN=s3cret-of-the-file\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    for command in ["run", "plan"] {
        let words = [command, "--contract", "contract.yaml", "--target", "http://127.0.0.1:1", "--credentials", "ours"];
        assert_eq!(refused(&folder, &words, "chmod 600 ours"), None);
    }
}

#[test]
fn a_credential_that_cannot_be_sent_is_named_and_not_shown() {
    let contract = ONE.replace("paths:", "security: [{pair: []}]\ncomponents: {securitySchemes: {pair: {type: http, scheme: basic}}}\npaths:");
    let folder = Folder::with_contract("bad-credential", &contract);
    for (username, password, says) in
        [("a:b", "s3cret-word", "PROBITY_PAIR_USERNAME holds a colon"), ("a", "s3cret\x07word", "PROBITY_PAIR_PASSWORD holds a line break")]
    {
        folder.write("ours", format!("PROBITY_PAIR_USERNAME={username}\nPROBITY_PAIR_PASSWORD={password}\n"));
        let words = ["run", "--contract", "contract.yaml", "--target", "http://127.0.0.1:1", "--credentials", "ours"];
        assert_eq!(refused(&folder, &words, says), None);
        assert!(!text(&folder.command(&words).output().unwrap()).contains("s3cret"));
    }
}
