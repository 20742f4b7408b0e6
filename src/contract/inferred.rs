//! Infers what an unmarked contract leaves out: which members name other resources, and which name the new one.

use serde_json::Value;

use super::{resource_identifiers, resource_kinds};
use crate::model::contract::{Contract, Inferred, Location, Operation, ResourceNeed};
use crate::model::text::{without_separators, words_of_name};

/// Members that name a thing, without case and separators.
const NAMES: [&str; 10] = ["name", "title", "username", "login", "email", "slug", "label", "displayname", "nickname", "subject"];

/// Whether the author of a contract marks what names resources (`x-probity-resource`), and so has marked all of them.
pub fn is_annotated(document: &Value) -> bool {
    mentions(document, "x-probity-resource")
}

/// Reads between the lines, and completes the query parameters that a request cannot do without. An author who marks one
/// member or another with `x-probity-resource` or `x-probity-mark` is believed to have marked all of them.
pub fn infer(document: &Value, operations: &mut [Operation]) -> Inferred {
    let annotated = is_annotated(document);
    let mut inferred = Inferred { marks: !mentions(document, "x-probity-mark"), annotated, ..Inferred::default() };
    if annotated {
        return inferred;
    }
    resource_kinds::separate_kinds_of_equal_name(operations);
    inferred.types = resource_identifiers::kinds_of_types(document, operations);
    for operation in operations.iter() {
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location == Location::Path) {
            // A member of a body is called like the things of the collection that goes by the plain name.
            let plain = |kind: &String| !kind.contains(['/', '.']);
            let Some(kind) = parameter.resource.as_ref().map(|need| need.kind.clone()).filter(plain) else { continue };
            let name = match without_separators(&parameter.name).as_str() {
                name if resource_kinds::IDS.contains(&name) => format!("{}id", singular(&kind)),
                name if name.ends_with("id") => name.to_owned(),
                _ => continue,
            };
            if inferred.references.get(&name).is_some_and(|known| *known != kind) {
                inferred.ambiguous.insert(name.clone());
            }
            inferred.references.insert(name, kind);
        }
    }
    let Inferred { references, ambiguous, .. } = &mut inferred;
    references.retain(|name, _| !ambiguous.contains(name));
    let required = operations.iter_mut().flat_map(|operation| &mut operation.parameters).filter(|parameter| parameter.required);
    for parameter in required.filter(|parameter| parameter.location == Location::Query && parameter.resource.is_none()) {
        parameter.resource = inferred.references.get(&without_separators(&parameter.name)).map(|kind| resource_need(kind));
    }
    inferred
}

/// The kind of resource that a place of a request body names by its own name: `book_id`, `bookId`, an item of `bookIds`.
pub fn reference(inferred: &Inferred, at: &str) -> Option<ResourceNeed> {
    let (rest, last) = at.rsplit_once('/')?;
    let name = if last.parse::<usize>().is_ok() {
        without_separators(rest.rsplit('/').next().unwrap_or_default()).strip_suffix('s')?.to_owned()
    } else {
        without_separators(last)
    };
    inferred.references.get(&name).map(|kind| resource_need(kind))
}

/// The same for a whole number, which names no thing by its name: the member may be called like the things themselves
/// (`book: 7`, `first_book: 7`, an item of `books`).
pub fn numbered_reference(inferred: &Inferred, at: &str) -> Option<ResourceNeed> {
    id_names(at).iter().find_map(|name| inferred.references.get(name)).map(|kind| resource_need(kind))
}

/// Whether a whole number at a place of a request body may be the id of something, of whatever kind.
pub fn may_be_reference(inferred: &Inferred, at: &str) -> bool {
    id_names(at).iter().any(|name| inferred.references.contains_key(name) || inferred.ambiguous.contains(name))
}

/// What the member with the id of the thing would be called that a place is called like: by the whole name, else by its last word.
fn id_names(at: &str) -> [String; 2] {
    let mut tokens = at.rsplit('/').skip_while(|token| token.parse::<usize>().is_ok());
    let name = tokens.next().unwrap_or_default();
    let last = words_of_name(name).pop().unwrap_or_default();
    [name, &last].map(|name| format!("{}id", singular(name)))
}

/// Whether a place of a request body holds the name of what is written: right below the thing itself.
pub fn is_name(inferred: &Inferred, at: &str) -> bool {
    let mut tokens = at.split('/').skip(1).filter(|token| token.parse::<usize>().is_err() && !matches!(*token, "data" | "attributes"));
    let (name, more) = (tokens.next(), tokens.next());
    inferred.marks && more.is_none() && name.is_some_and(|name| NAMES.contains(&without_separators(name).as_str()))
}

/// What an operation is called that asks for what is there by its name, and makes nothing of that name.
const ASKING: [&str; 22] = [
    "auth",
    "authenticate",
    "authorize",
    "check",
    "confirm",
    "exists",
    "filter",
    "find",
    "forgot",
    "login",
    "logon",
    "lookup",
    "query",
    "recover",
    "refresh",
    "resend",
    "reset",
    "search",
    "signin",
    "suggest",
    "validate",
    "verify",
];

/// Whether the names in a request have to be those that the contract shows, because they name what is there: a log-in, a search,
/// a reset of a password. What has things of its own below its path makes them.
pub fn asks_by_name(contract: &Contract, operation: &Operation) -> bool {
    let last = operation.segments().rfind(|segment| !segment.starts_with('{')).unwrap_or_default();
    let by = |name: &str| {
        let words = words_of_name(name);
        let pair = words.get(..2).map(<[String]>::concat);
        words.first().into_iter().chain(pair.as_ref()).any(|word| ASKING.contains(&word.as_str()))
    };
    let below = format!("{}/{{", operation.path.trim_end_matches('/'));
    let has_things = || contract.operations.iter().any(|other| other.path.starts_with(&below));
    contract.inferred.marks && operation.method.is_post() && (by(last) || by(&operation.id)) && !has_things()
}

fn resource_need(kind: &str) -> ResourceNeed {
    ResourceNeed::any(kind)
}

/// The name of one of a kind, as far as endings tell.
fn singular(kind: &str) -> String {
    let kind = without_separators(kind);
    match kind.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => kind.strip_suffix('s').unwrap_or(&kind).to_owned(),
    }
}

fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => members.contains_key(name) || members.values().any(|member| mentions(member, name)),
        Value::Array(items) => items.iter().any(|item| mentions(item, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inferred() -> Inferred {
        Inferred {
            marks: true,
            references: [("bookid".to_owned(), "books".to_owned())].into(),
            ambiguous: ["groupid".to_owned()].into(),
            ..Inferred::default()
        }
    }

    #[test]
    fn a_member_is_a_reference_by_its_name() {
        let kind = |at: &str| reference(&inferred(), at).map(|need| need.kind);
        assert_eq!(kind("/book_id").as_deref(), Some("books"));
        assert_eq!(kind("/items/0/bookId").as_deref(), Some("books"));
        assert_eq!(kind("/bookIds/2").as_deref(), Some("books"));
        assert_eq!((kind("/id"), kind("/books/0"), kind("")), (None, None, None));
    }

    #[test]
    fn a_number_in_a_member_that_is_called_like_a_thing_is_a_reference() {
        let kind = |at: &str| numbered_reference(&inferred(), at).map(|need| need.kind);
        for at in ["/book", "/books/0", "/data/firstBook", "/last_books/3"] {
            assert_eq!(kind(at).as_deref(), Some("books"), "{at}");
        }
        assert_eq!((kind("/bookings/0"), kind("/group"), kind("/0"), kind("")), (None, None, None, None));
        assert!(may_be_reference(&inferred(), "/groups/0") && may_be_reference(&inferred(), "/book") && !may_be_reference(&inferred(), "/pages"));
    }

    #[test]
    fn a_name_stands_right_below_the_thing() {
        let is = |at: &str| is_name(&inferred(), at);
        assert!(is("/name") && is("/data/attributes/display_name") && is("/0/userName"));
        assert!(!is("/owner/name") && !is("/notes") && !is(""));
    }

    #[test]
    fn names_are_given_where_something_is_asked_for_by_them() {
        let operation = |id: &str| json!({"operationId": id, "responses": {"200": {"description": "d"}}});
        let paths = json!({"/user/login": {"post": operation("a")}, "/sign-in": {"post": operation("b")}, "/books/search": {"post": operation("c")},
            "/password": {"post": operation("resetPassword")}, "/books": {"post": operation("d")}, "/queries": {"post": operation("createQuery")},
            "/filter": {"post": operation("e")}, "/filter/{id}": {"get": operation("f")}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        let contract = crate::contract::read(crate::contract::bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let asking = contract.operations.iter().filter(|operation| asks_by_name(&contract, operation));
        assert_eq!(asking.map(|operation| operation.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "resetPassword"]);
    }

    #[test]
    fn singulars() {
        assert_eq!((singular("categories"), singular("books"), singular("pet")), ("category".to_owned(), "book".to_owned(), "pet".to_owned()));
    }
}
