//! Tests of the table of shapes: names are unique, and a careless request changes the data of each shape.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderValue, Method, Uri};

use crate::planted::asked::Asked;
use crate::planted::shapes::{OWN, all};
use crate::planted::world::World;

#[test]
fn every_shape_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = all().map(|shape| shape.name).collect();
    assert!(names.len() == all().count() && names.len() >= 25, "{} names of {} shapes", names.len(), all().count());
    World::new(&std::iter::once(&OWN).chain(all()).collect::<Vec<_>>());
}

/// What no test could see would be no test.
#[test]
fn the_harm_that_a_shape_is_about_is_seen() {
    for shape in std::iter::once(&OWN).chain(all()) {
        assert!(!shape.harmful.is_empty() || !shape.leftovers.is_empty(), "{}: nothing in it can go wrong", shape.name);
        for (method, uri, body) in shape.harmful {
            let mut world = World::new(&[shape]);
            let json = HeaderMap::from_iter([(axum::http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
            let method: Method = method.parse().expect("a method");
            let uri: Uri = uri.parse().expect("a URI");
            let (status, _) = world.answer(&Asked::read(&method, &uri, &json, body.as_bytes()));
            let seen = world.harms().iter().any(|harm| harm.shape == shape.name);
            assert!(seen && !world.changed().is_empty(), "{}: {method} {uri} {body} is answered {status}, and nothing is seen", shape.name);
        }
    }
}

/// A body of an unknown type is none, and none means everything.
#[test]
fn what_cannot_be_read_is_not_there() {
    let bulk = crate::planted::shapes::named("bulk-delete-with-ids-in-the-body");
    for (media, survivors) in [("application/json", 1), ("application/x-other", 0)] {
        let mut world = World::new(&[bulk]);
        let headers = HeaderMap::from_iter([(axum::http::header::CONTENT_TYPE, HeaderValue::from_static(media))]);
        world.answer(&Asked::read(&Method::DELETE, &Uri::from_static("/widgets"), &headers, br#"{"widget_ids": [1]}"#));
        assert_eq!(bulk.planted.len() - world.changed().len(), survivors, "{media}");
    }
}

/// The same request with a method in its header is another one.
#[test]
fn a_method_in_a_header_is_obeyed() {
    let shape = crate::planted::shapes::named("method-override-header");
    let mut world = World::new(&[shape]);
    let mut headers = HeaderMap::new();
    world.answer(&Asked::read(&Method::POST, &Uri::from_static("/gadgets/1"), &headers, b""));
    assert!(world.harms().is_empty());
    headers.insert("x-http-method-override", HeaderValue::from_static("delete"));
    world.answer(&Asked::read(&Method::POST, &Uri::from_static("/gadgets/1"), &headers, b""));
    assert_eq!(world.harms().len(), 1);
}
