//! Durations as Go writes them, such as `1h30m`.

/// Nanoseconds of a duration as Traefik reads it: a bare integer counts seconds. The error has Go's words.
pub fn duration(text: &str) -> Result<i64, String> {
    match text.parse::<i64>() {
        Ok(seconds) => Ok(seconds.wrapping_mul(1_000_000_000)),
        Err(_) => go_duration(text),
    }
}

/// Go's `time.ParseDuration`.
fn go_duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    const LIMIT: u128 = 1 << 63;
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let value: u128 = if whole == 0 { 0 } else { rest[..whole].parse().map_err(|_| invalid())? };
        if value > LIMIT {
            return Err(invalid());
        }
        rest = &rest[whole..];
        let mut fraction = "";
        if let Some(behind) = rest.strip_prefix('.') {
            let count = digits(behind);
            fraction = &behind[..count];
            rest = &behind[count..];
            if whole == 0 && count == 0 {
                return Err(invalid());
            }
        } else if whole == 0 {
            return Err(invalid());
        }
        let name = rest.bytes().take_while(|b| *b != b'.' && !b.is_ascii_digit()).count();
        if name == 0 {
            return Err(format!("time: missing unit in duration {}", quote(text)));
        }
        let unit: u128 = match &rest[..name] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            unknown => {
                return Err(format!("time: unknown unit {} in duration {}", quote(unknown), quote(text)));
            }
        };
        rest = &rest[name..];
        let parts =
            fraction.bytes().take(18).fold((0u128, 1u128), |(n, scale), b| (n * 10 + u128::from(b - b'0'), scale * 10));
        total =
            value.checked_mul(unit).and_then(|v| total.checked_add(v + parts.0 * unit / parts.1)).unwrap_or(u128::MAX);
        if total > LIMIT {
            return Err(invalid());
        }
    }
    match (negative, total) {
        (true, LIMIT) => Ok(i64::MIN),
        (true, total) => Ok(-(total as i64)),
        (false, LIMIT) => Err(invalid()),
        (false, total) => Ok(total as i64),
    }
}

/// A text in quotes as Go's `time` shows it: byte by byte beyond ASCII.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            c => c.to_string().bytes().for_each(|byte| quoted.push_str(&format!("\\x{byte:02x}"))),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, nanoseconds) in [
            ("10", 10_000_000_000),
            ("10s", 10_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000),
            (".5s", 500_000_000),
            ("5µs", 5_000),
            ("-1s", -1_000_000_000),
            ("+1ms", 1_000_000),
            ("0", 0),
            ("-0", 0),
        ] {
            assert_eq!(duration(text), Ok(nanoseconds), "{text}");
        }
        for (text, words) in [
            ("1.500000", "time: missing unit in duration \"1.500000\""),
            ("1d", "time: unknown unit \"d\" in duration \"1d\""),
            ("10 s", "time: unknown unit \" s\" in duration \"10 s\""),
            ("10S", "time: unknown unit \"S\" in duration \"10S\""),
            ("", "time: invalid duration \"\""),
            ("ten", "time: invalid duration \"ten\""),
            ("18446744073709551615", "time: invalid duration \"18446744073709551615\""),
            ("é", "time: invalid duration \"\\xc3\\xa9\""),
            ("9999999999h", "time: invalid duration \"9999999999h\""),
        ] {
            assert_eq!(duration(text).unwrap_err(), words);
        }
    }
}
