//! What a scalar is for Traefik: the value that yaml.v3 or BurntSushi's TOML library makes of it, and the text that
//! Traefik's decoder makes of that.

use super::timestamp::is_timestamp;
use super::{Format, Ref, Style};
use std::borrow::Cow;

/// A scalar's value in Go.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'d> {
    /// YAML's null.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer too large for the others.
    Uint(u64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Text.
    Text(Cow<'d, str>),
    /// A date or a time, which no field of Traefik's can take.
    Time,
    /// A tag that the text does not fit; Traefik's words.
    Impossible(String),
}

impl<'d> Scalar<'d> {
    /// The value of a scalar; aliases are followed. `None` for a collection.
    pub fn of(node: Ref<'d>) -> Option<Scalar<'d>> {
        let node = node.resolved();
        let text = node.text()?;
        Some(match node.document().format() {
            Format::Toml => toml(text, node.style()),
            Format::Yaml => yaml(text, node.style(), node.properties().and_then(|p| p.tag.as_deref())),
        })
    }

    /// The text that Traefik's decoder goes on with; `None` for null and for what it can't take.
    pub fn into_text(self) -> Option<Cow<'d, str>> {
        Some(match self {
            Scalar::Text(text) => text,
            Scalar::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Scalar::Int(value) => Cow::Owned(value.to_string()),
            Scalar::Uint(value) => Cow::Owned(value.to_string()),
            Scalar::Float(value) => Cow::Owned(float_text(value)),
            Scalar::Null | Scalar::Time | Scalar::Impossible(_) => return None,
        })
    }

    /// YAML's name of its type, without the exclamation marks.
    pub fn type_name(&self) -> &'static str {
        match self {
            Scalar::Null => "null",
            Scalar::Bool(_) => "bool",
            Scalar::Int(_) | Scalar::Uint(_) => "int",
            Scalar::Float(_) => "float",
            Scalar::Time => "timestamp",
            Scalar::Text(_) | Scalar::Impossible(_) => "str",
        }
    }

    /// The kind that Go's reflection gives it, by its number: lists of mixed scalars take the highest.
    pub fn go_kind(&self, format: Format) -> u32 {
        match self {
            Scalar::Bool(_) => 1,
            Scalar::Int(_) if format == Format::Toml => 6,
            Scalar::Int(_) => 2,
            Scalar::Uint(_) => 11,
            Scalar::Float(_) => 14,
            _ => 24,
        }
    }
}

/// Six digits behind the point, none where all are zero.
fn float_text(value: f64) -> String {
    match value {
        v if v.is_nan() => "NaN".into(),
        v if v.is_infinite() => if v > 0.0 { "+Inf" } else { "-Inf" }.into(),
        v => {
            let text = format!("{v:.6}");
            text.strip_suffix(".000000").map(str::to_owned).unwrap_or(text)
        }
    }
}

fn toml<'d>(text: &'d str, style: Style) -> Scalar<'d> {
    if style != Style::Plain {
        return Scalar::Text(Cow::Borrowed(text));
    }
    match text {
        "true" => return Scalar::Bool(true),
        "false" => return Scalar::Bool(false),
        "inf" | "+inf" => return Scalar::Float(f64::INFINITY),
        "-inf" => return Scalar::Float(f64::NEG_INFINITY),
        "nan" | "+nan" | "-nan" => return Scalar::Float(f64::NAN),
        _ => {}
    }
    let plain = without_underscores(text);
    match prefixed_integer(&plain).map_or_else(|| plain.parse::<i64>().ok(), |n| i64::try_from(n).ok()) {
        Some(value) => Scalar::Int(value),
        None if is_float(&plain) => plain.parse().map_or(Scalar::Time, Scalar::Float),
        None => Scalar::Time,
    }
}

/// The tag that decides, shortened; `None` where the text does.
fn short(tag: &str) -> Option<&str> {
    let long = tag.strip_prefix("!<").and_then(|t| t.strip_suffix('>')).unwrap_or(tag);
    match long.strip_prefix("tag:yaml.org,2002:").or_else(|| long.strip_prefix("!!")) {
        Some(short) => Some(short),
        None if long == "!" || long.is_empty() => None,
        None => Some(long),
    }
}

/// Whether YAML takes a key of this text, style and tag for the merge key.
pub(super) fn is_merge(text: &str, style: Style, tag: Option<&str>) -> bool {
    text == "<<"
        && match tag.and_then(short) {
            None => style == Style::Plain,
            Some(tag) => tag == "merge",
        }
}

/// What a scalar of this text, style and tag is in YAML.
pub(super) fn yaml<'d>(text: &'d str, style: Style, tag: Option<&str>) -> Scalar<'d> {
    let tag = tag.and_then(short);
    match tag {
        None if style == Style::Plain => resolve(text, true),
        None | Some("str") => Scalar::Text(Cow::Borrowed(text)),
        Some("binary") => match base64(text) {
            Some(decoded) => Scalar::Text(Cow::Owned(decoded)),
            None => Scalar::Impossible("!!binary value contains invalid base64 data".into()),
        },
        Some(tag @ ("bool" | "int" | "float" | "null" | "timestamp")) => {
            let found = resolve(text, tag == "timestamp");
            match (tag, found) {
                ("float", Scalar::Int(value)) => Scalar::Float(value as f64),
                (tag, found) if found.type_name() == tag => found,
                (tag, found) => {
                    Scalar::Impossible(format!("cannot decode !!{} `{text}` as a !!{tag}", found.type_name()))
                }
            }
        }
        Some(_) => Scalar::Text(Cow::Borrowed(text)),
    }
}

/// What an untagged plain scalar is.
fn resolve(text: &str, timestamps: bool) -> Scalar<'_> {
    let first = match text.bytes().next() {
        None => return Scalar::Null,
        Some(first @ (b'0'..=b'9' | b'+' | b'-' | b'.' | b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F')) => first,
        Some(_) => return Scalar::Text(Cow::Borrowed(text)),
    };
    let word = match text {
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => Some(Scalar::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Scalar::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => None,
    };
    let number = || match first {
        b'.' => float(&without_underscores(text)),
        b'0'..=b'9' | b'+' | b'-' if timestamps && is_timestamp(text) => Some(Scalar::Time),
        b'0'..=b'9' | b'+' | b'-' => number(&without_underscores(text)),
        _ => None,
    };
    word.or_else(number).unwrap_or(Scalar::Text(Cow::Borrowed(text)))
}

fn number<'d>(plain: &str) -> Option<Scalar<'d>> {
    // Most that begins with a digit is an address or a duration; that needs no second look.
    if !plain.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'+' | b'-' | b'.' | b'x' | b'X' | b'o' | b'O')) {
        return None;
    }
    let signed = go_integer(plain);
    match signed {
        Some(value) if i64::try_from(value).is_ok() => Some(Scalar::Int(value as i64)),
        Some(value) if !plain.starts_with(['+', '-']) => u64::try_from(value).ok().map(Scalar::Uint),
        _ => None,
    }
    .or_else(|| float(plain))
}

/// An integer as Go's `strconv` reads it in base 0: a leading 0 means base 8.
fn go_integer(plain: &str) -> Option<i128> {
    let (negative, digits) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = match prefixed_integer(digits) {
        Some(value) => value,
        None if digits.len() > 1 && digits.starts_with('0') => i128::from_str_radix(&digits[1..], 8).ok()?,
        None => digits.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}

/// `0x…`, `0o…`, `0b…`, with digits only behind.
fn prefixed_integer(digits: &str) -> Option<i128> {
    let radix = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => return None,
    };
    let digits = &digits[2..];
    if digits.starts_with(['+', '-']) { None } else { i128::from_str_radix(digits, radix).ok() }
}

fn float<'d>(plain: &str) -> Option<Scalar<'d>> {
    let value = is_float(plain).then(|| plain.parse::<f64>().ok()).flatten()?;
    // Go's library refuses what is out of range.
    value.is_finite().then_some(Scalar::Float(value))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits(rest);
    rest = &rest[whole..];
    let mut fraction = 0;
    if let Some(behind) = rest.strip_prefix('.') {
        fraction = digits(behind);
        rest = &behind[fraction..];
    }
    if whole == 0 && fraction == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
    }
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

/// Go's standard base64: padded, line breaks are passed over. Bytes that are no text become replacement characters.
fn base64(text: &str) -> Option<String> {
    let symbols: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3);
    let (groups, rest) = symbols.as_chunks::<4>();
    for (number, group) in groups.iter().enumerate() {
        let padding = group.iter().rev().take_while(|b| **b == b'=').count();
        if padding > 2 || (padding > 0 && number + 1 < groups.len()) {
            return None;
        }
        let mut word = 0;
        for symbol in &group[..4 - padding] {
            word = word << 6 | u32::from(sextet(*symbol)?);
        }
        word <<= 6 * padding;
        bytes.extend_from_slice(&word.to_be_bytes()[1..4 - padding]);
    }
    rest.is_empty().then(|| String::from_utf8_lossy(&bytes).into_owned())
}

fn sextet(symbol: u8) -> Option<u8> {
    Some(match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn text(format: Format, value: &str) -> Option<String> {
        let source = if format == Format::Yaml { format!("a: {value}\n") } else { format!("a = {value}\n") };
        let document = Document::parse(format, source).unwrap();
        Scalar::of(document.root()?.field("a")?)?.into_text().map(Cow::into_owned)
    }

    #[test]
    fn yaml_scalars_become_the_text_that_traefik_sees() {
        for (written, seen) in [
            ("1.50", "1.500000"),
            ("1.10", "1.100000"),
            ("0123", "83"),
            ("08", "8"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("0b11", "3"),
            ("-0x10", "-16"),
            ("1_000", "1000"),
            ("1e3", "1000"),
            ("10.0", "10"),
            ("+10", "10"),
            ("0.0000001", "0"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "18446744073709551616"),
            (".nan", "NaN"),
            (".inf", "+Inf"),
            ("-.inf", "-Inf"),
            ("True", "true"),
            ("no", "no"),
            ("12:30:45", "12:30:45"),
            ("10.0.0.5", "10.0.0.5"),
            ("0x", "0x"),
            ("1-1", "1-1"),
            ("\"1.50\"", "1.50"),
            ("!!str 1.50", "1.50"),
            ("!!float 10", "10"),
            ("!!int \"0x10\"", "16"),
            ("!!binary aHR0cDovL3g=", "http://x"),
            ("!mine 1.50", "1.50"),
            ("! 1.50", "1.500000"),
            ("2024-13-01", "2024-13-01"),
        ] {
            assert_eq!(text(Format::Yaml, written).as_deref(), Some(seen), "{written}");
        }
        for none in ["2024-01-01", "~", "", "!!null \"\""] {
            assert_eq!(text(Format::Yaml, none), None, "{none}");
        }
    }

    #[test]
    fn toml_scalars_become_the_text_that_traefik_sees() {
        for (written, seen) in [
            ("1.50", "1.500000"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("'0123'", "0123"),
            ("inf", "+Inf"),
            ("1e3", "1000"),
            ("true", "true"),
            ("+5", "5"),
        ] {
            assert_eq!(text(Format::Toml, written).as_deref(), Some(seen), "{written}");
        }
        assert_eq!(text(Format::Toml, "1979-05-27T07:32:00Z"), None);
        assert_eq!(text(Format::Toml, "07:32:00"), None);
    }
}
