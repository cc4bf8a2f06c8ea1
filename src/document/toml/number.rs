//! Values without quotes: numbers, dates and times, true and false.

use super::SyntaxError;
use super::statement::Parser;
use super::text::quoted_char;
use crate::golang::quote;

impl<'s> Parser<'s> {
    /// Passes the value that starts with this character.
    pub(super) fn plain(&mut self, first: Option<char>) -> Result<(), SyntaxError> {
        match first {
            Some('0'..='9') => self.number_or_date(),
            Some('+' | '-') => self.signed(),
            Some('.') => Err(self.fault_behind("floats must start with a digit, not '.'")),
            Some('i' | 'n') => self.infinity_or_word(),
            Some(c) if c.is_alphabetic() => self.word(),
            None => Err(self.fault_behind("unexpected EOF; expected value")),
            Some('\n') => Err(self.fault_ahead("expected value but found '\\n' instead")),
            found => Err(self.fault_behind(&format!("expected value but found {} instead", quoted_char(found)))),
        }
    }

    fn word(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        self.skip_while(char::is_alphabetic)?;
        match &self.source[start..self.at] {
            "true" | "false" => Ok(()),
            word => Err(self.fault_unread(start, &format!("expected value but found {} instead", quote(word)))),
        }
    }

    /// A fault of what has been read from `start` on.
    fn fault_unread(&self, start: usize, words: &str) -> SyntaxError {
        self.fault(self.line, start, words)
    }

    /// `inf`, `nan`. Of other words Go's library leaves out what it has read of these two, but one letter.
    fn infinity_or_word(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        self.next()?;
        if (self.accept('n')? && self.accept('f')?) || (self.accept('a')? && self.accept('n')?) {
            return self.float(start);
        }
        self.at -= 1;
        self.word()
    }

    fn signed(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        self.next()?;
        match self.peek()? {
            Some(first @ ('i' | 'n')) => {
                self.next()?;
                let (second, third) = if first == 'i' { ('n', 'f') } else { ('a', 'n') };
                if self.accept(second)? && self.accept(third)? {
                    return Ok(());
                }
                let words = format!("invalid float: '{}'", &self.source[start..self.at]);
                return Err(self.fault_unread(start, &words));
            }
            Some('.') => return Err(self.fault_behind("floats must start with a digit, not '.'")),
            Some('0') => {
                let after = self.source[self.at + 1..].chars().next();
                if let Some(after @ ('b' | 'o' | 'x')) = after {
                    let words =
                        format!("cannot use sign with non-decimal numbers: '{}{after}'", &self.source[start..=self.at]);
                    return Err(self.fault_unread(start, &words));
                }
            }
            Some('1'..='9') => {}
            found => return Err(self.fault_behind(&format!("expected a digit but got {}", quoted_char(found)))),
        }
        self.next()?;
        self.decimal(start)
    }

    fn number_or_date(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        if self.next()? == Some('0') {
            let (digits, what): (fn(char) -> bool, &str) = match self.peek()? {
                Some('b') => (|c| matches!(c, '0' | '1'), "a binary"),
                Some('o') => (|c| matches!(c, '0'..='7'), "an octal"),
                Some('x') => (|c| c.is_ascii_hexdigit(), "a hexadecimal"),
                _ => return self.decimal_or_date(start),
            };
            self.next()?;
            let found = self.peek()?;
            if !found.is_some_and(digits) {
                let words = format!("not {what} number: '{}{}'", &self.source[start..self.at], found.unwrap_or('\0'));
                return Err(self.fault_unread(start, &words));
            }
            self.skip_while(|c| digits(c) || c == '_')?;
            return self.integer(start);
        }
        self.decimal_or_date(start)
    }

    fn decimal_or_date(&mut self, start: usize) -> Result<(), SyntaxError> {
        self.skip_while(|c| c.is_ascii_digit())?;
        if matches!(self.peek()?, Some('-' | ':')) {
            self.skip_while(|c| c.is_ascii_digit() || "-:Tt .Zz+".contains(c))?;
            return self.date(start);
        }
        self.decimal(start)
    }

    fn decimal(&mut self, start: usize) -> Result<(), SyntaxError> {
        self.skip_while(|c| c.is_ascii_digit() || c == '_')?;
        if matches!(self.peek()?, Some('.' | 'e' | 'E')) {
            self.skip_while(|c| c.is_ascii_digit() || "_.-+eE".contains(c))?;
            return self.float(start);
        }
        self.integer(start)
    }

    fn integer(&self, start: usize) -> Result<(), SyntaxError> {
        let text = &self.source[start..self.at];
        let refuse = |why: &str| Err(self.fault_unread(start, &format!("Invalid integer {}: {why}", quote(text))));
        if !underscores_are_between_digits(text) {
            return refuse("underscores must be surrounded by digits");
        }
        if has_leading_zero(text) {
            return refuse("cannot have leading zeroes");
        }
        let plain = text.replace('_', "");
        let radix = match plain.as_bytes() {
            [b'0', b'b', ..] => 2,
            [b'0', b'o', ..] => 8,
            [b'0', b'x', ..] => 16,
            _ => 10,
        };
        let digits = if radix == 10 { &*plain } else { &plain[2..] };
        match i64::from_str_radix(digits, radix) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.fault_unread(start, &format!("{text} is out of range for int64"))),
        }
    }

    fn float(&self, start: usize) -> Result<(), SyntaxError> {
        let text = &self.source[start..self.at];
        let refuse = |why: &str| Err(self.fault_unread(start, &format!("Invalid float {}: {why}", quote(text))));
        let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty()).peekable();
        let leading_zero = parts.peek().is_some_and(|part| has_leading_zero(part));
        if !matches!(text, "inf" | "nan") && !parts.all(underscores_are_between_digits) {
            return refuse("underscores must be surrounded by digits");
        }
        if leading_zero {
            return refuse("cannot have leading zeroes");
        }
        if text.split('.').skip(1).any(|behind| !behind.starts_with(|c: char| c.is_ascii_digit())) {
            return refuse("'.' must be followed by one or more digits");
        }
        match text.replace('_', "").parse::<f64>() {
            Ok(value) if value.is_infinite() && text != "inf" => {
                Err(self.fault_unread(start, &format!("{text} is out of range for float64")))
            }
            Ok(_) => Ok(()),
            Err(_) => Err(self.fault_unread(start, &format!("Invalid float value: {}", quote(text)))),
        }
    }

    fn date(&self, start: usize) -> Result<(), SyntaxError> {
        let text = self.source[start..self.at].trim_end();
        let text = text.replace('z', "Z").replace(['t', ' '], "T");
        match is_date_or_time(&text) {
            true => Ok(()),
            false => Err(self.fault_unread(start, &format!("invalid datetime: {}", quote(&text)))),
        }
    }
}

fn underscores_are_between_digits(text: &str) -> bool {
    let mut after_digit = false;
    let fine = text.bytes().all(|byte| {
        let fine = byte != b'_' || after_digit;
        after_digit = byte.is_ascii_hexdigit();
        fine
    });
    fine && after_digit
}

fn has_leading_zero(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'+' | b'-', b'0', _, ..] => true,
        _ => false,
    }
}

/// A date, a time, or both, then with an offset or without; seconds may be left out.
fn is_date_or_time(text: &str) -> bool {
    match text.split_once('T') {
        None if text.as_bytes().get(2) == Some(&b':') => time(text) == Some(""),
        None => is_date(text),
        Some((date, rest)) => is_date(date) && time(rest).is_some_and(|rest| rest.is_empty() || is_offset(rest)),
    }
}

/// A number of so many digits, and what follows it.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    let all = number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all)?, rest))
}

fn is_date(text: &str) -> bool {
    let parse = || {
        let (year, rest) = digits(text, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        Some(rest.is_empty() && (1..=days).contains(&day))
    };
    parse().unwrap_or(false)
}

/// What follows a time.
fn time(text: &str) -> Option<&str> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    if hour > 23 || minute > 59 {
        return None;
    }
    let Some(rest) = rest.strip_prefix(':') else { return Some(rest) };
    let (second, rest) = digits(rest, 2)?;
    let fraction = rest.strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let rest = fraction.map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    (second <= 59).then_some(rest)
}

fn is_offset(text: &str) -> bool {
    let parse = || {
        let (hour, rest) = digits(text.strip_prefix(['+', '-'])?, 2)?;
        let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
        // So Go has it.
        Some(rest.is_empty() && hour <= 24 && minute <= 60)
    };
    text == "Z" || parse().unwrap_or(false)
}
