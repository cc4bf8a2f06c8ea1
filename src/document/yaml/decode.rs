//! What Go's YAML library refuses only when it decodes what it has parsed: keys twice, tags that don't fit, merge keys
//! without a mapping, keys that are no text, anchors that contain themselves or are used beyond measure.

use super::{Fault, Kind, NodeId, Tree};
use crate::document::scalar::{self, Scalar};
use crate::document::tree::Node;
use std::collections::{HashMap, HashSet};

/// Gives the first thing that is refused.
pub(super) fn check(source: &str, tree: &Tree) -> Result<(), Fault> {
    let decoder = Decoder { source, tree };
    let repeated = decoder.repeated_keys();
    match decoder.tags().and_then(|()| decoder.aliases()).and_then(|()| decoder.keys()) {
        // Below a mapping that has a key twice the library decodes nothing.
        Err(fault) if repeated.is_some() => Err(fault.saying(None)),
        result => result.and(repeated.map_or(Ok(()), Err)),
    }
}

/// Whether the whole document is null.
pub(super) fn is_null(source: &str, tree: &Tree) -> bool {
    let decoder = Decoder { source, tree };
    let root = tree.nodes.first().filter(|node| node.kind == Kind::Scalar);
    root.is_some_and(|root| scalar::yaml(decoder.text(0), root.style, decoder.tag(0)) == Scalar::Null)
}

struct Decoder<'t> {
    source: &'t str,
    tree: &'t Tree,
}

impl<'t> Decoder<'t> {
    fn node(&self, id: NodeId) -> &'t Node {
        &self.tree.nodes[id as usize]
    }

    fn raw(&self, id: NodeId) -> &'t str {
        &self.source[self.node(id).span.range()]
    }

    fn text(&self, id: NodeId) -> &'t str {
        match self.node(id).extra {
            0 => self.raw(id),
            n => &self.tree.texts[n as usize - 1],
        }
    }

    fn tag(&self, id: NodeId) -> Option<&'t str> {
        let properties = &self.tree.properties;
        let at = properties.binary_search_by_key(&id, |p| p.node).ok()?;
        properties[at].tag.as_deref()
    }

    fn refuse<T>(&self, id: NodeId, problem: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::without_line(self.node(id).span.start as usize, problem))
    }

    /// The kind of a node, of what it stands for where it is an alias.
    fn kind(&self, id: NodeId) -> Kind {
        match self.node(id).kind {
            Kind::Alias => self.node(self.node(id).extra).kind,
            kind => kind,
        }
    }

    fn tags(&self) -> Result<(), Fault> {
        for property in self.tree.properties.iter().filter(|p| p.tag.is_some()) {
            let node = self.node(property.node);
            if node.kind == Kind::Scalar
                && let Scalar::Impossible(words) =
                    scalar::yaml(self.text(property.node), node.style, property.tag.as_deref())
            {
                return self.refuse(property.node, words);
            }
        }
        Ok(())
    }

    /// Bounds the work of everyone who follows aliases later.
    fn aliases(&self) -> Result<(), Fault> {
        let mut found = false;
        for id in (0..self.tree.nodes.len() as NodeId).filter(|id| self.node(*id).kind == Kind::Alias) {
            let target = self.node(id).extra;
            if (target..self.node(target).next).contains(&id) {
                let name = self.raw(id).trim_start_matches('*');
                return self.refuse(id, format!("anchor '{name}' value contains itself"));
            }
            found = true;
        }
        if found && self.is_excessive() {
            return self.refuse(0, "document contains excessive aliasing");
        }
        Ok(())
    }

    /// Counts as Go's library does how often a value would be decoded, and how often below an alias.
    fn is_excessive(&self) -> bool {
        enum Step {
            Visit(NodeId),
            Children(NodeId, NodeId),
            LeaveAlias,
        }
        let (mut decoded, mut aliased, mut depth) = (1u64, 0u64, 0);
        let mut steps = vec![Step::Visit(0)];
        while let Some(step) = steps.pop() {
            match step {
                Step::LeaveAlias => depth -= 1,
                Step::Children(next, end) if next < end => {
                    steps.push(Step::Children(self.node(next).next, end));
                    steps.push(Step::Visit(next));
                }
                Step::Children(..) => {}
                Step::Visit(id) => {
                    decoded += 1;
                    aliased += u64::from(depth > 0);
                    if aliased > 100 && decoded > 1000 && aliased as f64 / decoded as f64 > allowed_ratio(decoded) {
                        return true;
                    }
                    let node = self.node(id);
                    match node.kind {
                        Kind::Scalar => {}
                        Kind::Alias => {
                            depth += 1;
                            steps.extend([Step::LeaveAlias, Step::Visit(node.extra)]);
                        }
                        Kind::Map | Kind::Seq => steps.push(Step::Children(id + 1, node.next)),
                    }
                }
            }
        }
        false
    }

    fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let end = self.node(id).next;
        let mut next = id + 1;
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.node(child).next;
            Some(child)
        })
    }

    fn keys(&self) -> Result<(), Fault> {
        for id in (0..self.tree.nodes.len() as NodeId).filter(|id| self.node(*id).kind == Kind::Map) {
            let mut children = self.children(id);
            while let (Some(key), Some(value)) = (children.next(), children.next()) {
                if self.kind(key) != Kind::Scalar {
                    return self.refuse(key, "invalid map key").map_err(|fault| fault.saying(None));
                }
                let node = self.node(key);
                if node.kind == Kind::Scalar
                    && scalar::is_merge(self.text(key), node.style, self.tag(key))
                    && !self.can_be_merged(value)
                {
                    return self.refuse(value, "map merge requires map or sequence of maps as the value");
                }
            }
        }
        Ok(())
    }

    /// A mapping with the same key twice, whatever the values and quotes.
    fn repeated_keys(&self) -> Option<Fault> {
        let mut pairs = Vec::new();
        let mut keys: HashMap<(Kind, &str), NodeId> = HashMap::new();
        let mut id = 0;
        while let Some(node) = self.tree.nodes.get(id as usize) {
            let found = pairs.len();
            if node.kind == Kind::Map {
                // Clearing costs the capacity, which one large mapping would make every small one pay for.
                match keys.capacity() > 1024 {
                    true => keys = HashMap::new(),
                    false => keys.clear(),
                }
                for key in self.children(id).step_by(2) {
                    let text = match self.node(key).kind {
                        Kind::Scalar => self.text(key),
                        Kind::Alias => self.raw(key).trim_start_matches('*'),
                        Kind::Map | Kind::Seq => "",
                    };
                    if let Some(first) = keys.insert((self.node(key).kind, text), key) {
                        pairs.push((first, key, text));
                    }
                }
            }
            id = if pairs.len() > found { node.next } else { id + 1 };
        }
        let (_, key, text) = pairs.first()?;
        let problem = format!("mapping key {text:?} already defined");
        Some(Fault::unsaid(self.node(*key).span.start as usize, problem).saying(self.words_for_repeated_keys(&pairs)))
    }

    /// What Go's library says of keys that stand twice; `None` where more than that decides what it says.
    fn words_for_repeated_keys(&self, pairs: &[(NodeId, NodeId, &str)]) -> Option<String> {
        const MOST: usize = 20;
        let plain = |text: &str| text.bytes().all(|b| matches!(b, b' '..=b'~'));
        let seen: HashSet<NodeId> = pairs.iter().map(|(first, ..)| *first).collect();
        let aliases = self.tree.nodes.iter().any(|node| node.kind == Kind::Alias);
        let thrice = pairs.iter().any(|(_, second, _)| seen.contains(second));
        if aliases || thrice || pairs.len() > MOST || !pairs.iter().all(|(.., text)| plain(text)) {
            return None;
        }
        let mut pairs = pairs.to_vec();
        // Mappings come in their order, and the pairs of a mapping by the first key.
        pairs.sort_by_key(|(first, ..)| *first);
        let line = |id: NodeId| line(self.source, self.start(id));
        let words = pairs.iter().map(|(first, second, text)| {
            format!("\n  line {}: mapping key {text:?} already defined at line {}", line(*second), line(*first))
        });
        Some(format!("yaml: unmarshal errors:{}", words.collect::<String>()))
    }

    /// Where a node begins with its anchor and tag.
    fn start(&self, id: NodeId) -> usize {
        let properties = &self.tree.properties;
        let before = properties.binary_search_by_key(&id, |p| p.node).ok().map(|at| properties[at].start);
        before.unwrap_or(self.node(id).span.start) as usize
    }

    fn can_be_merged(&self, value: NodeId) -> bool {
        match self.node(value).kind {
            Kind::Seq => self.children(value).all(|item| self.kind(item) == Kind::Map),
            _ => self.kind(value) == Kind::Map,
        }
    }
}

/// How large a part may come from aliases: less for large documents.
fn allowed_ratio(decoded: u64) -> f64 {
    const LOW: u64 = 400_000;
    const HIGH: u64 = 4_000_000;
    let part = decoded.clamp(LOW, HIGH) - LOW;
    0.99 - 0.89 * (part as f64 / (HIGH - LOW) as f64)
}

/// The line of a byte as Go's library counts, from 1: Unicode's line breaks end one too.
fn line(source: &str, byte: usize) -> usize {
    let before = &source[..byte];
    let ends = before.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    1 + ends - before.matches("\r\n").count()
}

#[cfg(test)]
mod tests;
