//! The name that was perhaps meant: the one with the fewest letters changed.

/// The candidate that is nearest to a name, if one is near enough to be a slip.
pub(crate) fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name: Vec<char> = name.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect();
    // Long names are not compared: that would cost more than the hint is worth.
    if name.len() > LONGEST {
        return None;
    }
    let slips = (name.len() / 3).max(1);
    let near = candidates.into_iter().filter(|other| other.len().abs_diff(name.len()) <= slips);
    let measured = near.filter_map(|other| Some((distance(&name, other, slips)?, other)));
    measured.min_by_key(|(letters, _)| *letters).map(|(_, other)| other)
}

const LONGEST: usize = 64;

/// How many letters must be changed, put in, left out, or swapped with their neighbour; `None` for more than `most`.
fn distance(from: &[char], to: &str, most: usize) -> Option<usize> {
    let to: Vec<char> = to.chars().take(2 * LONGEST).flat_map(char::to_lowercase).collect();
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut cost = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *b && to[j - 1] == *a {
                let swapped: &Vec<usize> = &before;
                cost = cost.min(swapped[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
        // a row can be better than the one before it by a swap only, which begins two rows before
        if before.iter().chain(&row).all(|letters| *letters > most) {
            return None;
        }
    }
    row.last().copied().filter(|letters| *letters <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let names = ["middlewares", "service", "rule", "tls"];
        assert_eq!(nearest("midlewares", names), Some("middlewares"));
        assert_eq!(nearest("Sevrice", names), Some("service"));
        assert_eq!(nearest("rules", names), Some("rule"));
        assert_eq!(nearest("priority", names), None);
        assert_eq!(nearest(&"x".repeat(100_000), names), None);
    }
}
