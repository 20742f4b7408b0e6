//! Header fields that need a new value in each request, such as `Idempotency-Key`.

use serde_json::Value;

use super::run_mark::changed;
use crate::contract::Schemas;
use crate::model::contract::{Location, Operation, Parameter};
use crate::model::hash::hash_of_seed_and_name;
use crate::model::plan::{Place, RequestTemplate};

/// Their names, without case and separators: what marks a request (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header),
/// follows it through logs, or keeps it from being played back.
const NAMES: [&str; 8] = ["idempotencykey", "requestid", "correlationid", "transactionid", "messageid", "nonce", "requestnonce", "traceid"];

/// Gives each such field of a request a value that belongs to it alone: a server takes the same one for the same request, and
/// answers as before without doing anything. A field that is the fault of the request stays.
pub fn set_unique_headers(schemas: &Schemas, operation: &Operation, request: &mut RequestTemplate, fault: Option<&Place>, salt: &str) {
    for parameter in operation.parameters.iter().filter(|parameter| is_unique(parameter)) {
        let is_fault = matches!(fault, Some(Place::Header(name)) if name.eq_ignore_ascii_case(&parameter.name));
        let field = request.headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(&parameter.name));
        let Some((name, value)) = field.filter(|_| !is_fault) else { continue };
        let salt = format!("{salt} {name}");
        let fits = |text: &String| parameter.schema.as_ref().is_none_or(|schema| schemas.fits(schema, &Value::from(text.as_str())));
        let (alike, uuid) = (changed(value, &salt), uuid(&salt));
        let candidates = if parameter.example.is_some() { [alike, uuid] } else { [uuid, alike] };
        if let Some(fresh) = candidates.into_iter().find(fits) {
            *value = fresh;
        }
    }
}

fn is_unique(parameter: &Parameter) -> bool {
    let bare: String = parameter.name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    parameter.location == Location::Header && NAMES.contains(&bare.strip_prefix('x').unwrap_or(&bare))
}

/// A UUID of version 4 (RFC 9562, section 5.4) that differs from text to text.
fn uuid(salt: &str) -> String {
    let (high, low) = (hash_of_seed_and_name(21, salt), hash_of_seed_and_name(22, salt));
    let digits = format!("{high:016x}{low:016x}");
    let variant = ["8", "9", "a", "b"][usize::try_from(low >> 62).unwrap_or_default()];
    format!("{}-{}-4{}-{variant}{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};
    use crate::plan::values::valid;

    #[test]
    fn a_key_of_a_request_is_its_own_and_fits() {
        let header = |name: &str, schema: Value| json!({"name": name, "in": "header", "required": true, "schema": schema});
        let parameters = json!([
            header("Idempotency-Key", json!({"type": "string", "format": "uuid"})),
            header("X-Request-Id", json!({"type": "string", "pattern": "^[0-9]{12}$", "example": "000000000017"})),
            header("X-Tenant", json!({"type": "string"}))
        ]);
        let paths = json!({"/a": {"post": {"parameters": parameters, "responses": {"200": {"description": "d"}}}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let (schemas, operation) = (Schemas::new(&contract), &contract.operations[0]);
        let base = valid(&contract, &schemas, operation, false).unwrap();
        let fresh = |salt: &str, fault: Option<&Place>| {
            let mut request = base.request.clone();
            set_unique_headers(&schemas, operation, &mut request, fault, salt);
            request.headers
        };
        let (one, other) = (fresh("a", None), fresh("b", None));
        assert!(one[0] != other[0] && one[1] != other[1] && one[2] == other[2], "{one:?} {other:?}");
        assert_eq!(one, fresh("a", None));
        for headers in [&one, &other] {
            assert!(schemas.fits(operation.parameters[0].schema.as_ref().unwrap(), &json!(headers[0].1)), "{headers:?}");
            assert!(headers[1].1.len() == 12 && headers[1].1.bytes().all(|byte| byte.is_ascii_digit()), "{headers:?}");
        }
        assert_eq!(fresh("a", Some(&Place::Header("Idempotency-Key".to_owned())))[0], base.request.headers[0]);
    }
}
