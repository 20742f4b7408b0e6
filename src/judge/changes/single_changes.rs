//! Each kind of change by itself, those that are none, and all at once.

use serde_json::{Value, json};

use super::kind_names;
use super::two_small_runs::{SmallRun, compared, contract_of_things};
use crate::model::change::{ChangeClass, ChangeReport, Clients};
use crate::model::keep::Keep;

/// What is done to the answers of a run.
type Edit = fn(&mut Value);

/// A change by name: to the older and to the newer run, and the kind, the class and the place that it is told with.
struct Single(&'static str, Edit, Edit, (&'static str, ChangeClass, &'static str));

const B: ChangeClass = ChangeClass::Breaking;
const R: ChangeClass = ChangeClass::Risky;
const U: ChangeClass = ChangeClass::Unclear;
const H: ChangeClass = ChangeClass::Harmless;

fn unchanged(_: &mut Value) {}

/// The attributes of the thing that the run made, in the answer to `get`.
fn own_attributes(answers: &mut Value) -> &mut Value {
    &mut answers["get"][2]["data"]["attributes"]
}

fn error<'a>(answers: &'a mut Value, probe: &str) -> &'a mut Value {
    &mut answers[probe][2]["errors"][0]
}

/// The things of a list.
fn each_listed(answers: &mut Value, change: impl Fn(&mut Value)) {
    answers["list"][2]["data"].as_array_mut().unwrap().iter_mut().for_each(change);
}

fn remove_member(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().shift_remove(name);
}

#[rustfmt::skip]
const SINGLE: &[Single] = &[
    Single("another status", unchanged, |all| all["get"][0] = json!(203), ("status", B, "status")),
    Single("a status that is right at last", |all| all["missing"][0] = json!(400), unchanged, ("status", R, "status")),
    Single("a failure", unchanged, |all| all["get"][0] = json!(500), ("status", B, "status")),
    Single("no answer", unchanged, |all| all["get"] = Value::Null, ("less-seen", U, "status")),
    Single("no item where items were", unchanged, |all| all["list"][2]["data"] = json!([]), ("less-seen", U, "body /data")),
    Single("a required member gone", unchanged, |all| remove_member(own_attributes(all), "name"), ("member-missing", B, "body /data/attributes/name")),
    Single("an optional member gone", unchanged, |all| remove_member(own_attributes(all), "email"), ("member-missing", R, "body /data/attributes/email")),
    Single("a member of each item gone", unchanged, |all| each_listed(all, |item| remove_member(&mut item["attributes"], "email")), ("member-missing", R, "body /data/*/attributes/email")),
    Single("a value that is null", unchanged, |all| own_attributes(all)["email"] = Value::Null, ("member-null", B, "body /data/attributes/email")),
    Single("null left out", unchanged, |all| remove_member(own_attributes(all), "nick"), ("null-absent", R, "body /data/attributes/nick")),
    Single("null shown", |all| remove_member(own_attributes(all), "nick"), unchanged, ("null-absent", R, "body /data/attributes/nick")),
    Single("a number that is text", unchanged, |all| own_attributes(all)["count"] = json!("3"), ("type", B, "body /data/attributes/count")),
    Single("a text that is an object", unchanged, |all| own_attributes(all)["email"] = json!({"at": "a@example.com"}), ("type", B, "body /data/attributes/email")),
    Single("a second type in a list", unchanged, |all| own_attributes(all)["tags"] = json!(["x", 1]), ("type", B, "body /data/attributes/tags/*")),
    Single("a whole number that is a fraction", unchanged, |all| own_attributes(all)["count"] = json!(3.5), ("type", B, "body /data/attributes/count")),
    Single("a number beyond 32 bits", unchanged, |all| own_attributes(all)["count"] = json!(3_000_000_000_u64), ("number-range", R, "body /data/attributes/count")),
    Single("1 that is 1.0", unchanged, |all| own_attributes(all)["price"] = json!(10.0), ("number-range", R, "body /data/attributes/price")),
    Single("a moment with an offset", unchanged, |all| own_attributes(all)["made"] = json!("2024-02-03T04:05:06+01:00"), ("form", R, "body /data/attributes/made")),
    Single("a date for a moment", unchanged, |all| own_attributes(all)["made"] = json!("2024-02-03"), ("form", R, "body /data/attributes/made")),
    Single("an absolute link", unchanged, |all| all["get"][2]["data"]["links"]["self"] = json!("http://t/things/2041"), ("form", R, "body /data/links/self")),
    Single("a word in capitals", unchanged, |all| own_attributes(all)["state"] = json!("OPEN"), ("form", R, "body /data/attributes/state")),
    Single("a value that the contract does not name", unchanged, |all| own_attributes(all)["colour"] = json!("blue"), ("enum-new", B, "body /data/attributes/colour")),
    Single("another default", unchanged, |all| own_attributes(all)["state"] = json!("closed"), ("default", B, "body /data/attributes/state")),
    Single("a known member that is shown", unchanged, |all| own_attributes(all)["later"] = json!("x"), ("default-shown", R, "body /data/attributes/later")),
    Single("a new member", unchanged, |all| own_attributes(all)["added"] = json!(1), ("member-new", H, "body /data/attributes/added")),
    Single("a new member of a closed object", unchanged, |all| own_attributes(all)["size"]["height"] = json!(1), ("member-new", B, "body /data/attributes/size/height")),
    Single("another constant", |all| all["get"][2]["version"] = json!("1.2"), |all| all["get"][2]["version"] = json!("1.3"), ("constant", R, "body /version")),
    Single("other plain values", unchanged, |all| own_attributes(all)["tags"] = json!(["x", "z"]), ("constant", R, "body /data/attributes/tags")),
    Single("a renamed member", unchanged, |all| { remove_member(own_attributes(all), "email"); own_attributes(all)["mail"] = json!("a@example.com") }, ("renamed", B, "body /data/attributes/email")),
    Single("another order", unchanged, |all| all["list"][2]["data"].as_array_mut().unwrap().reverse(), ("order", R, "body /data")),
    Single("a smaller page", unchanged, |all| drop(all["list"][2]["data"].as_array_mut().unwrap().pop()), ("page-size", B, "body")),
    Single("no next page", unchanged, |all| remove_member(&mut all["list"][2], "links"), ("next-missing", B, "body")),
    Single("a list for an object", unchanged, |all| all["get"][2] = json!([]), ("top-shape", B, "body")),
    Single("another wrapper", unchanged, |all| { let data = all["get"][2]["data"].take(); all["get"][2] = json!({"items": data}) }, ("top-shape", B, "body")),
    Single("text for JSON", unchanged, |all| all["get"][2] = json!("sorry"), ("top-shape", B, "body")),
    Single("another code", unchanged, |all| error(all, "missing")["code"] = json!("E2"), ("error-code", B, "body /errors/*/code")),
    Single("no code", unchanged, |all| remove_member(error(all, "missing"), "code"), ("error-code", B, "body /errors/*/code")),
    Single("other words", unchanged, |all| error(all, "missing")["title"] = json!("Gone"), ("error-text", R, "body /errors/*/title")),
    Single("another pointer", unchanged, |all| error(all, "missing")["source"]["pointer"] = json!("/"), ("error-text", R, "body /errors/*/source/pointer")),
    Single("two errors", unchanged, |all| { let one = error(all, "missing").clone(); all["missing"][2]["errors"].as_array_mut().unwrap().push(one) }, ("error-text", R, "body /errors")),
    Single("another media type", unchanged, |all| all["get"][1]["content-type"] = json!("text/json"), ("media-type", B, "header content-type")),
    Single("a parameter", unchanged, |all| all["get"][1]["content-type"] = json!("application/json; charset=utf-8"), ("media-type", R, "header content-type")),
    Single("a required field gone", unchanged, |all| remove_member(&mut all["list"][1], "x-total"), ("header-missing", B, "header x-total")),
    Single("a field gone", unchanged, |all| remove_member(&mut all["get"][1], "x-extra"), ("header-missing", R, "header x-extra")),
    Single("a new field", unchanged, |all| all["get"][1]["x-more"] = json!("2"), ("header-new", H, "header x-more")),
    Single("an announced end", unchanged, |all| all["get"][1]["sunset"] = json!("Fri, 27 Nov 2027 00:00:00 GMT"), ("header-new", R, "header sunset")),
    Single("another instruction to caches", unchanged, |all| all["get"][1]["cache-control"] = json!("max-age=60"), ("header-form", R, "header cache-control")),
    Single("an absolute Location", unchanged, |all| all["get"][1]["location"] = json!("http://t/things/2041"), ("header-form", R, "header location")),
    Single("another challenge", unchanged, |all| all["who"][1]["www-authenticate"] = json!("Bearer"), ("challenge", B, "header www-authenticate")),
    Single("one more challenge", unchanged, |all| all["who"][1]["www-authenticate"] = json!("Basic realm=\"things\", Bearer"), ("challenge", R, "header www-authenticate")),
    Single("a lower limit", unchanged, |all| all["limit"][1]["x-ratelimit-limit"] = json!("10"), ("rate-limit", B, "header x-ratelimit-limit")),
    Single("a higher limit", unchanged, |all| all["limit"][1]["x-ratelimit-limit"] = json!("90"), ("rate-limit", H, "header x-ratelimit-limit")),
];

/// What is no change, by name.
#[rustfmt::skip]
const NONE: &[(&str, Edit, Edit)] = &[
    ("nothing but ids, times, marks, cursors and ports", unchanged, unchanged),
    ("another order of members", unchanged, |all| { let members = own_attributes(all).as_object_mut().unwrap(); *members = std::mem::take(members).into_iter().rev().collect() }),
    ("more rows", |all| remove_member(&mut all["list"][2], "links"), |all| { remove_member(&mut all["list"][2], "links"); let mut item = all["list"][2]["data"][0].clone(); item["id"] = json!("5"); all["list"][2]["data"].as_array_mut().unwrap().push(item) }),
    ("fewer rows on a last page", unchanged, |all| { all["list"][2]["data"].as_array_mut().unwrap().remove(0); remove_member(&mut all["list"][2], "links") }),
    ("another value of what others have", unchanged, |all| all["list"][2]["data"][0]["attributes"]["email"] = json!("b@example.com")),
    ("another moment", unchanged, |all| own_attributes(all)["made"] = json!("2026-11-27T23:59:59Z")),
    ("another validator", unchanged, |all| all["list"][1]["etag"] = json!("\"77\"")),
    ("Date and Age", unchanged, |all| all["get"][1]["age"] = json!("3")),
    ("another transfer", unchanged, |all| all["get"][1]["transfer-encoding"] = json!("chunked")),
    ("a closed connection", unchanged, |all| all["get"][1]["connection"] = json!("close")),
    ("another remaining count", |all| all["limit"][1]["x-ratelimit-remaining"] = json!("7"), |all| all["limit"][1]["x-ratelimit-remaining"] = json!("3")),
    ("a longer request in words", unchanged, |all| error(all, "missing")["detail"] = json!("There is no thing 92041.")),
];

/// What changed when one run is changed.
fn report_of_edits(old: Edit, new: Edit, clients: Clients) -> ChangeReport {
    let (mut before, mut after) = (SmallRun::new(false), SmallRun::new(true));
    old(&mut before.answers);
    new(&mut after.answers);
    compared(&contract_of_things(), &before, &after, clients)
}

#[test]
fn each_change_is_one_cause_of_its_class_at_its_place() {
    let mut misses = Vec::new();
    for Single(name, old, new, (kind, class, at)) in SINGLE {
        let found = report_of_edits(*old, *new, Clients::Tolerant);
        let told: Vec<_> = found.causes.iter().map(|cause| (cause.kind.as_str(), cause.class)).collect();
        let placed = found.changes.iter().all(|change| change.at == *at && change.cause == found.causes[0].id);
        if told != [(*kind, *class)] || !placed || !kind_names().contains(kind) {
            misses.push(format!("{name}: {:?}", found.changes));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn what_is_no_change_is_not_told() {
    let mut misses = Vec::new();
    for (name, old, new) in NONE {
        let found = report_of_edits(*old, *new, Clients::Tolerant);
        if (found.causes.len(), found.compared.answers) != (0, 6) {
            misses.push(format!("{name}: {:?}", found.changes));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn a_change_back_is_told_as_well() {
    for Single(name, old, new, _) in SINGLE.iter().filter(|one| one.3.0 != "less-seen") {
        let found = report_of_edits(*new, *old, Clients::Tolerant);
        let is_growth =
            ["page-size", "next-missing"].iter().any(|kind| name.contains("page") && found.causes.iter().all(|cause| cause.kind == *kind));
        assert!(!found.causes.is_empty() || is_growth, "{name}");
    }
}

#[test]
fn all_at_once_are_as_many_causes_as_changes() {
    // Of several changes at one place the first hides the others.
    let mut taken: Vec<&str> = Vec::new();
    let (mut before, mut after) = (SmallRun::new(false), SmallRun::new(true));
    let whole = ["status", "top-shape", "less-seen", "order", "page-size", "next-missing", "renamed"];
    for Single(_, old, new, (kind, _, at)) in SINGLE.iter().filter(|one| !whole.contains(&one.3.0)) {
        let key = at.trim_start_matches("body /data/*").trim_start_matches("body /data").trim_end_matches("/*");
        if *kind != "member-missing" && !taken.contains(&key) {
            taken.push(key);
            old(&mut before.answers);
            new(&mut after.answers);
        }
    }
    let found = compared(&contract_of_things(), &before, &after, Clients::Tolerant);
    assert!(taken.len() > 20, "{}", taken.len());
    let seen: Vec<_> = found.causes.iter().map(|cause| &cause.reason).collect();
    assert_eq!(found.causes.len(), taken.len(), "{taken:?}\n{seen:?}");
    let classes: Vec<ChangeClass> = found.causes.iter().map(|cause| cause.class).collect();
    assert!(classes.is_sorted(), "the worst come first");
}

#[test]
fn what_three_answers_always_had_is_relied_on() {
    let found = report_of_edits(
        unchanged,
        |all| {
            for probe in ["get", "make"] {
                remove_member(&mut all[probe][2]["data"]["attributes"], "email");
            }
            each_listed(all, |item| remove_member(&mut item["attributes"], "email"));
        },
        Clients::Tolerant,
    );
    assert_eq!((found.causes.len(), found.causes[0].class, found.causes[0].answers, found.causes[0].operations), (1, B, 3, 2), "{:?}", found.causes);
    assert!(found.causes[0].reason.contains("it was in every answer"));
}

#[test]
fn strict_clients_are_hurt_by_more() {
    for (edit, kind) in [
        (SINGLE.iter().find(|one| one.0 == "a new member").unwrap().2, ("member-new", R)),
        (SINGLE.iter().find(|one| one.0 == "a moment with an offset").unwrap().2, ("form", B)),
        (SINGLE.iter().find(|one| one.0 == "a parameter").unwrap().2, ("media-type", B)),
    ] {
        let found = report_of_edits(unchanged, edit, Clients::Strict);
        assert_eq!((found.causes[0].kind.as_str(), found.causes[0].class), kind);
    }
}

#[test]
fn a_fingerprint_is_the_same_for_other_ids_values_and_runs() {
    let id = |value: Value, second: bool| {
        let (before, mut after) = (SmallRun::new(!second), SmallRun::new(second));
        after.answers["get"][2]["data"]["attributes"]["count"] = value;
        compared(&contract_of_things(), &before, &after, Clients::Tolerant).causes[0].id.clone()
    };
    let known = id(json!("3"), true);
    assert!(known.starts_with("v1:c") && known.len() == 16, "{known}");
    assert_eq!(known, id(json!("4"), false));
    assert_ne!(known, id(json!([3]), true), "another type is another cause");
}

#[test]
fn of_masked_values_only_the_shapes_are_compared_and_that_is_said() {
    let (mut before, mut after) = (SmallRun::new(false), SmallRun::new(true));
    after.keep = Keep::Masked;
    own_attributes(&mut after.answers)["state"] = json!("masked:string:00ff00ff00ff00ff00ff");
    let found = compared(&contract_of_things(), &before, &after, Clients::Tolerant);
    assert_eq!(found.causes, [], "{:?}", found.changes);
    assert!(found.compared.left_out.iter().any(|words| words.contains("masked values only")), "{:?}", found.compared);
    own_attributes(&mut after.answers)["state"] = json!("masked:number:00ff00ff00ff00ff00ff");
    assert_eq!(compared(&contract_of_things(), &before, &after, Clients::Tolerant).causes[0].kind, "type");
    before.keep = Keep::None;
    assert_eq!(compared(&contract_of_things(), &before, &after, Clients::Tolerant).causes, []);
}
