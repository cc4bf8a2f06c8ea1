//! What can be found in a configuration. Each lint is one file: name, severity, explanation with a bad and a good
//! example, check. A test runs every example; `explain`, the manual page and SARIF are made from the same values.

mod address_without_port;
mod ambiguous_routers;
mod assumed_name;
mod bad_health_check;
mod bad_middleware;
mod bad_parent;
mod bad_rule;
mod bad_server_url;
mod bad_service;
mod bad_tls_options;
mod bad_transport;
mod case_variants;
mod catch_all_priority;
mod certificate_broken;
mod certificate_duplicate;
mod certificate_expired;
mod certificate_missing;
mod certificate_unreadable;
mod contenders;
mod converted_value;
mod crashing_loop;
mod dangling_link;
mod deprecated_field;
mod duplicate_name;
mod editor_file;
mod empty_load_balancer;
mod empty_section;
mod field_too_new;
mod file_permissions;
mod health_check_missing;
mod hidden_folder_loaded;
mod host_not_covered;
mod hostsni_without_tls;
mod ignored_field;
mod insecure_skip_verify;
mod internal_service_disabled;
mod irregular_file;
mod loaded;
mod middleware_several_types;
mod middleware_without_type;
mod middlewares;
mod min_version_without_max;
mod model_name_clash;
mod mounted_file;
mod name_with_at;
mod no_effect_option;
mod no_entry_point;
mod no_tls_beside_tls;
mod not_loaded_file;
mod null_name;
mod null_tls;
mod outranked_router;
mod plaintext_password;
mod priority_too_high;
mod router_without_rule;
mod router_without_service;
mod rule_never_matches;
mod same_host;
mod second_document;
mod secret_permissions;
mod server_scheme;
mod service_loop;
mod service_without_type;
mod several_types;
mod shadowed_router;
mod shell_placeholder;
mod static_faults;
mod static_file_inside;
mod static_refused;
mod static_setting;
mod strings_for_objects;
mod suppress;
mod syntax_error;
mod target_is_traefik;
mod template;
#[cfg(test)]
mod tests;
mod tls_not_on;
mod tls_options_conflict;
mod tls_options_without_host;
mod transport_fallback;
mod udp_entry_point_shared;
mod unknown_entry_point;
mod unknown_field;
mod unknown_middleware;
mod unknown_plugin;
mod unknown_resolver;
mod unknown_section;
mod unknown_servers_transport;
mod unknown_service;
mod unknown_suppression;
mod unknown_tls_options;
mod unmapped_path;
mod unused_but_broken;
mod unused_middleware;
mod unused_servers_transport;
mod unused_service;
mod unused_suppression;
mod unused_tls_options;
mod unwatched_file;
mod usage;
mod v2_rule;
mod weak_password_hash;
mod wrong_type;

use crate::document::Ref;
use crate::finding::{Finding, Location, Severity, Suppressed};
use crate::inventory::{Inventory, Loading};
use crate::rule::Syntax;
use crate::runtime::{Runtime, Trouble};
use crate::schema::value;
use crate::surroundings::Surroundings;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One kind of finding.
pub struct Lint {
    /// Its name: unique, kebab-case.
    pub name: &'static str,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it finds, in one line without a full stop.
    pub summary: &'static str,
    /// Why that is bad, and what to do.
    pub explanation: &'static str,
    /// Files in which it fires.
    pub bad: Example,
    /// Files in which it does not.
    pub good: Example,
    /// Finds.
    pub check: fn(&Lint, &Subject<'_>, &mut Vec<Finding>),
}

/// Names and texts of files. `traefik.yml` is the static configuration, another `.yml` or `.toml` is dynamic, any other
/// name is a file that the configuration names. `a.yml -> b` is a link, `key.pem (0644)` a file with these permissions,
/// `a.yml (pipe)` a pipe; a text in angle brackets, `<certificate>`, says what the file holds. `--traefik` is the release.
pub type Example = &'static [(&'static str, &'static str)];

/// What lints look at.
pub struct Subject<'a> {
    /// All files merged as Traefik merges them.
    pub inventory: &'a Inventory<'a>,
    /// What Traefik refuses of the files, and what it takes without a word.
    pub loading: &'a Loading<'a>,
    /// What Traefik makes of them; empty where it refuses the directory.
    pub runtime: &'a Runtime<'a>,
    /// What is known beside the texts.
    pub surroundings: &'a Surroundings,
    /// Which routers compete, once it has been asked for.
    rivalries: OnceLock<Vec<contenders::Rivalry>>,
}

impl<'a> Subject<'a> {
    /// All that lints look at.
    pub fn new(
        inventory: &'a Inventory<'a>,
        loading: &'a Loading<'a>,
        runtime: &'a Runtime<'a>,
        surroundings: &'a Surroundings,
    ) -> Subject<'a> {
        Subject { inventory, loading, runtime, surroundings, rivalries: OnceLock::new() }
    }

    /// The language that a router's rule is in, by its `ruleSyntax`.
    fn syntax(&self, node: Option<Ref<'_>>) -> Syntax {
        let default = self.surroundings.static_config.as_ref().and_then(|known| known.default_rule_syntax.as_deref());
        match node.and_then(value::text).filter(|text| !text.is_empty()) {
            Some(text) => Syntax::of(&text),
            None => Syntax::of(default.unwrap_or_default()),
        }
    }
}

/// What the lints have found.
#[derive(Default)]
pub struct Found {
    /// What is to be reported, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// What comments in the files allow.
    pub suppressed: Vec<Suppressed>,
}

/// Every lint, by name.
pub static LINTS: &[&Lint] = &[
    &address_without_port::LINT,
    &ambiguous_routers::LINT,
    &assumed_name::LINT,
    &bad_health_check::LINT,
    &bad_middleware::LINT,
    &bad_parent::LINT,
    &bad_rule::LINT,
    &bad_server_url::LINT,
    &bad_service::LINT,
    &bad_tls_options::LINT,
    &bad_transport::LINT,
    &case_variants::LINT,
    &catch_all_priority::LINT,
    &certificate_broken::LINT,
    &certificate_duplicate::LINT,
    &certificate_expired::LINT,
    &certificate_missing::LINT,
    &certificate_unreadable::LINT,
    &converted_value::LINT,
    &crashing_loop::LINT,
    &dangling_link::LINT,
    &deprecated_field::LINT,
    &duplicate_name::LINT,
    &editor_file::LINT,
    &empty_load_balancer::LINT,
    &empty_section::LINT,
    &field_too_new::LINT,
    &file_permissions::LINT,
    &health_check_missing::LINT,
    &hidden_folder_loaded::LINT,
    &host_not_covered::LINT,
    &hostsni_without_tls::LINT,
    &ignored_field::LINT,
    &insecure_skip_verify::LINT,
    &internal_service_disabled::LINT,
    &irregular_file::LINT,
    &middleware_several_types::LINT,
    &middleware_without_type::LINT,
    &min_version_without_max::LINT,
    &model_name_clash::LINT,
    &mounted_file::LINT,
    &name_with_at::LINT,
    &no_effect_option::LINT,
    &no_entry_point::LINT,
    &no_tls_beside_tls::LINT,
    &not_loaded_file::LINT,
    &null_name::LINT,
    &null_tls::LINT,
    &outranked_router::LINT,
    &plaintext_password::LINT,
    &priority_too_high::LINT,
    &router_without_rule::LINT,
    &router_without_service::LINT,
    &rule_never_matches::LINT,
    &same_host::LINT,
    &second_document::LINT,
    &secret_permissions::LINT,
    &server_scheme::LINT,
    &service_loop::LINT,
    &service_without_type::LINT,
    &several_types::LINT,
    &shadowed_router::LINT,
    &shell_placeholder::LINT,
    &static_file_inside::LINT,
    &static_refused::LINT,
    &static_setting::LINT,
    &strings_for_objects::LINT,
    &syntax_error::LINT,
    &target_is_traefik::LINT,
    &template::LINT,
    &tls_not_on::LINT,
    &tls_options_conflict::LINT,
    &tls_options_without_host::LINT,
    &transport_fallback::LINT,
    &udp_entry_point_shared::LINT,
    &unknown_entry_point::LINT,
    &unknown_field::LINT,
    &unknown_middleware::LINT,
    &unknown_plugin::LINT,
    &unknown_resolver::LINT,
    &unknown_section::LINT,
    &unknown_servers_transport::LINT,
    &unknown_service::LINT,
    &unknown_suppression::LINT,
    &unknown_tls_options::LINT,
    &unmapped_path::LINT,
    &unused_but_broken::LINT,
    &unused_middleware::LINT,
    &unused_servers_transport::LINT,
    &unused_service::LINT,
    &unused_suppression::LINT,
    &unused_tls_options::LINT,
    &unwatched_file::LINT,
    &v2_rule::LINT,
    &weak_password_hash::LINT,
    &wrong_type::LINT,
];

/// The rule about comments that allow what is not there.
pub const UNUSED_SUPPRESSION: &str = "unused-suppression";

/// The lint of this name.
pub fn find(name: &str) -> Option<&'static Lint> {
    LINTS.iter().copied().find(|lint| lint.name == name)
}

/// Runs every lint, and takes out what comments allow.
pub fn run(subject: &Subject<'_>) -> Found {
    let mut found = suppress::apply(subject, check_all(subject));
    found.findings.sort_by(|a, b| (a.at, a.rule, &a.message).cmp(&(b.at, b.rule, &b.message)));
    found
}

/// What all lints find. They do not know of each other, so where there is much to look at several look at once.
fn check_all(subject: &Subject<'_>) -> Vec<Finding> {
    const MUCH: usize = 1000;
    let helpers = std::thread::available_parallelism().map_or(1, usize::from).min(8) - 1;
    let helpers = if subject.inventory.all().len() < MUCH { 0 } else { helpers };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut findings = Vec::new();
        while let Some(lint) = LINTS.get(next.fetch_add(1, Ordering::Relaxed)) {
            (lint.check)(lint, subject, &mut findings);
        }
        findings
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut findings = work();
        for other in others {
            findings.append(&mut other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        findings
    })
}

impl Lint {
    /// A finding of this lint about a trouble, in Traefik's words too.
    fn of(&self, trouble: &Trouble, message: impl Into<String>) -> Finding {
        self.at(trouble.at, &trouble.path, message).says(&trouble.says)
    }

    /// A finding of this lint.
    fn at(&self, at: Location, path: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            rule: self.name,
            severity: self.severity,
            at,
            path: path.into(),
            message: message.into(),
            label: String::new(),
            labels: Vec::new(),
            help: None,
            traefik_says: None,
            fix: None,
        }
    }
}
