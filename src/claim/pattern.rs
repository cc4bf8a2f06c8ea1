//! Whether a regular expression of a rule can match one of the hosts that are claimed.
//!
//! The hosts are a small graph of characters, so that a wildcard, which stands for endless hosts, is asked as an exact
//! name is: an expression can match if it leads from any place of the graph to another. Capitals match small letters,
//! which at worst finds a match too many. What isn't read here (`\b`, `\p`, classes by name) is `None`: not known.

use crate::name::Host;

/// Characters of ASCII, a bit each; requests with others in their host are refused.
type Class = u128;

/// Nesting that no expression of a host needs.
const DEEPEST: usize = 40;
/// Steps beyond which an expression counts as not known.
const MOST_STEPS: u32 = 50_000;

/// What a claimed host stands for, with a dot at its end and without.
pub(super) struct Graph {
    /// From each place, by which characters to which place.
    edges: Vec<Vec<(Class, usize)>>,
    /// The places from here on are ends.
    first_end: usize,
}

impl Graph {
    pub(super) fn of(host: &Host) -> Graph {
        let mut edges: Vec<Vec<(Class, usize)>> = Vec::new();
        let name = match host.as_str() {
            "*" => {
                edges.push(vec![(!0, 0)]);
                return Graph { edges, first_end: 0 };
            }
            name => match name.strip_prefix('*') {
                Some(rest) => {
                    let label = (!bit(b'.') & !range(b'A', b'Z'), 1);
                    edges.extend([vec![label, (bit(b'.'), 2)], vec![label, (bit(b'.'), 2)]]);
                    rest.strip_prefix('.').unwrap_or(rest)
                }
                None => name,
            },
        };
        edges.extend(name.bytes().enumerate().map(|_| Vec::new()));
        let first = edges.len() - name.len();
        for (at, byte) in name.bytes().enumerate() {
            edges[first + at].push((bit(byte), first + at + 1));
        }
        let first_end = edges.len();
        edges.push(vec![(bit(b'.'), first_end + 1)]);
        edges.push(Vec::new());
        Graph { edges, first_end }
    }
}

/// Whether a regular expression of Go can match, wherever in the host.
pub(super) fn may_match(regexp: &str, hosts: &Graph) -> Option<bool> {
    Node::of(regexp)?.reaches(hosts)
}

/// The same of a template of Traefik 2, such as `{sub:[a-z]+}.example.com`, which is about the whole host.
pub(super) fn template_may_match(template: &str, hosts: &Graph) -> Option<bool> {
    let mut parts = vec![Node::Start];
    let literal = |text: &str| Node::All(text.bytes().map(|byte| Node::One(folded(bit(byte)))).collect());
    let mut end = 0;
    for (from, to) in crate::rule::braces(template)? {
        let variable = template.get(from + 1..to - 1)?;
        let pattern = variable.split_once(':').map_or("[^.]+", |(_, pattern)| pattern);
        parts.extend([literal(template.get(end..from)?), Node::of(pattern)?]);
        end = to;
    }
    parts.extend([literal(template.get(end..)?), Node::End]);
    Node::All(parts).reaches(hosts)
}

enum Node {
    One(Class),
    Start,
    End,
    All(Vec<Node>),
    Any(Vec<Node>),
    Repeat(Box<Node>, u32, Option<u32>),
}

impl Node {
    fn of(regexp: &str) -> Option<Node> {
        let mut reader = Reader { rest: regexp };
        let node = reader.alternatives(0)?;
        reader.rest.is_empty().then_some(node)
    }

    fn reaches(&self, hosts: &Graph) -> Option<bool> {
        let mut steps = MOST_STEPS;
        let ends = self.ends(hosts, &vec![true; hosts.edges.len()], &mut steps)?;
        Some(ends.contains(&true))
    }

    /// Where one can be after this, from these places; `None` if that takes too long.
    fn ends(&self, hosts: &Graph, from: &[bool], steps: &mut u32) -> Option<Vec<bool>> {
        *steps = steps.checked_sub(1)?;
        let none = || vec![false; from.len()];
        Some(match self {
            Node::One(class) => {
                let mut to = none();
                let edges = hosts.edges.iter().zip(from).filter(|(_, here)| **here).flat_map(|(edges, _)| edges);
                for (_, end) in edges.filter(|(characters, _)| characters & class != 0) {
                    *to.get_mut(*end)? = true;
                }
                to
            }
            Node::Start => from.iter().enumerate().map(|(at, here)| *here && at == 0).collect(),
            Node::End => from.iter().enumerate().map(|(at, here)| *here && at >= hosts.first_end).collect(),
            Node::All(parts) => {
                let mut at = from.to_vec();
                for part in parts {
                    at = part.ends(hosts, &at, steps)?;
                }
                at
            }
            Node::Any(parts) => {
                let mut to = none();
                for part in parts {
                    join(&mut to, &part.ends(hosts, from, steps)?);
                }
                to
            }
            Node::Repeat(part, least, most) => {
                let (mut at, mut to) = (from.to_vec(), none());
                let mut round = 0;
                loop {
                    if round >= *least && !join(&mut to, &at) && round > *least {
                        return Some(to);
                    }
                    if *most == Some(round) {
                        return Some(to);
                    }
                    at = part.ends(hosts, &at, steps)?;
                    round += 1;
                }
            }
        })
    }
}

/// Adds places; whether one is new.
fn join(to: &mut [bool], more: &[bool]) -> bool {
    let mut is_new = false;
    for (there, here) in to.iter_mut().zip(more) {
        is_new |= *here && !*there;
        *there |= *here;
    }
    is_new
}

fn bit(byte: u8) -> Class {
    if byte.is_ascii() { 1 << byte } else { 0 }
}

fn range(from: u8, to: u8) -> Class {
    (from..=to).fold(0, |class, byte| class | bit(byte))
}

/// The class and, as hosts are compared in lower case, its capitals as small letters.
fn folded(class: Class) -> Class {
    let capitals = range(b'A', b'Z');
    class | (class & capitals) << (b'a' - b'A')
}

struct Reader<'r> {
    rest: &'r str,
}

impl Reader<'_> {
    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn take_if(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn alternatives(&mut self, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        let mut all = vec![self.sequence(depth)?];
        while self.take_if("|") {
            all.push(self.sequence(depth)?);
        }
        Some(Node::Any(all))
    }

    fn sequence(&mut self, depth: usize) -> Option<Node> {
        let mut all = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let mut node = self.single(depth)?;
            // Go takes no repetition of a repetition
            if let Some((least, most)) = self.count()? {
                node = Node::Repeat(Box::new(node), least, most);
            }
            all.push(node);
        }
        Some(Node::All(all))
    }

    fn single(&mut self, depth: usize) -> Option<Node> {
        Some(match self.take()? {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::One(!0),
            '[' => Node::One(self.class()?),
            '(' => {
                if self.take_if("?") && !self.flags()? {
                    return Some(Node::All(Vec::new()));
                }
                let inner = self.alternatives(depth + 1)?;
                self.take_if(")").then_some(inner)?
            }
            '\\' if self.take_if("A") => Node::Start,
            '\\' if self.take_if("z") => Node::End,
            '\\' => Node::One(self.escape()?),
            '*' | '+' | '?' => return None,
            c => Node::One(folded(u8::try_from(c).map_or(0, bit))),
        })
    }

    /// What stands behind `(?`; whether a group follows. Flags change nothing here.
    fn flags(&mut self) -> Option<bool> {
        if self.take_if("P<") || self.take_if("<") {
            let (_, rest) = self.rest.split_once('>')?;
            self.rest = rest;
            return Some(true);
        }
        self.rest = self.rest.trim_start_matches(['i', 'm', 's', 'U', '-']);
        match self.take()? {
            ':' => Some(true),
            ')' => Some(false),
            _ => None,
        }
    }

    /// How often what came before is repeated, if a repetition follows.
    fn count(&mut self) -> Option<Option<(u32, Option<u32>)>> {
        let counts = match self.rest.chars().next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            // a brace that holds no counts stands for itself
            Some('{') => match self.rest.get(1..).and_then(|rest| rest.split_once('}')) {
                Some((inner, rest)) if inner.starts_with(|c: char| c.is_ascii_digit()) => {
                    let counts = match inner.split_once(',') {
                        None => inner.parse().ok().map(|n| (n, Some(n))),
                        Some((least, "")) => least.parse().ok().map(|least| (least, None)),
                        Some((least, most)) => least.parse().ok().zip(most.parse().ok().map(Some)),
                    };
                    self.rest = rest;
                    self.take_if("?");
                    return Some(Some(counts?));
                }
                _ => return Some(None),
            },
            _ => return Some(None),
        };
        self.take()?;
        self.take_if("?");
        Some(Some(counts))
    }

    fn escape(&mut self) -> Option<Class> {
        let words = || range(b'a', b'z') | range(b'0', b'9') | bit(b'_');
        Some(match self.take()? {
            'd' => range(b'0', b'9'),
            'D' => !range(b'0', b'9'),
            'w' => words(),
            'W' => !words(),
            's' => 0,
            'S' => !0,
            c if c.is_ascii_punctuation() => bit(u8::try_from(c).ok()?),
            _ => return None,
        })
    }

    /// A class, behind its `[`.
    fn class(&mut self) -> Option<Class> {
        let negated = self.take_if("^");
        let mut class = 0;
        if self.rest.starts_with(']') {
            return None;
        }
        loop {
            let c = self.take()?;
            match c {
                ']' if negated => return Some(!class),
                ']' => return Some(folded(class)),
                '[' if self.rest.starts_with(':') => return None,
                '\\' => class |= self.escape()?,
                c => {
                    let from = u8::try_from(c).ok()?;
                    let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
                    if !is_range {
                        class |= bit(from);
                        continue;
                    }
                    self.take()?;
                    let to = self.take().filter(|to| *to != '\\')?;
                    class |= range(from, u8::try_from(to).ok()?);
                }
            }
        }
    }
}
