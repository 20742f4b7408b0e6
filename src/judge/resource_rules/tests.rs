//! Tests each rule on the smallest run that breaks it, and on the nearest one that does not.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::RULES;
use super::small_runs::{SmallRequest, SmallRun};
use crate::model::verdict::Severity;

const NONE: [(&str, String); 0] = [];

fn thing(id: &str, name: &str, size: i64) -> Value {
    json!({"type": "things", "id": id, "attributes": {"name": name, "size": size}})
}

fn get(status: u16, came: Value) -> SmallRequest<'static> {
    SmallRequest { operation: "things.get", slot: Some("things#1"), allowed: &[200], status, came, ..SmallRequest::default() }
}

fn list(items: &[Value]) -> SmallRequest<'static> {
    SmallRequest { operation: "things.list", came: json!({"data": items, "links": {"next": null}}), ..SmallRequest::default() }
}

/// A change of the name, echoed.
fn patch(name: &str, status: u16, id: &str) -> SmallRequest<'static> {
    let sent = json!({"data": {"type": "things", "id": "1", "attributes": {"name": name}}});
    let came = if status == 200 { json!({"data": thing(id, name, 3)}) } else { Value::Null };
    SmallRequest { operation: "things.update", slot: Some("things#1"), sent, status, came, ..SmallRequest::default() }
}

fn link(operation: &'static str, ids: &[&str]) -> SmallRequest<'static> {
    let data: Vec<Value> = ids.iter().map(|id| json!({"type": "things", "id": id})).collect();
    let reads = matches!(operation, "things.linked" | "things.friends");
    let document = json!({"data": data, "links": {}});
    let (sent, came) = if reads { (Value::Null, document) } else { (document, Value::Null) };
    SmallRequest { operation, slot: Some("things#1"), sent, came, status: if reads { 200 } else { 204 }, ..SmallRequest::default() }
}

fn delete() -> SmallRequest<'static> {
    SmallRequest { operation: "things.delete", slot: Some("things#1"), status: 204, ..SmallRequest::default() }
}

fn blames(rule: &'static str, probe: &str) -> Vec<(&'static str, String)> {
    vec![(rule, probe.to_owned())]
}

#[test]
fn rules_have_their_own_names_and_say_what_they_ask_for() {
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(RULES.iter().all(|rule| !rule.about.is_empty() && !rule.citation.section_text(false).is_empty()));
}

/// A rule that no run of these tests breaks could find nothing, and that would not be noticed.
#[test]
fn every_rule_is_broken_in_some_test() {
    let cases = concat!(include_str!("tests.rs"), include_str!("tests_answers.rs"));
    let missing: Vec<&str> = RULES.iter().map(|rule| rule.name).filter(|name| !cases.contains(&format!("blames(\"{name}\""))).collect();
    assert!(missing.is_empty(), "no run breaks {missing:?}");
}

#[test]
fn what_only_json_api_demands_binds_no_other_document() {
    let said = |story: SmallRun| -> Vec<(&str, Severity, bool)> {
        story.contradictions().into_iter().map(|found| (found.rule, found.severity, found.citation.contains("JSON:API"))).collect()
    };
    let long = |story: SmallRun| said(story.step(SmallRequest { query: "page[limit]=1", ..list(&[thing("1", "a", 3), thing("2", "b", 3)]) }));
    assert_eq!(long(SmallRun::new()), [("page-limit-kept", Severity::Must, true)]);
    assert_eq!(long(SmallRun::without_json_api()), [("page-limit-kept", Severity::Should, false)]);
    let there = |story: SmallRun| said(story.create(1, "a").step(delete()).step(get(200, json!({"data": thing("1", "a", 3)}))));
    assert_eq!(there(SmallRun::new()), [("deleted-is-gone", Severity::Must, true)]);
    assert_eq!(there(SmallRun::without_json_api()), [("deleted-is-gone", Severity::Must, false)]);
    let cited = RULES.iter().filter(|rule| rule.citation.section_text(false).contains("JSON:API"));
    assert!(cited.into_iter().all(|rule| rule.about.contains("JSON:API")));
}

#[test]
fn what_was_created_is_found_at_its_address() {
    let story = || SmallRun::new().create(1, "a");
    assert_eq!(story().step(get(404, Value::Null)).broken(), blames("created-is-found", "things.create#1"));
    assert_eq!(story().step(get(200, json!({"data": thing("1", "a", 3)}))).broken(), NONE);
    assert_eq!(story().step(delete()).step(get(404, Value::Null)).broken(), NONE);
    assert_eq!(story().step(SmallRequest { allowed: &[200, 404], ..get(404, Value::Null) }).broken(), NONE);
    assert_eq!(story().step(get(404, Value::Null)).together().broken(), NONE);
}

#[test]
fn what_was_created_is_found_in_a_whole_list_of_its_like() {
    let story = || SmallRun::new().create(1, "a").create(2, "b");
    assert_eq!(story().step(list(&[thing("1", "a", 3)])).broken(), blames("created-is-found", "things.create#2"));
    assert_eq!(story().step(list(&[thing("1", "a", 3), thing("2", "b", 3)])).broken(), NONE);
    let more = SmallRequest { came: json!({"data": [thing("1", "a", 3)], "links": {"next": "/more"}}), ..list(&[]) };
    assert_eq!(story().step(more).broken(), NONE);
    let filtered = SmallRequest { query: "filter[id]=1", ..list(&[thing("1", "a", 3)]) };
    assert_eq!(story().step(filtered).broken(), NONE);
    assert_eq!(story().step(list(&[thing("9", "z", 1)])).broken(), NONE, "a list of others may be a list of something else");
}

#[test]
fn what_was_created_is_there_once() {
    let story = || SmallRun::new().create(1, "a");
    assert_eq!(story().step(list(&[thing("1", "a", 3), thing("9", "a", 3)])).broken(), blames("created-once", "things.create#1"));
    assert_eq!(story().step(list(&[thing("1", "a", 3), thing("9", "a", 4)])).broken(), NONE);
}

#[test]
fn what_a_create_sent_is_kept() {
    let story = || SmallRun::new().create(1, "a");
    let kept = blames("create-kept-what-was-sent", "things.create#1");
    assert_eq!(story().step(get(200, json!({"data": thing("1", "b", 3)}))).broken(), kept);
    assert_eq!(story().step(get(200, json!({"data": {"type": "things", "id": "1", "attributes": {"name": "a"}}}))).broken(), kept);
    assert_eq!(story().step(get(200, json!({"data": thing("1", " A", 3)}))).broken(), NONE);
    let acted = SmallRequest { operation: "things.open", slot: Some("things#1"), status: 204, ..SmallRequest::default() };
    assert_eq!(story().step(acted).step(get(200, json!({"data": thing("1", "b", 3)}))).broken(), NONE);
    let wavering = story().step(get(200, json!({"data": thing("1", "b", 3)}))).step(get(200, json!({"data": thing("1", "c", 3)})));
    assert_eq!(wavering.broken(), NONE);
}

#[test]
fn what_a_list_leaves_out_of_one_counts_when_it_shows_it_of_others() {
    let story = || SmallRun::new().create(1, "a").create(2, "b");
    let bare = |id: &str, name: &str| json!({"type": "things", "id": id, "attributes": {"name": name}});
    let kept = blames("create-kept-what-was-sent", "things.create#1");
    assert_eq!(story().step(list(&[bare("1", "a"), thing("2", "b", 3)])).broken(), kept);
    assert_eq!(story().step(list(&[bare("1", "a"), bare("2", "b")])).broken(), NONE);
}

#[test]
fn what_a_change_sent_is_there() {
    let story =
        |name: &str, status| SmallRun::new().create(1, "a").step(patch("b", status, "1")).step(get(200, json!({"data": thing("1", name, 3)})));
    assert_eq!(story("a", 200).broken(), blames("patch-took", "things.update#1"));
    assert_eq!(story("a", 204).broken(), blames("patch-took", "things.update#1"));
    assert_eq!(story("b", 200).broken(), NONE);
    assert_eq!(story("a", 202).broken(), NONE, "it may not be done yet");
    assert_eq!(story("a", 500).broken(), NONE, "it is not known what it did");
    let asked = SmallRun::new().with_names_of_the_server().create(1, "a").step(patch("b", 200, "1"));
    assert_eq!(asked.step(get(200, json!({"data": thing("1", "a", 3)}))).broken(), NONE, "a request may ask for what the server alone writes");
}

#[test]
fn what_a_change_does_not_name_stays() {
    let story = |size| SmallRun::new().create(1, "a").step(patch("b", 200, "1")).step(get(200, json!({"data": thing("1", "b", size)})));
    assert_eq!(story(4).broken(), blames("patch-left-the-rest", "things.update#1"));
    assert_eq!(story(3).broken(), NONE);
}

#[test]
fn a_refused_change_changes_nothing() {
    let refused = || SmallRequest { fault: Some("/data/attributes/name"), ..patch("wrong", 400, "1") };
    let story = |name: &str| SmallRun::new().create(1, "a").step(refused()).step(get(200, json!({"data": thing("1", name, 3)})));
    assert!(story("wrong").broken().contains(&("refused-changed-nothing", "things.update#1".to_owned())));
    assert_eq!(story("a").broken(), NONE);
}

#[test]
fn a_refused_create_makes_nothing() {
    let sent = json!({"data": {"type": "things", "attributes": {"name": "r", "size": 3}}});
    let refused =
        || SmallRequest { operation: "things.create", sent: sent.clone(), fault: Some("/data/type"), status: 409, ..SmallRequest::default() };
    let story = |name: &str| SmallRun::new().create(1, "a").step(refused()).step(list(&[thing("1", "a", 3), thing("9", name, 3)]));
    assert_eq!(story("r").broken(), blames("refused-changed-nothing", "things.create#1"));
    assert_eq!(story("s").broken(), NONE);
}

#[test]
fn several_are_made_together_where_the_contract_says_so() {
    let new = |name: &str| json!({"type": "things", "attributes": {"name": name, "size": 3}});
    let sent = json!({"data": [new("right"), new("wrong")]});
    let refused = |fault| SmallRequest { operation: "things.create", sent: sent.clone(), fault: Some(fault), status: 409, ..SmallRequest::default() };
    let story = |fault| SmallRun::new().step(refused(fault)).step(list(&[thing("9", "right", 3)]));
    assert_eq!(story("/data/1/type").atomic().broken(), blames("refused-changed-nothing", "things.create#0"));
    assert_eq!(story("/data/1/type").broken(), NONE);
    assert_eq!(SmallRun::new().step(refused("/data/1/type")).step(list(&[])).atomic().broken(), NONE);
}

#[test]
fn a_refused_deletion_removes_nothing() {
    let refused = || SmallRequest { fault: Some(""), status: 401, ..delete() };
    let story = || SmallRun::new().create(1, "a").step(patch("b", 200, "1")).step(refused());
    assert_eq!(story().step(get(404, Value::Null)).broken(), blames("refused-changed-nothing", "things.delete#2"));
    assert_eq!(story().step(get(200, json!({"data": thing("1", "b", 3)}))).broken(), NONE);
}

#[test]
fn what_was_deleted_is_gone() {
    let story = || SmallRun::new().create(1, "a").step(delete());
    let gone = blames("deleted-is-gone", "things.delete#1");
    assert_eq!(story().step(get(200, json!({"data": thing("1", "a", 3)}))).broken(), gone);
    assert_eq!(story().step(list(&[thing("1", "a", 3)])).broken(), gone);
    assert_eq!(story().step(list(&[])).broken(), NONE);
    let refused = SmallRequest { status: 409, ..delete() };
    assert_eq!(SmallRun::new().create(1, "a").step(refused).step(get(200, json!({"data": thing("1", "a", 3)}))).broken(), NONE);
}

#[test]
fn what_marks_itself_as_deleted_may_still_be_shown() {
    let shown = |id: &str, more: Value| {
        let mut attributes = json!({"name": "a", "size": 3, "kept": "yes", "at": "2024-01-31T12:00:00Z", "ended": null});
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"type": "things", "id": id, "attributes": attributes})
    };
    let sent = json!({"type": "things", "attributes": {"name": "a", "size": 3}});
    let story = |more: Value| {
        let story = SmallRun::new().create_as(1, &sent, &shown("1", json!({}))).create_as(2, &sent, &shown("2", json!({})));
        let other = SmallRequest { slot: Some("things#2"), ..get(200, json!({"data": shown("2", json!({}))})) };
        let found = story.step(other).step(delete()).step(get(200, json!({"data": shown("1", more)}))).contradictions();
        found.iter().map(|found| (found.rule, found.severity)).collect::<Vec<_>>()
    };
    for more in [json!({}), json!({"at": "2024-02-01T12:00:00Z"}), json!({"name": "A "})] {
        assert_eq!(story(more.clone()), [("deleted-is-gone", Severity::Must)], "{more}");
    }
    for more in [json!({"kept": "no"}), json!({"ended": "2024-02-01T12:00:00Z"}), json!({"deleted": true})] {
        assert_eq!(story(more.clone()), [("deleted-is-gone", Severity::Should)], "{more}");
    }
    let bare =
        SmallRun::new().create(1, "a").create(2, "b").step(SmallRequest { slot: Some("things#2"), ..get(200, json!({"data": thing("2", "b", 3)})) });
    let bare = bare.step(delete()).step(get(200, json!({"data": {"type": "things", "id": "1", "attributes": {}}}))).contradictions();
    assert_eq!(bare.iter().map(|found| found.severity).collect::<Vec<_>>(), [Severity::Should]);
}

#[test]
fn a_relationship_holds_what_was_written() {
    let story = || SmallRun::new().create(1, "a").step(link("things.replace", &["7"])).step(link("things.add", &["8"]));
    let took = blames("relationship-took", "things.add#2");
    assert_eq!(story().step(link("things.linked", &["8"])).broken(), took);
    assert_eq!(story().step(link("things.linked", &[])).broken(), took);
    assert_eq!(story().step(link("things.linked", &["8", "7"])).broken(), NONE);
    let removed = || story().step(link("things.remove", &["7"]));
    assert_eq!(removed().step(link("things.linked", &["7", "8"])).broken(), blames("relationship-took", "things.remove#3"));
    assert_eq!(removed().step(link("things.linked", &["8"])).broken(), NONE);
    assert_eq!(story().step(link("things.linked", &["8"])).together().broken(), NONE);
}

#[test]
fn related_resources_are_those_that_the_relationship_names() {
    let story = |ids: &[&str]| SmallRun::new().create(1, "a").step(link("things.linked", &["7"])).step(link("things.friends", ids));
    assert_eq!(story(&["8"]).broken(), blames("related-matches", "things.friends#2"));
    assert_eq!(story(&["7"]).broken(), NONE);
    let last = SmallRequest { query: "page[after]=7", ..link("things.friends", &["8"]) };
    assert_eq!(SmallRun::new().create(1, "a").step(link("things.linked", &["7", "8"])).step(last).broken(), NONE);
    let written =
        SmallRun::new().create(1, "a").step(link("things.linked", &[])).step(link("things.add", &["8"])).step(link("things.friends", &["8"]));
    assert_eq!(written.broken(), NONE);
}

#[test]
fn an_answer_is_about_the_one_in_the_path() {
    let read = |id: &str| SmallRun::new().create(1, "a").step(get(200, json!({"data": thing(id, "a", 3)})));
    assert_eq!(read("9").broken(), blames("read-is-the-one-asked-for", "things.get#1"));
    assert_eq!(read("1").broken(), NONE);
    let change = |id: &str| SmallRun::new().create(1, "a").step(patch("b", 200, id));
    assert_eq!(change("9").broken(), blames("change-answer-is-the-one-changed", "things.update#1"));
    assert_eq!(change("1").broken(), NONE);
}

#[test]
fn a_document_names_each_resource_once() {
    let story = |other: &str| SmallRun::new().step(list(&[thing("1", "a", 3), thing(other, "a", 3)]));
    assert_eq!(story("1").broken(), blames("no-duplicates", "things.list#0"));
    assert_eq!(story("2").broken(), NONE);
}

#[test]
fn a_filter_and_a_limit_are_kept() {
    let story = |query, items: &[Value]| SmallRun::new().create(1, "a").step(SmallRequest { query, ..list(items) });
    let both = [thing("1", "a", 3), thing("2", "b", 3)];
    assert_eq!(story("filter[id]=1", &both).broken(), blames("filter-kept", "things.list#1"));
    assert_eq!(story("filter[id]=1,2", &both).broken(), NONE);
    assert_eq!(story("page[limit]=1", &both).broken(), blames("page-limit-kept", "things.list#1"));
    assert_eq!(story("page[limit]=2", &both).broken(), NONE);
}

fn page(items: &[Value], next: &Value) -> Value {
    json!({"data": items, "links": {"next": next}})
}

#[test]
fn pages_are_apart_and_keep_the_limit() {
    let (one, two, none) = (thing("1", "a", 3), thing("2", "b", 3), Value::Null);
    let walk = |second: &Value| {
        let first = ("page[limit]=1", page(std::slice::from_ref(&one), &json!("/things?page[limit]=1&page[after]=1")));
        SmallRun::new().walk(&[first, ("page[limit]=1&page[after]=1", page(std::slice::from_ref(second), &none))])
    };
    assert_eq!(walk(&two).broken(), NONE);
    assert_eq!(walk(&one).broken(), blames("pages-apart", "things.list#0"));
    let long = SmallRun::new().walk(&[("page[limit]=1", page(&[one.clone(), two.clone()], &none))]);
    assert_eq!(long.broken(), blames("page-limit-kept", "things.list#0"));
    let later =
        SmallRun::new().walk(&[("page[limit]=1", page(&[], &json!("/things?page[limit]=1&p=2"))), ("page[limit]=1&p=2", page(&[one, two], &none))]);
    assert_eq!(later.broken(), blames("page-limit-kept", "things.list#0"));
}

#[test]
fn pages_come_to_an_end() {
    let one = thing("1", "a", 3);
    let empty = |next: &str| page(&[], &json!(next));
    let walk = |pages: &[(&str, Value)]| SmallRun::new().walk(pages).broken();
    // A page that leads back to itself, however it is written.
    for next in ["/things?page[limit]=1", "http://t/things?page%5Blimit%5D=1", "?page[limit]=1"] {
        assert_eq!(walk(&[("page[limit]=1", page(std::slice::from_ref(&one), &json!(next)))]), blames("pages-end", "things.list#0"), "{next}");
    }
    // More pages than were asked for break nothing, nor does one empty page at the end.
    assert_eq!(walk(&[("page[limit]=1", page(&[one], &json!("/things?p=2")))]), NONE);
    assert_eq!(walk(&[("p=1", empty("/things?p=2")), ("p=2", page(&[], &Value::Null))]), NONE);
    assert_eq!(walk(&[("p=1", empty("/things?p=2")), ("p=2", empty("/things?p=3"))]), blames("pages-end", "things.list#0"));
}

#[test]
fn what_is_put_in_the_place_of_all_is_all_there_is() {
    let put = |name: &str| SmallRequest {
        operation: "things.put_all",
        sent: json!({"data": [thing("2", name, 3)]}),
        status: 204,
        ..SmallRequest::default()
    };
    let story = || SmallRun::new().create(1, "a").create(2, "b").step(put("c"));
    assert_eq!(story().step(get(404, Value::Null)).broken(), NONE);
    assert_eq!(story().step(list(&[thing("2", "c", 3)])).broken(), NONE);
}

/// A write to the friends of another thing, `things#2`, which names the third one.
fn given_to_another() -> SmallRequest<'static> {
    SmallRequest { slot: Some("things#2"), ..link("things.add", &["3"]) }
}

#[test]
fn what_another_resource_was_given_may_have_left_the_first() {
    let story = || SmallRun::new().create(1, "a").create(2, "b").create(3, "c").step(link("things.add", &["3"]));
    assert_eq!(story().step(link("things.linked", &[])).broken(), blames("relationship-took", "things.add#3"));
    assert_eq!(story().step(given_to_another()).named("things#3").step(link("things.linked", &[])).broken(), NONE);
    assert_eq!(story().step(SmallRequest { slot: Some("things#3"), ..delete() }).step(link("things.linked", &[])).broken(), NONE);
}
