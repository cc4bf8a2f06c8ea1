//! Which plain YAML scalars are dates or times for yaml.v3.

/// Whether yaml.v3 takes an untagged plain scalar for a date or a time.
pub(super) fn is_timestamp(text: &str) -> bool {
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
}
