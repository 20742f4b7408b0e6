//! Narrows a schema violation down to the branch, the member and the keyword that cause it.

use serde_json::Value;

use crate::contract::schema::follow_references;
use crate::contract::{SchemaViolation, Schemas};
use crate::model::contract::{Contract, SchemaRef};

/// How deep branches of branches are looked into.
const DEEPEST: usize = 8;

/// How wrong a body is for a schema, to tell forms apart: a wrong shape weighs more than any wrong value.
pub(crate) fn cost(contract: &Contract, schemas: &Schemas, schema: &SchemaRef, body: &Value) -> usize {
    distance(&into_best_branch(contract, schemas, schema, body))
}

fn distance(breaches: &[SchemaViolation]) -> usize {
    breaches.iter().map(|breach| if breach.keyword == "type" && breach.at.matches('/').count() < 2 { 100 } else { 1 }).sum()
}

/// Breaches, with those inside the best fitting branch instead of the bare fact that no branch of `oneOf` or `anyOf` fits.
pub(crate) fn into_best_branch(contract: &Contract, schemas: &Schemas, schema: &SchemaRef, body: &Value) -> Vec<SchemaViolation> {
    into_best_branch_to(contract, schemas, schema, body, 0)
}

fn into_best_branch_to(contract: &Contract, schemas: &Schemas, schema: &SchemaRef, body: &Value, depth: usize) -> Vec<SchemaViolation> {
    let mut found = Vec::new();
    for breach in schemas.violations(schema, body).unwrap_or_default() {
        let inner = if depth < DEEPEST { best_branch(contract, schemas, schema, body, &breach, depth) } else { None };
        match inner {
            Some(inner) if !inner.is_empty() => found.extend(inner),
            _ => found.push(breach),
        }
    }
    found
}

fn best_branch(
    contract: &Contract,
    schemas: &Schemas,
    schema: &SchemaRef,
    body: &Value,
    breach: &SchemaViolation,
    depth: usize,
) -> Option<Vec<SchemaViolation>> {
    if !matches!(breach.keyword.as_str(), "oneOf" | "anyOf") {
        return None;
    }
    let branches = rule_place(&contract.document, &schema.0, &breach.rule)?;
    let count = contract.document.pointer(&branches)?.as_array()?.len();
    let value = body.pointer(&breach.at)?;
    let inner = (0..count).map(|index| into_best_branch_to(contract, schemas, &SchemaRef(format!("{branches}/{index}")), value, depth + 1));
    let best = inner.min_by_key(|breaches| distance(breaches))?;
    Some(best.into_iter().map(|inner| SchemaViolation { at: format!("{}{}", breach.at, inner.at), ..inner }).collect())
}

/// Where in the document a rule stands: behind a reference it is told from the top of the document, else as a path of
/// keywords from the schema on.
pub(crate) fn rule_place(document: &Value, schema: &str, rule: &str) -> Option<String> {
    if rule.starts_with("/components/") || rule.starts_with("/paths/") {
        return document.pointer(rule).map(|_| rule.to_owned());
    }
    let mut at = schema.to_owned();
    for token in rule.split('/').skip(1) {
        if token == "$ref" {
            continue;
        }
        at = follow_references(document, &at)?.0;
        at = format!("{at}/{token}");
    }
    Some(at)
}

/// The member that a broken `required` names; the message starts with it as a JSON string.
pub(crate) fn missing_member(breach: &SchemaViolation) -> Option<String> {
    let mut values = serde_json::Deserializer::from_str(&breach.message).into_iter::<Value>();
    match values.next()? {
        Ok(Value::String(name)) => Some(name),
        _ => None,
    }
}
