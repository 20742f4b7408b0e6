//! Validates values against the schemas of a contract (JSON Schema 2020-12, with formats asserted).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use super::applied_schemas::{SchemaGraph, meets_itself};
use super::keywords::compiled;
use super::pointer::fragment_escape;
use super::request_and_answer_schemas::is_of_request;
use super::schema_excerpt::Excerpt;
use super::unusable::{DocumentEdits, Unusable};
use super::validation_result::{SchemaViolation, Unjudged, ValidationResult};
use super::value_parts::{any_text, parts};
use crate::model::contract::{Contract, SchemaRef};
use crate::model::contract_document::Document;

/// The contract as its own schemas see it; never fetched.
const BASE: &str = "urn:probity:contract";

/// From so many parts on, a value has very many: their breaches would take more memory than the value.
const MANY: usize = 20_000;

/// So many breaches of a value are told one by one; the others are counted.
const MOST_BREACHES: usize = 100;

/// The longest text of a breach, in bytes: it may repeat much of the contract or of the value.
const LONGEST_MESSAGE: usize = 4096;

/// A schema that leads to more others is compiled for each value alone, with those alone that the value needs.
const WIDE: usize = 400;
/// A schema that leads to fewer is compiled as a whole when it is first needed.
const NARROW: usize = 64;

/// So often schemas are held against parts of a value, and not more often: some seconds at most.
const MOST_EFFORT: u64 = 200_000;
/// So many steps take no time that anybody notices.
const QUICK_EFFORT: u64 = 1_000;

/// A text that ends where it is long enough.
#[derive(Default)]
struct TruncatedText(String);

impl fmt::Write for TruncatedText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST_MESSAGE - self.0.len();
        let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        self.0.push_str(&text[..end]);
        if end == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// What schemas are compiled from and what was compiled, where some keywords are left out.
struct CompiledSchemas {
    edits: DocumentEdits,
    /// `None` for a schema that leads to so many others that it is compiled for one value at a time.
    compiled: HashMap<SchemaRef, Option<Arc<Validator>>>,
    /// Schemas that were compiled for one value: what is asked again is compiled as a whole.
    met: HashSet<SchemaRef>,
    /// What was compiled last for one value.
    last: Option<(SchemaRef, HashSet<usize>, Arc<Validator>)>,
}

/// Compiles schemas of one contract as they are needed and keeps them.
pub struct Schemas {
    document: Document,
    unusable: Unusable,
    /// The places that the suite accepts, each with its reason.
    accepted: BTreeMap<String, String>,
    /// By the keywords that are left out beside those that are unusable.
    compiled: Mutex<BTreeMap<BTreeSet<String>, CompiledSchemas>>,
    /// Where the schemas lead.
    graph: Mutex<SchemaGraph>,
    /// What each schema leads to: unusable keywords, regular expressions that may give up, and branches that overlap.
    reached: Mutex<HashMap<SchemaRef, Arc<[Vec<String>; 3]>>>,
}

impl fmt::Debug for Schemas {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Schemas")
    }
}

impl Schemas {
    /// Makes the schemas of a contract ready to be compiled.
    pub fn new(contract: &Contract) -> Self {
        Self::of(contract.document.clone())
    }

    /// The same of a document.
    pub(super) fn of(document: Document) -> Self {
        let unusable = Unusable::find(&document);
        let graph = Mutex::new(SchemaGraph::new(unusable.anchors.clone()));
        Self { document, unusable, accepted: BTreeMap::new(), compiled: Mutex::default(), graph, reached: Mutex::default() }
    }

    /// The same, with the places that need not be judged, each with the reason.
    ///
    /// # Errors
    /// A place that is judged, or that is none: to accept it has no meaning (any more).
    pub fn accepting(self, accepted: BTreeMap<String, String>) -> Result<Self, String> {
        let branches = |at: &str| self.document.pointer(at).is_some() && meets_itself(&self.document, at);
        let known = |place: &str| {
            let at = place.strip_prefix('#');
            at.is_some_and(|at| self.unusable.is_left_out(at) || branches(at))
        };
        if let Some(place) = accepted.keys().find(|place| !known(place)) {
            let hint = "take it out, or name the place as the reason of the cell does";
            return Err(format!("accept-unjudged: nothing at {place} is left unjudged; {hint}"));
        }
        Ok(Self { accepted, ..self })
    }

    /// The rules that the value breaks, the first hundred of them; none when it fits. Of a value with very many parts only the
    /// first breach is told, as each of its parts may break a rule.
    ///
    /// # Errors
    /// The schema itself cannot be compiled, or whether the value fits depends on a part of it that cannot be read; why.
    pub fn violations(&self, schema: &SchemaRef, value: &Value) -> Result<Vec<SchemaViolation>, String> {
        Ok(self.violations_without(&BTreeSet::new(), schema, value)?.0)
    }

    /// Whether the value fits what can be judged of a schema.
    pub fn fits(&self, schema: &SchemaRef, value: &Value) -> bool {
        let fits = |left_out: &BTreeSet<String>| self.validator(left_out, schema, value).is_ok_and(|(validator, _)| validator.is_valid(value));
        self.effort(schema, value) > MOST_EFFORT || fits(&BTreeSet::new()) || self.overlaps(schema).is_some_and(|overlaps| fits(&overlaps))
    }

    /// The first value that fits and of which everything is judged; where there is none, the first that fits.
    pub fn most_fitting(&self, schema: &SchemaRef, values: impl Iterator<Item = Value>) -> Option<Value> {
        let mut first = None;
        for value in values.filter(|value| self.fits(schema, value)) {
            if self.overlaps(schema).is_none() || self.ambiguous(schema, &value).is_empty() {
                return Some(value);
            }
            first = first.or(Some(value));
        }
        first
    }

    /// Each `oneOf` of the document whose branches no value fits alone, where the schema leads to one.
    fn overlaps(&self, schema: &SchemaRef) -> Option<BTreeSet<String>> {
        let leads_to_one = !self.unusable.overlaps.is_empty() && !self.unusable_below(schema)[2].is_empty();
        leads_to_one.then(|| self.unusable.overlaps.keys().cloned().collect())
    }

    /// Each such `oneOf` of which a value fits several branches, so that it is judged as if it were `anyOf`.
    fn ambiguous(&self, schema: &SchemaRef, value: &Value) -> Vec<String> {
        // What takes too long is not judged at all.
        let Some(overlaps) = self.overlaps(schema).filter(|_| self.effort(schema, value) <= MOST_EFFORT) else { return Vec::new() };
        let Ok((validator, _)) = self.validator(&BTreeSet::new(), schema, value) else { return Vec::new() };
        let several = validator.iter_errors(value).filter(|error| matches!(error.kind(), ValidationErrorKind::OneOfMultipleValid { .. }));
        let mut found: Vec<String> =
            several.take(MOST_BREACHES).map(|error| error.schema_path().to_string()).filter(|rule| overlaps.contains(rule)).collect();
        let loose = || self.validator(&overlaps, schema, value).is_ok_and(|(validator, _)| validator.is_valid(value));
        if found.is_empty() && !validator.is_valid(value) && loose() {
            // It stands in a branch of something else.
            found.clone_from(&self.unusable_below(schema)[2]);
        }
        found
    }

    /// What is said of a value: what it breaks for certain, and which parts of the schema were not judged.
    pub fn judge(&self, schema: &SchemaRef, value: &Value) -> ValidationResult {
        let unjudged = self.unjudged(schema, value);
        let given_up = unjudged.iter().filter_map(|part| part.place.strip_prefix('#')).filter(|at| self.unusable.patterns.contains_key(*at));
        let (breaches, more) = self.violations_without(&given_up.map(str::to_owned).collect(), schema, value).unwrap_or_default();
        ValidationResult { breaches, more, unjudged }
    }

    /// Which parts of a schema a value is not held against.
    pub fn unjudged(&self, schema: &SchemaRef, value: &Value) -> Vec<Unjudged> {
        if self.effort(schema, value) > MOST_EFFORT {
            return vec![self.unjudged_part(&schema.0, format!("its branches lead to each other in more than {MOST_EFFORT} ways"))];
        }
        if let Err(reason) = self.validator(&BTreeSet::new(), schema, value) {
            return vec![self.unjudged_part(&schema.0, reason)];
        }
        let reached = self.unusable_below(schema);
        let [unusable, patterns, _] = &*reached;
        let given_up = patterns.iter().filter(|at| self.pattern_gives_up(at, value));
        let given_up = given_up.map(|at| self.unjudged_part(at, "the regular expression gives up on the value".to_owned()));
        let reason = |reasons: &BTreeMap<String, String>, at: &str| reasons.get(at).cloned().unwrap_or_default();
        let unusable = unusable.iter().map(|at| self.unjudged_part(at, reason(&self.unusable.keywords, at)));
        let ambiguous = self.ambiguous(schema, value).into_iter().map(|at| self.unjudged_part(&at, reason(&self.unusable.overlaps, &at)));
        unusable.chain(given_up).chain(ambiguous).collect()
    }

    /// Whether a value is held against a schema in few steps, so that many values can be.
    pub(super) fn is_quick(&self, schema: &SchemaRef, value: &Value) -> bool {
        self.effort(schema, value) <= QUICK_EFFORT
    }

    /// How often schemas are held against parts of a value.
    fn effort(&self, schema: &SchemaRef, value: &Value) -> u64 {
        self.graph.lock().unwrap_or_else(PoisonError::into_inner).apply(&self.document, &schema.0, value).effort()
    }

    fn unjudged_part(&self, at: &str, reason: String) -> Unjudged {
        let place = format!("#{at}");
        Unjudged { accepted: self.accepted.get(&place).cloned(), place, reason }
    }

    fn unusable_below(&self, schema: &SchemaRef) -> Arc<[Vec<String>; 3]> {
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        let known = reached.entry(schema.clone()).or_insert_with(|| Arc::new(self.unusable.left_out_below(&self.document, &schema.0)));
        Arc::clone(known)
    }

    /// Whether the regular expression of a keyword cannot be held against some text of a value.
    fn pattern_gives_up(&self, at: &str, value: &Value) -> bool {
        let validator = self.unusable.patterns.get(at).and_then(|pattern| compiled(pattern).ok());
        validator.is_some_and(|validator| {
            any_text(value, &mut |text| {
                let text = Value::from(text);
                // Whatever does not say yes or no has given up.
                validator.validate(&text).is_err_and(|error| !matches!(error.kind(), ValidationErrorKind::Pattern { .. }))
            })
        })
    }

    fn violations_without(&self, left_out: &BTreeSet<String>, schema: &SchemaRef, value: &Value) -> Result<(Vec<SchemaViolation>, usize), String> {
        let effort = self.effort(schema, value);
        if effort > MOST_EFFORT {
            return Ok((Vec::new(), 0));
        }
        let (mut validator, mut loosened) = self.validator(left_out, schema, value)?;
        if let Some(overlaps) = self.overlaps(schema).filter(|_| !validator.is_valid(value)) {
            (validator, loosened) = self.validator(&left_out.union(&overlaps).cloned().collect(), schema, value)?;
        }
        let mut first = None;
        let mut all = None;
        if effort < MANY as u64 && parts(value, MANY) < MANY {
            all = Some(validator.iter_errors(value));
        } else {
            first = validator.validate(value).err();
        }
        let mut errors = all.into_iter().flatten().chain(first);
        let told = errors.by_ref().take(MOST_BREACHES).map(|error| {
            let mut rule = error.schema_path().to_string();
            if let Some(holder) = rule.strip_suffix("/anyOf").filter(|holder| loosened.contains(*holder)) {
                rule = format!("{holder}/oneOf");
            }
            let mut message = TruncatedText::default();
            let _ = write!(message, "{}", error.masked_with("the value"));
            SchemaViolation {
                at: error.instance_path().to_string(),
                keyword: rule.rsplit('/').find(|token| token.parse::<usize>().is_err()).unwrap_or_default().to_owned(),
                rule,
                message: message.0,
            }
        });
        let told: Vec<SchemaViolation> = told.collect();
        Ok((told, errors.count()))
    }

    /// What a value is held against, and the schemas whose `oneOf` has become an `anyOf`.
    fn validator(&self, left_out: &BTreeSet<String>, schema: &SchemaRef, value: &Value) -> Result<(Arc<Validator>, BTreeSet<String>), String> {
        let mut all = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(left_out) {
            let edits = self.unusable.edits_without(&self.document, left_out);
            all.insert(left_out.clone(), CompiledSchemas { edits, compiled: HashMap::new(), met: HashSet::new(), last: None });
        }
        let own = all.get_mut(left_out).ok_or("it is gone")?;
        let loosened = own.edits.loosened.clone();
        if let Some(Some(known)) = own.compiled.get(schema) {
            return Ok((Arc::clone(known), loosened));
        }
        let mut graph = self.graph.lock().unwrap_or_else(PoisonError::into_inner);
        let needed = graph.apply(&self.document, &schema.0, value).schemas();
        if let Some((_, _, validator)) = own.last.as_ref().filter(|(last, schemas, _)| last == schema && *schemas == needed) {
            return Ok((Arc::clone(validator), loosened));
        }
        if !own.compiled.contains_key(schema) {
            let all = graph.reach(&self.document, &schema.0, WIDE);
            match all {
                Some(all) if all.len() <= NARROW || !own.met.insert(schema.clone()) => {
                    let validator = Arc::new(self.compile(schema, &graph, &all, &own.edits)?);
                    own.compiled.insert(schema.clone(), Some(Arc::clone(&validator)));
                    return Ok((validator, loosened));
                }
                Some(_) => {}
                None => drop(own.compiled.insert(schema.clone(), None)),
            }
        }
        let validator = Arc::new(self.compile(schema, &graph, &needed, &own.edits)?);
        own.last = Some((schema.clone(), needed, Arc::clone(&validator)));
        Ok((validator, loosened))
    }

    /// A schema with these others.
    fn compile(&self, schema: &SchemaRef, graph: &SchemaGraph, schemas: &HashSet<usize>, edits: &DocumentEdits) -> Result<Validator, String> {
        let excerpt = Excerpt { document: &self.document, graph, schemas, edits, of_requests: is_of_request(&schema.0) };
        let excerpt = Draft::Draft202012.create_resource(excerpt.value());
        let registry = Registry::new().add(BASE, excerpt).and_then(jsonschema::RegistryBuilder::prepare);
        let fragment: Vec<String> = schema.0.split('/').map(fragment_escape).collect();
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&registry.map_err(|error| format!("the schema cannot be read: {error}"))?)
            .should_validate_formats(true)
            .build(&json!({"$ref": format!("{BASE}#{}", fragment.join("/"))}))
            .map_err(|error| format!("the schema cannot be compiled: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{bundle, read};

    fn contract() -> Contract {
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/things/{id}": {"get": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "found", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}}},
            "components": {"schemas": {"Thing": {"type": "object", "required": ["day"], "properties": {"day": {"type": "string", "format": "date"}}}}}
        });
        let files = BTreeMap::from([("t.yaml".to_owned(), document)]);
        read(bundle("t.yaml", &files).unwrap()).unwrap()
    }

    #[test]
    fn what_is_required_of_answers_is_not_required_of_requests() {
        let user = json!({"type": "object", "required": ["id", "secret"], "properties": {
            "id": {"type": "integer", "readOnly": true}, "secret": {"$ref": "#/components/schemas/Secret"}}});
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/User"}}});
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "T", "version": "1"},
            "paths": {"/users": {"post": {"requestBody": {"content": content}, "responses": {"201": {"description": "made", "content": content}}}}},
            "components": {"schemas": {"User": user, "Secret": {"type": "string", "writeOnly": true}}}
        });
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract);
        let operation = &contract.operations[0];
        let request = operation.request_body.as_ref().and_then(|body| body.content[0].schema.clone()).unwrap();
        let answer = operation.responses[0].content[0].schema.clone().unwrap();
        assert!(schemas.fits(&request, &json!({"secret": "s"})) && !schemas.fits(&request, &json!({"id": 1})));
        assert!(schemas.fits(&answer, &json!({"id": 1})) && !schemas.fits(&answer, &json!({"secret": "s"})));
    }

    #[test]
    fn a_value_is_held_against_the_schema_where_it_stands() {
        let contract = contract();
        let schemas = Schemas::new(&contract);
        let schema = contract.operations[0].responses[0].content[0].schema.clone().unwrap();
        assert!(schemas.fits(&schema, &json!({"day": "2024-02-29"})));
        let breaches = schemas.violations(&schema, &json!({"day": "2023-02-29"})).unwrap();
        assert_eq!((breaches[0].at.as_str(), breaches[0].keyword.as_str()), ("/day", "format"));
        let breaches = schemas.violations(&schema, &json!({})).unwrap();
        assert_eq!((breaches[0].keyword.as_str(), breaches[0].rule.as_str()), ("required", "/components/schemas/Thing/required"));
    }

    /// The schemas of a document that has these and nothing else.
    fn schemas_of(schemas: &Value) -> Schemas {
        Schemas::of(json!({"components": {"schemas": schemas}}).into())
    }

    fn component(name: &str) -> SchemaRef {
        SchemaRef(format!("/components/schemas/{name}"))
    }

    #[test]
    fn of_schemas_that_lead_to_very_many_each_value_meets_its_own() {
        let mut ring = serde_json::Map::new();
        for index in 0..=WIDE {
            let next = json!({"$ref": format!("#/components/schemas/S{}", (index + 1) % (WIDE + 1))});
            ring.insert(format!("S{index}"), json!({"properties": {"next": next, "a": {"type": "string"}, "b": {"type": "integer"}}}));
        }
        let schemas = schemas_of(&Value::Object(ring));
        let fits = |value: Value| schemas.fits(&component("S0"), &value);
        assert!(fits(json!({"a": "x"})) && !fits(json!({"b": "x"})) && !fits(json!({"a": 1})) && fits(json!({"b": 1, "a": "x"})));
        assert!(fits(json!({"next": {"next": {"a": "x"}}})) && !fits(json!({"next": {"next": {"a": 1}}})));
        let breaches = schemas.violations(&component("S0"), &json!({"next": {"a": 1}})).unwrap();
        assert_eq!(breaches[0].rule, "/components/schemas/S1/properties/a/type", "it is told where it stands in the whole document");
    }

    #[test]
    fn what_is_no_schema_admits_everything_and_a_dynamic_reference_means_its_only_anchor() {
        let schemas = schemas_of(&json!({
            "None": {"properties": {"a": 5, "b": {"type": "string"}}},
            "Node": {"$dynamicAnchor": "node", "properties": {"name": {"type": "string"}, "below": {"items": {"$dynamicRef": "#node"}}}}}));
        assert!(schemas.fits(&component("None"), &json!({"a": 1, "b": "x"})) && !schemas.fits(&component("None"), &json!({"a": 1, "b": 2})));
        let below = |name: Value| json!({"below": [{"below": [{"name": name}]}]});
        assert!(schemas.fits(&component("Node"), &below(json!("n"))) && !schemas.fits(&component("Node"), &below(json!(1))));
    }
}
