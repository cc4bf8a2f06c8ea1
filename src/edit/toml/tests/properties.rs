//! The same promises over generated files.

use super::{add, checked, parse, remove, router, service};
use crate::document::{Document, Format, Ref};
use crate::edit::{Patch, Value};
use proptest::prelude::*;

/// Files made of entries in any of TOML's ways, in any order, with comments and blank lines between them.
fn documents() -> impl Strategy<Value = String> {
    let gap = prop_oneof![
        Just(""),
        Just("\n"),
        Just("\n\n"),
        Just("# c\n"),
        Just("\n# c\n\n"),
        Just("\n# c\n"),
        Just("  \n")
    ];
    let table = (0..10u8, 0..4u8, 0..2u8, gap).prop_map(|(name, way, section, gap)| {
        let section = if section == 0 { "http.routers" } else { "http.services" };
        let pad = ["", "  "][name as usize % 2];
        let body = match way {
            0 => format!("{pad}[{section}.n{name}]\n{pad}  rule = 'x' # c\n{pad}  # in\n{pad}  s = [1,\n 2]\n"),
            1 => format!("{pad}[{section}.n{name}.loadBalancer]\n{pad}[[{section}.n{name}.loadBalancer.servers]]\n{pad}url = 'u'\n"),
            2 => format!("[{section}.n{name}.tls]\n{pad}  # only a comment\n"),
            _ => format!("[{section}.\"n{name}\"]\nrule = '''\n[x]\n\n'''\nt = {{ a = 1, b.c = 2 }}\n"),
        };
        format!("{gap}{body}")
    });
    let dotted = (0..5u8, 0..3u8).prop_map(|(name, way)| match way {
        0 => format!("tcp.routers.n{name}.rule = 'x'\n"),
        1 => format!("udp = {{ routers = {{ n{name} = {{ service = 'x' }} }} }}\n"),
        _ => format!("# c\n\nunknown{name} = 1\n"),
    });
    let end = prop_oneof![Just(""), Just("\n"), Just("# end\n"), Just("\n# end"), Just("  ")];
    let files = (prop::collection::vec(dotted, 0..3), prop::collection::vec(table, 0..6), end);
    (files, any::<bool>(), any::<bool>(), any::<bool>()).prop_filter_map(
        "valid TOML",
        |((dotted, tables, end), bom, crlf, open)| {
            let mut text = dotted.concat() + &tables.concat() + end;
            if open {
                text.truncate(text.trim_end().len());
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            let text = if bom { format!("\u{feff}{text}") } else { text };
            Document::parse(Format::Toml, text.clone()).is_ok().then_some(text)
        },
    )
}

/// Arrays of strings, with white space and comments anywhere.
fn lists() -> impl Strategy<Value = String> {
    let gap = || prop_oneof![Just(""), Just(" "), Just("\n  "), Just(" # c\n  "), Just("\n\n # c, c\n  ")];
    let items = prop::collection::vec((gap(), prop_oneof![Just(""), Just(" "), Just(" # d\n")]), 0..4);
    (items, gap(), any::<bool>()).prop_map(|(items, end, trailing)| {
        let count = items.len();
        let parts = items.iter().enumerate().map(|(at, (before, after))| {
            let comma = if at + 1 < count || trailing { "," } else { "" };
            format!("{before}'i{at}'{after}{comma}")
        });
        format!("[{}{end}]", parts.collect::<String>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn promise_1_add_then_remove_is_nothing(text in documents(), tcp in any::<bool>()) {
        let (add, remove) = match tcp {
            false => (add("new.x"), remove("new.x")),
            true => (Patch::Set(router("new")).at(["tcp", "routers", "new"]), Patch::Remove.at(["tcp", "routers", "new"])),
        };
        let added = checked(&text, &add);
        prop_assert_eq!(checked(&added, &remove), text, "--- added\n{}", added);
    }

    #[test]
    fn promise_1_2_any_entry_can_go_or_change(text in documents(), pick in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let document = parse(&text);
        let http = document.root().and_then(|root| root.field("http"));
        let entries: Vec<_> = http
            .into_iter()
            .flat_map(Ref::entries)
            .flat_map(|(section, map)| map.entries().map(move |(name, _)| ["http", section.text().unwrap(), name.text().unwrap()]))
            .collect();
        if entries.is_empty() {
            return Ok(());
        }
        let path = entries[pick.index(entries.len())];
        for patch in [Patch::Remove, Patch::Set(router("r")), Patch::Set(service()), Patch::Rename("other one".into())] {
            checked(&text, &patch.at(path));
        }
        checked(&text, &Patch::Set(Value::Int(3)).at([path[0], path[1], path[2], "priority"]));
        let other = entries[other.index(entries.len())];
        if other != path {
            let set = Patch::Set(Value::Int(3)).at([other[0], other[1], other[2], "priority"]);
            let table = Patch::Set(service()).at([other[0], other[1], other[2], "new"]);
            checked(&text, &Patch::Remove.at(path).and(table).and(set).and(add("z")));
        }
        checked(&text, &Patch::Set(service()).at([path[0], path[1], path[2], "new"]));
    }

    #[test]
    fn lists_in_any_shape(text in lists(), drop in prop::collection::vec(0..4usize, 0..4), braces in any::<bool>()) {
        let (path, text) = match braces {
            false => (vec!["a", "e"], format!("[a]\ne = {text} # c\nf = 1\n")),
            true => (vec!["a", "b", "e"], format!("a = {{ b = {{ e = {text}, f = 1 }}, c = 2 }}\n")),
        };
        let items = |drop: Vec<usize>, push: &[&str]| {
            let push = push.iter().copied().map(Value::str).collect();
            Patch::Items { drop, push }.at(path.iter().copied())
        };
        let count = text.matches('i').count();
        let pushed = checked(&text, &items(vec![], &["new", "more"]));
        if count > 0 {
            prop_assert_eq!(checked(&pushed, &items(vec![count, count + 1], &[])), text.as_str(), "--- pushed\n{}", pushed);
        }
        checked(&text, &items(drop.clone(), &[]));
        checked(&text, &items(drop, &["new"]));
    }
}
