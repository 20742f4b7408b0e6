//! Tests the rules about the answer to a write, each on the smallest run that breaks it and one that does not.

use serde_json::{Value, json};

use super::small_runs::{SmallRequest, SmallRun};

const NONE: [(&str, String); 0] = [];

fn blames(rule: &'static str, probe: &str) -> Vec<(&'static str, String)> {
    vec![(rule, probe.to_owned())]
}

fn linked(ids: &[&str]) -> Value {
    json!(ids.iter().map(|id| json!({"type": "things", "id": id})).collect::<Vec<_>>())
}

/// A thing with friends, and with tags.
fn thing(friends: &Value, tags: &Value) -> Value {
    json!({"type": "things", "id": "1", "attributes": {"name": "a", "tags": tags}, "relationships": {"friends": {"data": friends}}})
}

/// A run in which a thing with two friends and two tags is made, and its answer shows this.
fn made(shown: &Value) -> SmallRun {
    let sent =
        json!({"type": "things", "attributes": {"name": "a", "tags": ["x", "y"]}, "relationships": {"friends": {"data": linked(&["8", "9"])}}});
    SmallRun::new().create_as(1, &sent, shown)
}

fn whole() -> Value {
    thing(&linked(&["8", "9"]), &json!(["x", "y"]))
}

fn get(came: &Value) -> SmallRequest<'static> {
    SmallRequest { operation: "things.get", slot: Some("things#1"), allowed: &[200], came: json!({"data": came}), ..SmallRequest::default() }
}

/// A change of the size, which names neither friends nor tags.
fn patch(came: &Value) -> SmallRequest<'static> {
    let sent = json!({"data": {"type": "things", "id": "1", "attributes": {"size": 4}}});
    SmallRequest { operation: "things.update", slot: Some("things#1"), sent, came: json!({"data": came}), ..SmallRequest::default() }
}

#[test]
fn a_create_keeps_the_relationships_that_it_sends() {
    let lonely = thing(&linked(&[]), &json!(["x", "y"]));
    assert_eq!(made(&lonely).broken(), blames("create-kept-relationships", "things.create#1"));
    assert_eq!(made(&whole()).step(get(&lonely)).broken(), blames("create-kept-relationships", "things.create#1"));
    assert_eq!(made(&whole()).step(get(&whole())).broken(), NONE);
    assert_eq!(made(&thing(&linked(&["7", "9", "8"]), &json!(["x", "y"]))).broken(), NONE, "a server may add to a list of its own");
    assert_eq!(made(&json!({"type": "things", "id": "1"})).broken(), NONE, "what is not shown is not missing");
    let acted = made(&whole()).step(SmallRequest { operation: "things.open", slot: Some("things#1"), status: 204, ..SmallRequest::default() });
    assert_eq!(acted.step(get(&lonely)).broken(), NONE, "whoever opens it may do anything");
}

#[test]
fn what_was_removed_may_leave_a_relationship() {
    let sent = json!({"type": "things", "attributes": {"name": "b"}, "relationships": {"friends": {"data": linked(&["1"])}}});
    let shown =
        |friends: &[&str]| json!({"type": "things", "id": "2", "attributes": {"name": "b"}, "relationships": {"friends": {"data": linked(friends)}}});
    let story = || SmallRun::new().create(1, "a").create_as(2, &sent, &shown(&["1"]));
    let delete = SmallRequest { operation: "things.delete", slot: Some("things#1"), status: 204, ..SmallRequest::default() };
    let read = || SmallRequest { slot: Some("things#2"), ..get(&shown(&[])) };
    assert_eq!(story().step(read()).broken(), blames("create-kept-relationships", "things.create#2"));
    assert_eq!(story().step(delete).step(read()).broken(), NONE);
}

#[test]
fn a_change_leaves_the_relationships_that_it_does_not_name() {
    let lonely = thing(&linked(&[]), &json!(["x", "y"]));
    assert_eq!(made(&whole()).step(patch(&lonely)).broken(), blames("patch-left-relationships", "things.update#1"));
    assert_eq!(made(&whole()).step(patch(&whole())).step(get(&lonely)).broken(), blames("patch-left-relationships", "things.update#1"));
    assert_eq!(made(&whole()).step(patch(&whole())).broken(), NONE);
    let naming = json!({"data": {"type": "things", "id": "1", "relationships": {"friends": {"data": []}}}});
    assert_eq!(made(&whole()).step(SmallRequest { sent: naming, ..patch(&lonely) }).broken(), NONE);
}

#[test]
fn a_change_leaves_the_lists_that_it_does_not_name() {
    let bare = thing(&linked(&["8", "9"]), &json!([]));
    assert_eq!(made(&whole()).step(patch(&bare)).broken(), blames("patch-left-the-lists", "things.update#1"));
    assert_eq!(made(&whole()).step(patch(&whole())).step(get(&bare)).broken(), blames("patch-left-the-lists", "things.update#1"));
    assert_eq!(made(&whole()).step(patch(&whole())).step(get(&whole())).broken(), NONE);
    assert_eq!(made(&bare).step(patch(&bare)).broken(), NONE, "the answer to the create did not show it either");
    let naming = json!({"data": {"type": "things", "id": "1", "attributes": {"tags": []}}});
    assert_eq!(made(&whole()).step(SmallRequest { sent: naming, ..patch(&bare) }).broken(), NONE);
    assert_eq!(made(&whole()).step(SmallRequest { operation: "things.put", ..patch(&bare) }).broken(), NONE, "PUT takes away what it does not name");
}

#[test]
fn an_accepted_change_does_not_show_the_old_value() {
    let named = |name: &str| json!({"type": "things", "id": "1", "attributes": {"name": name}});
    let put = |sent: &str, came: &str| SmallRequest {
        operation: "things.put",
        sent: json!({"data": named(sent)}),
        came: json!({"data": named(came)}),
        ..patch(&Value::Null)
    };
    let story = || SmallRun::new().create(1, "a");
    assert_eq!(story().step(put("b", "a")).broken(), blames("old-value-stays", "things.put#1"));
    assert_eq!(story().step(put("b", "b")).step(put("c", "b")).broken(), blames("old-value-stays", "things.put#2"));
    assert_eq!(story().step(put("b", "b")).step(put("c", "C")).broken(), NONE);
    assert_eq!(story().step(put("b", "bb")).broken(), NONE, "a server may write a value in its own way");
    assert_eq!(story().step(put("A", "a")).broken(), NONE);
    assert_eq!(story().step(put(&"b".repeat(41), "a")).broken(), NONE, "the answer has no room for it by its own schema");
}

#[test]
fn an_empty_text_and_null_are_the_same_value() {
    let named = |name: &Value| json!({"type": "things", "id": "1", "attributes": {"name": name}});
    let put = |sent: &Value, came: &Value| SmallRequest { operation: "things.put", sent: json!({"data": named(sent)}), ..patch(&named(came)) };
    let story = |shown: &Value| SmallRun::new().create_as(1, &named(&json!("")), &named(shown));
    for (blank, none) in [(json!(""), Value::Null), (json!(" "), Value::Null), (Value::Null, json!(""))] {
        assert_eq!(story(&none).step(put(&blank, &none)).broken(), NONE, "{blank} {none}");
        assert_eq!(story(&blank).step(get(&named(&none))).broken(), NONE, "{blank} {none}");
    }
    assert_eq!(story(&Value::Null).step(put(&json!("b"), &Value::Null)).broken(), blames("old-value-stays", "things.put#1"));
}

#[test]
fn several_are_answered_with_as_many() {
    let thing = |id: &str| json!({"type": "things", "id": id});
    let several = |came: Value| {
        let sent = json!({"data": [{"type": "things"}, {"type": "things"}]});
        SmallRun::new().step(SmallRequest { operation: "things.create_several", sent, status: 201, came, ..SmallRequest::default() })
    };
    assert_eq!(several(json!({"data": [thing("1")]})).broken(), blames("as-many-as-sent", "things.create_several#0"));
    assert_eq!(several(json!({"data": [thing("1"), thing("2")]})).broken(), NONE);
    assert_eq!(several(json!({"data": thing("job")})).broken(), NONE);
    let plain = SmallRequest {
        operation: "things.create",
        sent: json!({"data": [{}, {}]}),
        status: 200,
        came: json!({"data": [thing("1")]}),
        ..SmallRequest::default()
    };
    assert_eq!(SmallRun::new().step(plain).broken(), NONE, "no example of the contract shows that all of them are answered");
}

#[test]
fn a_search_gives_what_it_asks_for() {
    let item = |id: &str, name: &str| json!({"type": "things", "id": id, "attributes": {"name": name, "size": 1}});
    let search = |came: Value| {
        let sent = json!({"data": {"type": "query", "attributes": {"names": ["c", "d"]}}});
        SmallRun::new().step(SmallRequest { operation: "things.query", sent, came: json!({"data": came}), ..SmallRequest::default() })
    };
    assert_eq!(search(json!([item("1", "c"), item("2", "e")])).broken(), blames("query-kept", "things.query#0"));
    assert_eq!(search(json!([item("1", "D"), item("2", "c")])).broken(), NONE);
    assert_eq!(search(json!([])).broken(), NONE);
    assert_eq!(search(json!([{"type": "things", "id": "1"}])).broken(), NONE, "nothing is said of an attribute that is not shown");
}

#[test]
fn the_own_address_is_the_one_that_was_asked() {
    let read = |link: Value| SmallRun::new().create(1, "a").step(get(&json!({"type": "things", "id": "1", "links": {"self": link}})));
    assert_eq!(read(json!("/v1/things/2")).broken(), blames("self-leads-back", "things.get#1"));
    assert_eq!(read(json!({"href": "https://other/things/2"})).broken(), blames("self-leads-back", "things.get#1"));
    assert_eq!(read(json!("/v1/things/1")).broken(), NONE, "the address in front may be known to another side of a gateway only");
    assert_eq!(read(json!("https://other/v1/things/1?x=1")).broken(), NONE);
    assert_eq!(read(json!("1")).broken(), NONE);
}

#[test]
fn what_is_downloaded_is_what_was_uploaded() {
    let download = |came: Value| {
        let upload = SmallRequest {
            operation: "things.create",
            sent: json!("the bytes"),
            status: 201,
            came: json!({"data": {"type": "things", "id": "1"}}),
            ..SmallRequest::default()
        };
        let read = SmallRequest { operation: "things.download", slot: Some("things#1"), allowed: &[200], came, ..SmallRequest::default() };
        SmallRun::new().step(upload).captured(1).step(read)
    };
    assert_eq!(download(json!("the by")).broken(), blames("upload-comes-back", "things.download#1"));
    assert_eq!(download(json!("the bytes")).broken(), NONE);
    assert_eq!(download(json!({"data": []})).broken(), NONE, "another media type is another representation");
}

#[test]
fn what_is_narrowed_to_some_attributes_has_no_others() {
    let list = |query: &'static str, attributes: Value| SmallRequest {
        operation: "things.list",
        query,
        came: json!({"data": [{"type": "things", "id": "1", "attributes": attributes}], "links": {"next": null}}),
        ..SmallRequest::default()
    };
    let broken = |query, attributes| SmallRun::new().step(list(query, attributes)).broken();
    assert_eq!(broken("fields[things]=name", json!({"name": "a", "size": 3})), blames("fields-kept", "things.list#0"));
    assert_eq!(broken("fields[things]=name,size", json!({"name": "a", "size": 3})), NONE);
    assert_eq!(broken("fields[others]=name", json!({"name": "a", "size": 3})), NONE);
    assert_eq!(broken("fields[things]=[]", json!({"name": "a"})), NONE, "a word in brackets is a language of its own");
}

#[test]
fn a_relationship_that_is_deleted_as_a_whole_is_cleared() {
    let linked = |id: &str| SmallRequest {
        operation: "things.linked",
        slot: Some("things#1"),
        came: json!({"data": {"type": "things", "id": id}}),
        ..SmallRequest::default()
    };
    let clear = || SmallRequest { operation: "things.remove", slot: Some("things#1"), status: 204, ..SmallRequest::default() };
    let open = SmallRequest { operation: "things.open", slot: Some("things#1"), status: 204, ..SmallRequest::default() };
    let story = || SmallRun::new().create(1, "a").step(linked("8")).step(clear());
    assert_eq!(story().step(linked("8")).broken(), blames("relationship-cleared", "things.remove#2"));
    assert_eq!(story().step(linked("9")).broken(), NONE, "something else may stand there by default");
    assert_eq!(story().step(open).step(linked("8")).broken(), NONE);
}
