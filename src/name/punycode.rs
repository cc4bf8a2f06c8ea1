//! The ASCII form of names in other scripts (RFC 3492), to tell people what to write.

/// A name with each label in ASCII, lower-cased first.
///
/// None where lower-casing alone may not be what IDNA asks for (combining marks, full-width
/// letters), or where a label would be too long: better no advice than a name that is not theirs.
pub(super) fn to_ascii(name: &str) -> Option<String> {
    let name = name.to_lowercase().replace('。', ".");
    let unsure = |c| matches!(c, '\u{300}'..='\u{36f}' | '\u{ff00}'..='\u{ffef}') || super::unseen(c);
    if name.chars().any(unsure) {
        return None;
    }
    let labels: Option<Vec<String>> = name.split('.').map(label).collect();
    labels.map(|labels| labels.join("."))
}

fn label(label: &str) -> Option<String> {
    const LONGEST: usize = 63;
    let ascii = match label {
        label if label.is_ascii() => label.to_owned(),
        // The bound keeps `encode` short, and its sums far below overflow.
        label if label.len() > 4 * LONGEST => return None,
        label => format!("xn--{}", encode(label)),
    };
    (ascii.len() <= LONGEST).then_some(ascii)
}

/// RFC 3492, section 6.3; the names are the RFC's.
fn encode(label: &str) -> String {
    const BASE: u32 = 36;
    const T_MIN: u32 = 1;
    const T_MAX: u32 = 26;
    let points: Vec<u32> = label.chars().map(u32::from).collect();
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = output.len() as u32;
    if basic > 0 {
        output.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128, 0, 72, basic);
    while let Some(m) = points.iter().copied().filter(|&c| c >= n).min() {
        delta += (m - n) * (handled + 1);
        n = m;
        for &c in &points {
            if c < n {
                delta += 1;
            } else if c == n {
                let mut q = delta;
                for k in (BASE..).step_by(BASE as usize) {
                    let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
                    if q < t {
                        break;
                    }
                    output.push(digit(t + (q - t) % (BASE - t)));
                    q = (q - t) / (BASE - t);
                }
                output.push(digit(q));
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        n += 1;
    }
    output
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// 0–25 are a–z, 26–35 are 0–9.
fn digit(value: u32) -> char {
    char::from_digit((value + 10) % 36, 36).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::to_ascii;

    #[test]
    fn known_names() {
        for (name, ascii) in [
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.Example", "xn--bcher-kva.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("münchen.de", "xn--mnchen-3ya.de"),
            ("straße.de", "xn--strae-oqa.de"),
            ("☃.net", "xn--n3h.net"),
            ("😀.com", "xn--e28h.com"),
            ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
            // RFC 3492, section 7.1, (L) and (B)
            ("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
        ] {
            assert_eq!(to_ascii(name).as_deref(), Some(ascii), "{name}");
        }
    }

    #[test]
    fn no_advice_that_may_be_wrong() {
        for name in ["bu\u{308}cher.example", "ａ.com", "İ.com", &"é".repeat(300), &"é".repeat(63)] {
            assert_eq!(to_ascii(name), None, "{name}");
        }
    }
}
