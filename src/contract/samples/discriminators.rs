//! Tells the schemas apart that extend another or are branches of it (OpenAPI, Discriminator Object).

use std::sync::Arc;

use serde_json::{Value, json};

use super::discriminator_names::{called, mapped};
use super::maker::{MergedSchema, SampleGenerator};

impl<'a> SampleGenerator<'a> {
    /// The place of the schema that is being made, where it has a name; what it extends comes behind it.
    pub(super) fn own_place<'b>(&'b self, used: &'b [Arc<str>]) -> Option<&'b Arc<str>> {
        used.first().or(self.open.last()).filter(|own| own.starts_with("/components/schemas/"))
    }

    /// A discriminator with what it maps to the schema that is being made: the whole list may be very long.
    pub(super) fn own_discriminator(&self, discriminator: &Value, used: &[Arc<str>]) -> Value {
        let mut own = json!({});
        for (name, value) in discriminator.as_object().into_iter().flatten().filter(|(name, _)| *name != "mapping") {
            own[name] = value.clone();
        }
        if let Some((place, name)) = self.own_place(used).and_then(|place| Some((place, mapped(discriminator, place)?))) {
            own["mapping"] = json!({name: format!("#{place}")});
        }
        own
    }

    /// Gives a schema that extends another the name by which the other tells it apart (OpenAPI, Discriminator Object).
    pub(super) fn set_discriminator(&self, whole: &mut MergedSchema, used: &[Arc<str>]) {
        let Some(discriminator) = whole.get("discriminator").cloned() else { return };
        let Some(member) = discriminator.get("propertyName").and_then(Value::as_str) else { return };
        let Some(name) = self.own_place(used).map(|own| called(&discriminator, own)) else { return };
        let described = whole.entry("properties").or_insert_with(|| json!({})).get(member).cloned().unwrap_or_else(|| json!({}));
        let is_told = described.get("const").is_some() || described.get("enum").is_some();
        if !is_told {
            whole["properties"][member] = json!({"const": name});
        }
    }

    /// Whether a schema is told apart by the schemas that extend it, and not by branches of its own.
    pub(super) fn is_parent(&self, whole: &MergedSchema) -> bool {
        let member = whole.get("discriminator").and_then(|discriminator| discriminator.get("propertyName")?.as_str());
        let is_named = |member: &str| whole.get("properties").and_then(|properties| properties.get(member)?.get("const")).is_some();
        member.is_some_and(|member| !is_named(member)) && !self.children().is_empty()
    }

    /// The schemas that extend the one that is being made (`allOf` with a reference to it).
    pub(super) fn children(&self) -> &'a [String] {
        self.open.last().map_or(&[], |own| self.document.extending(own))
    }

    pub(super) fn child(&mut self, whole: &MergedSchema, depth: usize) -> Option<Value> {
        let children = self.children();
        let own = self.open.pop()?;
        let first = self.way.branch;
        let mut order = (first..first + children.len()).filter_map(|index| children.get(index % children.len()));
        let made = order.find_map(|child| self.make(&json!({"$ref": format!("#{child}")}), depth));
        self.open.push(own);
        made.or_else(|| self.of_type(whole.clone(), depth))
    }
}
