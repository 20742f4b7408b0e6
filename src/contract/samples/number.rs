//! Makes a number within its bounds (JSON Schema Validation, section 6.2).

use serde_json::{Value, json};

use crate::contract::write_as_integer;

/// How many steps are tried until they come to a whole number.
const MOST_STEPS: u32 = 1000;

/// The lowest number that is allowed and not below zero, else 1, else the highest one, else one between both: what is far below
/// zero is seldom meant.
pub fn number(schema: &Value, integer: bool) -> Value {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let (minimum, maximum) = (bound("minimum"), bound("maximum"));
    let (above, below) = (bound("exclusiveMinimum"), bound("exclusiveMaximum"));
    let fits = |value: f64| {
        minimum.is_none_or(|bound| value >= bound)
            && maximum.is_none_or(|bound| value <= bound)
            && above.is_none_or(|bound| value > bound)
            && below.is_none_or(|bound| value < bound)
    };
    let step = bound("multipleOf").filter(|step| *step > 0.0);
    // A long whole number is exact only as it is written.
    if let Some(least) = schema.get("minimum").filter(|least| step.is_none() && least.is_u64() && minimum.is_some_and(fits)) {
        return least.clone();
    }
    let (lowest, highest) = (minimum.or(above), maximum.or(below));
    let middle = lowest.zip(highest).map(|(lowest, highest)| f64::midpoint(lowest, highest));
    let floor = |bound: Option<f64>| bound.filter(|bound| *bound >= 0.0);
    let wanted = [floor(minimum), floor(above).map(|bound| bound.floor() + 1.0), Some(1.0), maximum, below.map(|bound| bound.ceil() - 1.0), middle];
    let near = |value: f64| match step.map_or_else(|| integer.then_some(1.0), |step| if integer { whole_step(step) } else { Some(step) }) {
        Some(step) => [next_multiple(value, step, f64::ceil), next_multiple(value, step, f64::floor)],
        None => [value, value],
    };
    let value = wanted.into_iter().flatten().flat_map(near).find(|value| fits(*value));
    number_value(value.or(lowest).or(highest).unwrap_or(1.0))
}

/// The smallest whole number that is so many steps; none when there is none nearby.
fn whole_step(step: f64) -> Option<f64> {
    (1..=MOST_STEPS).map(|count| f64::from(count) * step).find(|sum| sum.fract() == 0.0)
}

/// The next multiple of a step.
fn next_multiple(value: f64, step: f64, round: fn(f64) -> f64) -> f64 {
    let count = value / step;
    // What binary cannot hold is a little beside the count that is meant.
    let count = if (count - count.round()).abs() < 1e-9 { count.round() } else { round(count) };
    let parts = (1.0 / step).round();
    // A tenth is exact only as a quotient.
    if step < 1.0 && (parts * step - 1.0).abs() < 1e-12 { count / parts } else { count * step }
}

fn number_value(value: f64) -> Value {
    let mut value = json!(value);
    write_as_integer(&mut value);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_whole_and_within_all_their_bounds() {
        let integer = |rules: Value| number(&rules, true).to_string();
        assert_eq!(integer(json!({})), "1");
        assert_eq!(integer(json!({"minimum": 1.5, "maximum": 9})), "2");
        assert_eq!(integer(json!({"minimum": 3, "exclusiveMinimum": 4})), "5");
        assert_eq!(integer(json!({"maximum": 0.5})), "0");
        assert_eq!(integer(json!({"maximum": -3, "multipleOf": 5})), "-5");
        assert_eq!(integer(json!({"exclusiveMinimum": 0, "multipleOf": 2.5})), "5");
        assert_eq!(integer(json!({"minimum": i64::MIN, "maximum": i64::MAX})), "1");
        assert_eq!(integer(json!({"minimum": -9, "maximum": -2})), "-2");
        assert_eq!(integer(json!({"minimum": 9_007_199_254_740_993_i64})), "9007199254740993");
    }

    #[test]
    fn other_numbers_lie_between_their_bounds() {
        let number = |rules: Value| number(&rules, false).to_string();
        assert_eq!(number(json!({"minimum": 0.01})), "0.01");
        assert_eq!(number(json!({"exclusiveMinimum": 0, "exclusiveMaximum": 1})), "0.5");
        assert_eq!(number(json!({"minimum": 0.65, "multipleOf": 0.1})), "0.7");
        assert_eq!(number(json!({"exclusiveMinimum": 0, "multipleOf": 0.01})), "1");
    }
}
