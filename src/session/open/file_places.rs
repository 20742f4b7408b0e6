//! Finds where members of a document stand in its text, without a copy of the document.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_saphyr::Spanned;

use super::{document, yaml};

/// Line and column, as [`crate::model::file_place::FilePlace`] counts them.
pub(super) type LineAndColumn = (u64, u64);

/// Where the members stand that these JSON Pointers (RFC 6901) name: where their keys begin. A whole document and an item of a
/// list stand where their first member does. Of a key that an object has twice the last one is meant, as when a contract is read.
/// One pass over the text, however many are asked for.
/// What is asked for is a pointer and a name for it; what is found has that name.
pub(super) fn file_places<'p>(text: &str, asked: impl IntoIterator<Item = (&'p str, &'p str)>) -> Vec<(&'p str, LineAndColumn)> {
    let text = text.trim_start_matches('\u{feff}');
    let wanted = Wanted::new(asked);
    let read = Read { text, wanted: &wanted, count: Cell::new(0) };
    let as_json = document::may_be_json(text) && json(&read).is_some();
    // What was seen before a text turned out to be no JSON is seen again, or counts no more.
    if !as_json && yaml::visit(text, |reader| Seek::<Spanned<String>>::of(ROOT, &read).deserialize(reader)).is_err() {
        return Vec::new();
    }
    placed(text, wanted.offsets())
}

/// A token of a pointer as a key. It stands in no URI, so that nothing in it is percent-encoded.
fn unescaped_key(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

fn json(read: &Read<'_>) -> Option<()> {
    let mut reader = serde_json::Deserializer::from_str(read.text);
    Seek::<&RawValue>::of(ROOT, read).deserialize(&mut reader).and_then(|()| reader.end()).ok()
}

/// The document, as a part of itself.
const ROOT: usize = 0;

/// The parts of a document on the way to what is looked for, holders before what they hold.
struct Wanted<'p> {
    parts: Vec<Part>,
    /// The part that is a member, by its key, or an item, by its index, of another one.
    members: HashMap<(usize, Cow<'p, str>), usize>,
    /// What parts are called by those who ask for them.
    names: Vec<(usize, &'p str)>,
}

/// A part of a document.
struct Part {
    holder: usize,
    /// Whether more is looked for in it.
    is_holder: bool,
    /// When it was last come to, and at which byte.
    seen: Cell<Option<(usize, usize)>>,
}

impl<'p> Wanted<'p> {
    fn new(asked: impl IntoIterator<Item = (&'p str, &'p str)>) -> Self {
        let part = |holder: usize| Part { holder, is_holder: false, seen: Cell::new(None) };
        let mut wanted = Self { parts: vec![part(ROOT)], members: HashMap::new(), names: Vec::new() };
        for (pointer, name) in asked {
            let mut at = ROOT;
            for token in pointer.split('/').skip(1) {
                wanted.parts[at].is_holder = true;
                let next = wanted.parts.len();
                let member = *wanted.members.entry((at, unescaped_key(token))).or_insert(next);
                if member == next {
                    wanted.parts.push(part(at));
                }
                at = member;
            }
            wanted.names.push((at, name));
        }
        wanted
    }

    fn member(&self, holder: usize, key: &str) -> Option<usize> {
        self.members.get(&(holder, Cow::Borrowed(key))).copied()
    }

    /// The bytes of what stands in the document, with its names. What was seen before its holder was come to again belongs to a
    /// holder that is not used.
    fn offsets(&self) -> Vec<(usize, &'p str)> {
        let mut used: Vec<Option<(usize, usize)>> = Vec::with_capacity(self.parts.len());
        for (index, part) in self.parts.iter().enumerate() {
            let since = if index == ROOT { Some(0) } else { used[part.holder].map(|(when, _)| when) };
            used.push(part.seen.get().filter(|(when, _)| since.is_some_and(|since| *when >= since)));
        }
        self.names.iter().filter_map(|(part, name)| Some((used[*part]?.1, *name))).collect()
    }
}

/// The text, what is looked for in it, and how many parts on the way were come to.
struct Read<'t> {
    text: &'t str,
    wanted: &'t Wanted<'t>,
    count: Cell<usize>,
}

impl Read<'_> {
    fn note(&self, part: usize, byte: usize) {
        self.count.set(self.count.get() + 1);
        self.wanted.parts[part].seen.set(Some((self.count.get(), byte)));
    }
}

/// A key that knows where it stands.
trait PlacedKey<'de>: Deserialize<'de> {
    fn name(&self) -> Option<Cow<'_, str>>;
    fn byte(&self, text: &str) -> Option<usize>;
}

impl<'de> PlacedKey<'de> for &'de RawValue {
    fn name(&self) -> Option<Cow<'_, str>> {
        let written = self.get().strip_prefix('"')?.strip_suffix('"')?;
        if written.contains('\\') { serde_json::from_str(self.get()).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(written)) }
    }

    fn byte(&self, text: &str) -> Option<usize> {
        self.get().as_ptr().addr().checked_sub(text.as_ptr().addr())
    }
}

impl PlacedKey<'_> for Spanned<String> {
    fn name(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.value))
    }

    /// Where it is written, and not where an alias stands for it.
    fn byte(&self, _: &str) -> Option<usize> {
        self.defined.span().byte_offset().and_then(|byte| usize::try_from(byte).ok())
    }
}

/// Goes through one part; `K` is how a key is read.
struct Seek<'a, K> {
    part: usize,
    read: &'a Read<'a>,
    /// Whether the part has no key to stand at.
    keyless: bool,
    key: PhantomData<K>,
}

impl<'a, K> Seek<'a, K> {
    fn of(part: usize, read: &'a Read<'a>) -> Self {
        Self { part, read, keyless: true, key: PhantomData }
    }
}

impl<'de, K: PlacedKey<'de>> DeserializeSeed<'de> for Seek<'_, K> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.keyless && !self.read.wanted.parts[self.part].is_holder {
            return IgnoredAny::deserialize(deserializer).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de, K: PlacedKey<'de>> Visitor<'de> for Seek<'_, K> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            let more = match self.read.wanted.member(self.part, &index.to_string()) {
                Some(part) => items.next_element_seed(Self::of(part, self.read))?,
                None => items.next_element::<IgnoredAny>()?.map(|_| ()),
            };
            if more.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut keyless = self.keyless;
        while let Some(key) = members.next_key::<K>()? {
            let byte = key.byte(self.read.text);
            if let Some(byte) = byte.filter(|_| std::mem::take(&mut keyless)) {
                self.read.note(self.part, byte);
            }
            match (key.name().and_then(|name| self.read.wanted.member(self.part, &name)), byte) {
                (Some(part), Some(byte)) => {
                    self.read.note(part, byte);
                    members.next_value_seed(Self { part, keyless: false, ..self })?;
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Bytes of a text as lines and columns, in one pass over it.
fn placed<'p>(text: &str, mut offsets: Vec<(usize, &'p str)>) -> Vec<(&'p str, LineAndColumn)> {
    offsets.sort_unstable();
    let (mut line, mut column, mut at) = (1, 1, 0);
    let mut found = Vec::with_capacity(offsets.len());
    for (byte, name) in offsets {
        let between = text.get(at..byte).unwrap_or_default();
        let mut letters = between.chars().peekable();
        while let Some(letter) = letters.next() {
            // What stands at `byte` is a key, so that no CR LF is cut.
            if letter == '\n' || letter == '\r' && letters.peek() != Some(&'\n') {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
        at = byte;
        found.push((name, (line, column)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a pointer stands, as `line:column`.
    fn at(text: &str, pointer: &str) -> String {
        file_places(text, [(pointer, "it")]).first().map_or_else(|| "nowhere".to_owned(), |(_, (line, column))| format!("{line}:{column}"))
    }

    /// The rest of the line at which a pointer stands.
    fn shown<'t>(text: &'t str, pointer: &str) -> &'t str {
        let Some((_, (line, column))) = file_places(text, [(pointer, "it")]).pop() else { return "nowhere" };
        let index = |number: u64| usize::try_from(number).unwrap() - 1;
        let line = text.trim_start_matches('\u{feff}').split('\n').nth(index(line)).unwrap();
        let byte = line.char_indices().nth(index(column)).unwrap().0;
        &line[byte..]
    }

    #[test]
    fn keys_of_json_stand_where_their_quotes_begin() {
        let text = "{\n  \"paths\": {\n\t\"/a/{id}\": {\"get\": {\"responses\": {\"200\": 1, \"404\": 2}}}\n  }\n}";
        assert_eq!(at(text, "/paths/~1a~1{id}/get"), "3:14");
        assert_eq!(shown(text, "/paths/~1a~1{id}/get/responses/404"), "\"404\": 2}}}");
        assert_eq!((at(text, "/paths/~1b/get"), at(text, "/paths/~1a~1{id}/get/responses/404/x")), ("nowhere".to_owned(), "nowhere".to_owned()));
        assert_eq!(at(text, ""), "2:3");
    }

    #[test]
    fn keys_of_yaml_stand_where_they_are_written_in_block_and_flow() {
        let text = "# a comment\npaths:\n  /a/{id}:\n    get:\n      responses:\n        '200': {description: d}\n        404:\n          description: d\n    put: {responses: {\n      \"204\": {}, 409: {}}}\n";
        assert_eq!(at(text, "/paths/~1a~1{id}/get"), "4:5");
        assert_eq!(at(text, "/paths/~1a~1{id}/get/responses/200"), "6:9");
        assert_eq!(at(text, "/paths/~1a~1{id}/get/responses/404"), "7:9");
        assert_eq!(at(text, "/paths/~1a~1{id}/put"), "9:5");
        assert_eq!(shown(text, "/paths/~1a~1{id}/put/responses/204"), "\"204\": {}, 409: {}}}");
        assert_eq!(shown(text, "/paths/~1a~1{id}/put/responses/409"), "409: {}}}");
        assert_eq!(at(text, ""), "2:1");
    }

    #[test]
    fn yaml_that_begins_like_json_is_read_as_yaml() {
        assert_eq!(at("{paths: {/a: {get: 1, put: 2}},}", "/paths/~1a/put"), "1:23");
    }

    #[test]
    fn what_an_anchor_names_stands_where_it_is_written() {
        let text = "shared: &shared\n  '404': {description: d}\nx: &all\n  get:\n    responses:\n      <<: *shared\n      '200': {}\ny: *all\n";
        assert_eq!(at(text, "/x/get/responses/404"), "2:3");
        assert_eq!(at(text, "/x/get/responses/200"), "7:7");
        assert_eq!(at(text, "/y/get/responses/200"), "7:7");
        assert_eq!(at(text, "/y"), "8:1");
    }

    #[test]
    fn of_a_key_that_is_there_twice_the_last_one_is_meant() {
        for text in ["{\"a\": {\"b\": 1, \"c\": 1},\n\"d\": 0,\n\"a\": {\"b\": 2}}", "a: {b: 1, c: 1}\nd: 0\na: {b: 2}\n"] {
            assert!(at(text, "/a/b").starts_with("3:") && at(text, "/a").starts_with("3:"), "{text}");
            assert_eq!(at(text, "/a/c"), "nowhere", "{text}");
        }
    }

    #[test]
    fn a_column_counts_characters() {
        for text in ["{\"é\u{1f600}\": 1, \"a\": {\"b\": 2}}", "{é\u{1f600}: 1, a: {b: 2}}"] {
            let column = text.chars().position(|letter| letter == 'b').unwrap() + usize::from(!text.contains('"'));
            assert_eq!(at(text, "/a/b"), format!("1:{column}"), "{text}");
            assert_eq!(at(&format!("\u{feff}{text}"), "/a/b"), format!("1:{column}"), "{text}");
        }
        assert_eq!(at("{\"a\":\t\t{\t\"b\": 1}}", "/a/b"), "1:10");
    }

    #[test]
    fn lines_end_as_editors_know_it() {
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(at(&["{", "\"a\":", " {", "  \"b\": 1}}"].join(end), "/a/b"), "4:3", "{end:?}");
            assert_eq!(at(&["a:", "  # c", "  b: 1", ""].join(end), "/a/b"), "3:3", "{end:?}");
        }
    }

    #[test]
    fn keys_are_meant_as_they_are_read() {
        assert_eq!(at(r#"{"a\/b": {"c~d%2F": {"\u00e9": 1}}}"#, "/a~1b/c~0d%2F/é"), "1:22");
        assert_eq!(at("'a/b': {c~d%2F: {\"\\u00e9\": 1}}", "/a~1b/c~0d%2F/é"), "1:18");
    }

    #[test]
    fn items_of_lists_stand_at_their_first_members() {
        assert_eq!(at("{\"a\": [{}, {\"b\": 1,\n \"c\": 2}]}", "/a/1"), "1:13");
        assert_eq!(at("{\"a\": [{}, {\"b\": 1,\n \"c\": 2}]}", "/a/1/c"), "2:2");
        assert_eq!(at("a:\n- {}\n- b: 1\n  c: 2\n", "/a/1"), "3:3");
        assert_eq!(at("a:\n- {}\n- b: 1\n  c: 2\n", "/a/1/c"), "4:3");
    }

    #[test]
    fn what_cannot_be_read_has_no_places() {
        for text in ["", "{\"a\": {\"b\"", "a: [", "{\"a\": 1} x", "\u{0}"] {
            assert_eq!(at(text, "/a/b"), "nowhere", "{text}");
        }
    }
}
