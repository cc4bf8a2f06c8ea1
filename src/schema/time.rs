//! Times as Go writes them: which plain YAML scalars are dates, and durations such as `1h30m`.

/// Whether yaml.v3 takes an untagged plain scalar for a date or a time.
pub fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 4 && bytes[4] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit) && timestamp(text).is_some()
}

/// Reads a timestamp to its end.
fn timestamp(text: &str) -> Option<()> {
    let mut rest = &text[5..];
    let year: u32 = text[..4].parse().ok()?;
    let month = number(&mut rest)?;
    literal(&mut rest, '-')?;
    let day = number(&mut rest)?;
    if !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) {
        return None;
    }
    if rest.is_empty() {
        return Some(());
    }
    let zoned = rest.starts_with(['T', 't']);
    rest = if zoned { &rest[1..] } else { rest.strip_prefix(' ')?.trim_start_matches(' ') };
    let hour = number(&mut rest)?;
    literal(&mut rest, ':')?;
    let minute = number(&mut rest)?;
    literal(&mut rest, ':')?;
    let second = number(&mut rest)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == fraction.len() {
            return None;
        }
    }
    if zoned && rest != "Z" {
        let bytes = rest.strip_prefix(['+', '-'])?.as_bytes();
        let [a @ b'0'..=b'9', b @ b'0'..=b'9', b':', c @ b'0'..=b'9', d @ b'0'..=b'9'] = bytes else { return None };
        let two = |tens: &u8, ones: &u8| (tens - b'0') * 10 + (ones - b'0');
        return (two(a, b) <= 24 && two(c, d) <= 60).then_some(());
    }
    (zoned || rest.is_empty()).then_some(())
}

/// One or two digits.
fn number(rest: &mut &str) -> Option<u32> {
    let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let value = rest[..digits].parse().ok()?;
    *rest = &rest[digits..];
    Some(value)
}

fn literal(rest: &mut &str, wanted: char) -> Option<()> {
    *rest = rest.strip_prefix(wanted)?;
    Some(())
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Nanoseconds of a duration as Traefik reads it: a bare integer counts seconds. The error has Go's words.
pub fn duration(text: &str) -> Result<i64, String> {
    match text.parse::<i64>() {
        Ok(seconds) => Ok(seconds.wrapping_mul(1_000_000_000)),
        Err(_) => go_duration(text),
    }
}

/// Go's `time.ParseDuration`.
fn go_duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", super::quote(text));
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
            return Err(format!("time: missing unit in duration {}", super::quote(text)));
        }
        let unit: u128 = match &rest[..name] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            unknown => {
                return Err(format!("time: unknown unit {} in duration {}", super::quote(unknown), super::quote(text)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times() {
        for time in [
            "2024-01-01",
            "2024-1-2",
            "2024-02-29",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T21:59:43Z",
            "2001-12-14 21:59:43.10",
            "2001-12-14  1:2:3",
        ] {
            assert!(is_timestamp(time), "{time}");
        }
        for none in
            ["2024-13-01", "2023-02-29", "2024-01", "24-01-01", "2001-12-14 21:59:43.10 -5", "2024-01-01x", "2024-é"]
        {
            assert!(!is_timestamp(none), "{none}");
        }
    }

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
            ("9999999999h", "time: invalid duration \"9999999999h\""),
        ] {
            assert_eq!(duration(text).unwrap_err(), words);
        }
    }
}
