//! Holds values against the schemas of a contract (JSON Schema 2020-12, with formats asserted).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, Keyword, Registry, ValidationError, Validator};
use serde_json::{Value, json};

use super::ContractError;
use super::bundle::UNREAD;
use super::sides::{is_of_request, sides};
use crate::domain::contract::{Contract, SchemaRef};

/// The contract as its own schemas see it; never fetched.
const BASE: &str = "urn:probity:contract";
/// The same as requests see it, where that is something else.
const REQUESTS: &str = "urn:probity:requests";

/// From so many parts on, a value has very many: their breaches would take more memory than the value.
const MANY: usize = 20_000;

/// One rule of a schema that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// JSON Pointer into the value.
    pub at: String,
    /// The keyword that is broken, for example `required`.
    pub keyword: String,
    /// Where the rule stands in the contract's document, as a path of keywords; behind a reference it starts at the top of
    /// the document.
    pub rule: String,
    /// What is wrong, in words.
    pub message: String,
}

/// Compiles schemas of one contract as they are needed and keeps them.
pub struct Schemas {
    /// The contract, where it is not prepared before it is needed.
    contract: Option<Arc<Contract>>,
    prepared: OnceLock<Result<Prepared, ContractError>>,
    compiled: Mutex<HashMap<(SchemaRef, Unread), Arc<Validator>>>,
}

/// The documents that schemas are looked up in.
struct Prepared {
    registry: Registry<'static>,
    /// Whether requests have a side of their own.
    sided: bool,
    /// Whether some part of a schema cannot be read.
    broken: bool,
}

/// What a part of a schema that cannot be read is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unread {
    /// For one that every value fits.
    Fits,
    /// For one that no value fits.
    Breaks,
}

impl std::fmt::Debug for Schemas {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Schemas")
    }
}

impl Prepared {
    fn new(contract: &Contract) -> Result<Self, ContractError> {
        let failed = |error: jsonschema::ReferencingError| ContractError::new(contract.title.clone(), format!("its schemas cannot be read: {error}"));
        let resource = |document: Value| Draft::Draft202012.create_resource(document);
        let both = sides(&contract.document);
        let sided = both.is_some();
        let registry = match both {
            Some((requests, answers)) => {
                Registry::new().add(BASE, resource(answers)).map_err(failed)?.add(REQUESTS, resource(requests)).map_err(failed)?
            }
            None => Registry::new().add(BASE, resource(contract.document.clone())).map_err(failed)?,
        };
        let registry = registry.prepare().map_err(failed)?;
        // What describes the body of a response that leads nowhere is always there.
        let broken = !contract.issues.is_empty();
        Ok(Self { registry, sided, broken })
    }
}

impl Schemas {
    /// Makes the schemas of a contract ready to be compiled.
    ///
    /// # Errors
    /// A schema identifier or reference in the document that cannot be resolved.
    pub fn new(contract: &Contract) -> Result<Self, ContractError> {
        let prepared = Prepared::new(contract)?;
        Ok(Self { contract: None, prepared: OnceLock::from(Ok(prepared)), compiled: Mutex::default() })
    }

    /// The same, made ready when the first schema is needed.
    pub fn later(contract: Arc<Contract>) -> Self {
        Self { contract: Some(contract), prepared: OnceLock::new(), compiled: Mutex::default() }
    }

    fn prepared(&self) -> Result<&Prepared, String> {
        let made = self.prepared.get_or_init(|| match &self.contract {
            Some(contract) => Prepared::new(contract),
            None => Err(ContractError::new("", "there is no contract")),
        });
        made.as_ref().map_err(ToString::to_string)
    }

    /// Every rule that the value breaks; none when it fits. Of a value with very many parts only the first breach is
    /// told, as each of its parts may break a rule.
    ///
    /// # Errors
    /// The schema itself cannot be compiled, or whether the value fits depends on a part of it that cannot be read; why.
    pub fn breaches(&self, schema: &SchemaRef, value: &Value) -> Result<Vec<Breach>, String> {
        let found = self.found(schema, value, Unread::Fits)?;
        if self.prepared()?.broken {
            let otherwise = self.validator(schema, Unread::Breaks)?;
            let fits = otherwise.is_valid(value);
            if fits != found.is_empty() {
                let unread = self.found(schema, value, Unread::Breaks)?;
                let at = unread.into_iter().find(|breach| breach.keyword == UNREAD).map_or_else(String::new, |breach| {
                    let at = breach.rule.strip_suffix(&format!("/{UNREAD}")).unwrap_or(&breach.rule);
                    format!(" at {at}")
                });
                return Err(format!("a part of its schema{at} cannot be read; see the issues of the document"));
            }
        }
        Ok(found)
    }

    fn found(&self, schema: &SchemaRef, value: &Value, unread: Unread) -> Result<Vec<Breach>, String> {
        let validator = self.validator(schema, unread)?;
        let mut first = None;
        let mut all = None;
        if parts(value, MANY) < MANY {
            all = Some(validator.iter_errors(value));
        } else {
            first = validator.validate(value).err();
        }
        let breaches = all.into_iter().flatten().chain(first).map(|error| {
            let rule = error.schema_path().to_string();
            Breach {
                at: error.instance_path().to_string(),
                keyword: rule.rsplit('/').find(|token| token.parse::<usize>().is_err()).unwrap_or_default().to_owned(),
                rule,
                message: error.to_string(),
            }
        });
        Ok(breaches.collect())
    }

    /// Whether the value fits, as far as the schema can be read; a schema that cannot be compiled fits nothing.
    pub fn fits(&self, schema: &SchemaRef, value: &Value) -> bool {
        self.validator(schema, Unread::Fits).is_ok_and(|validator| validator.is_valid(value))
    }

    fn validator(&self, schema: &SchemaRef, unread: Unread) -> Result<Arc<Validator>, String> {
        let prepared = self.prepared()?;
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (schema.clone(), unread);
        if let Some(known) = compiled.get(&key) {
            return Ok(Arc::clone(known));
        }
        let fragment: Vec<String> = schema.0.split('/').map(fragment_escape).collect();
        let base = if prepared.sided && is_of_request(&schema.0) { REQUESTS } else { BASE };
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&prepared.registry).should_validate_formats(true);
        let options = match unread {
            Unread::Fits => options,
            Unread::Breaks => options.with_keyword(UNREAD, |_, _, _| Ok(Box::new(Never))),
        };
        let validator = options
            .build(&json!({"$ref": format!("{base}#{}", fragment.join("/"))}))
            .map_err(|error| format!("the schema at {} cannot be compiled: {error}", schema.0))?;
        let validator = Arc::new(validator);
        compiled.insert(key, Arc::clone(&validator));
        Ok(validator)
    }
}

/// A keyword that no value fits.
struct Never;

impl<'i> Keyword<'i> for Never {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Err(ValidationError::custom("nobody knows what belongs here"))
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        false
    }
}

/// How many values there are in a value, itself among them; counted up to `most`.
fn parts(value: &Value, most: usize) -> usize {
    let mut count = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop().filter(|_| count < most) {
        count += 1;
        match value {
            Value::Array(items) => open.extend(items.iter().take(most)),
            Value::Object(members) => open.extend(members.values().take(most)),
            _ => {}
        }
    }
    count
}

/// A reference token as it may stand in a URI fragment (RFC 6901, section 6).
pub(super) fn fragment_escape(token: &str) -> String {
    percent_encoding::utf8_percent_encode(token, FRAGMENT).to_string()
}

/// What RFC 3986, section 3.5, does not allow in a fragment, and `%` itself.
const FRAGMENT: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'|')
    .add(b'\\')
    .add(b'#');

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
        let schemas = Schemas::new(&contract).unwrap();
        let operation = &contract.operations[0];
        let request = operation.request_body.as_ref().and_then(|body| body.content[0].schema.clone()).unwrap();
        let answer = operation.responses[0].content[0].schema.clone().unwrap();
        assert!(schemas.fits(&request, &json!({"secret": "s"})) && !schemas.fits(&request, &json!({"id": 1})));
        assert!(schemas.fits(&answer, &json!({"id": 1})) && !schemas.fits(&answer, &json!({"secret": "s"})));
    }

    #[test]
    fn a_value_is_held_against_the_schema_where_it_stands() {
        let contract = contract();
        let schemas = Schemas::new(&contract).unwrap();
        let schema = contract.operations[0].responses[0].content[0].schema.clone().unwrap();
        assert!(schemas.fits(&schema, &json!({"day": "2024-02-29"})));
        let breaches = schemas.breaches(&schema, &json!({"day": "2023-02-29"})).unwrap();
        assert_eq!((breaches[0].at.as_str(), breaches[0].keyword.as_str()), ("/day", "format"));
        let breaches = schemas.breaches(&schema, &json!({})).unwrap();
        assert_eq!((breaches[0].keyword.as_str(), breaches[0].rule.as_str()), ("required", "/components/schemas/Thing/required"));
    }
}
