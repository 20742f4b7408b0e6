//! Text in which `${NAME}` stands for the value of an environment variable.

/// A part of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPiece {
    /// Text that stands for itself.
    Text(String),
    /// The value of the variable of this name.
    Variable(String),
}

/// The parts of a text. `$${` is written for `${` that stands for itself.
///
/// # Errors
/// A `${` without its end, or a name that no variable can have. The text itself is not repeated.
pub fn text_pieces(text: &str) -> Result<Vec<TextPiece>, String> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            plain = format!("{plain}{before}${{");
            rest = after;
            continue;
        }
        plain.push_str(before);
        let (name, after) = after.split_once('}').ok_or("a ${ has no } after it; write $${ for ${ itself")?;
        if !is_name(name) {
            return Err("what stands within ${} is no name of an environment variable; write $${ for ${ itself".to_owned());
        }
        if !plain.is_empty() {
            pieces.push(TextPiece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(TextPiece::Variable(name.to_owned()));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(TextPiece::Text(plain));
    }
    Ok(pieces)
}

/// The names of the variables in a text; none in one that cannot be read.
pub fn variables(text: &str) -> Vec<String> {
    let all = text_pieces(text).unwrap_or_default();
    let named = |piece| if let TextPiece::Variable(name) = piece { Some(name) } else { None };
    all.into_iter().filter_map(named).collect()
}

/// The text with the values in it; a variable without a value leaves nothing.
pub fn filled(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let value = |piece| match piece {
        TextPiece::Text(text) => text,
        TextPiece::Variable(name) => lookup(&name).unwrap_or_default(),
    };
    text_pieces(text).unwrap_or_default().into_iter().map(value).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_a_name_in_braces_behind_a_dollar() {
        let lookup = |name: &str| (name == "A_1").then(|| "x".to_owned());
        let of = |text: &str| filled(text, &lookup);
        assert_eq!(
            [of("Bearer ${A_1}"), of("${A_1}${A_1}"), of("$A {A_1} $"), of("$${A_1} ${A_1}"), of("${B}.")],
            ["Bearer x", "xx", "$A {A_1} $", "${A_1} x", "."]
        );
        assert_eq!(variables("${A}-${B}-$${C}"), ["A", "B"]);
        for wrong in ["${A", "${}", "${A B}", "${1A}", "${A-B}"] {
            assert!(text_pieces(wrong).is_err(), "{wrong}");
        }
    }
}
