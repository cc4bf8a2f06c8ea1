//! What can be wrong with a static configuration, as facts; lints find the words.

use crate::document::Span;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub mistake: Mistake,
    /// Where it stands; nothing at byte 0 for the text as a whole.
    pub at: Span,
    /// Whether it stands in the flags or the compose file that start Traefik with another file.
    pub in_launch: bool,
    /// The path of keys there.
    pub path: String,
    /// What Traefik prints; empty where it says nothing.
    pub says: String,
}

impl Fault {
    /// A fault about which Traefik says nothing.
    pub fn new(mistake: Mistake, at: Span, path: impl Into<String>) -> Fault {
        Fault { mistake, at, in_launch: false, path: path.into(), says: String::new() }
    }

    /// With what Traefik prints.
    pub fn says(mut self, words: impl Into<String>) -> Fault {
        self.says = words.into();
        self
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    // Traefik does not start.
    /// It can't be parsed.
    Syntax {
        /// What the parser says.
        message: String,
        /// 1-based line.
        line: usize,
    },
    /// It holds no setting at all.
    NoSettings,
    /// A field that Traefik doesn't have.
    UnknownField {
        /// As it is written.
        name: String,
        /// The one that was surely meant.
        nearest: Option<&'static str>,
    },
    /// A section that holds nothing, and may not.
    Standalone {
        /// The section.
        name: String,
    },
    /// A list of sections where one with names is wanted.
    ListForSection {
        /// The section.
        name: String,
    },
    /// Names where a text or a list of texts is wanted.
    SectionForText {
        /// The field.
        name: String,
    },
    /// A value that can't be read.
    BadValue {
        /// As it is written.
        value: String,
        /// What is wanted.
        wanted: &'static str,
    },
    /// An address on which nothing can listen.
    BadAddress {
        /// As it is written.
        address: String,
        /// What is wrong with it.
        problem: AddressProblem,
    },
    /// Two entry points on one address.
    AddressTaken {
        /// As it is written.
        address: String,
        /// Who else wants it.
        other: String,
        /// Where that stands, unless Traefik adds it by itself.
        other_at: Option<Span>,
    },
    /// `proxyProtocol` trusts nobody.
    NoTrustedIps,
    /// A resolver of two kinds.
    TwoResolversInOne {
        /// Its name.
        resolver: String,
    },
    /// `aliasHeadersStrategy` and its older name differ.
    TwoStrategies,
    /// A feature that must be switched on first.
    NeedsExperimental {
        /// The switch.
        switch: &'static str,
    },
    /// An option of Traefik 2.
    Removed {
        /// Its path.
        option: String,
    },
    /// A flag without a name.
    BadFlag,
    /// A flag without the value that it needs.
    NoFlagValue,

    // Traefik starts, and it is not what was meant.
    /// A section that Traefik ignores.
    UnknownSection {
        /// As it is written.
        name: String,
        /// The one that was surely meant.
        nearest: Option<&'static str>,
    },
    /// A section of the dynamic configuration.
    DynamicSection {
        /// Its name.
        name: &'static str,
    },
    /// An entry point that listens on any port.
    RandomPort {
        /// Its name.
        entry_point: String,
        /// What was said in place of an address, if it was anything.
        text: Option<String>,
    },
    /// A redirection that leads nowhere, and so is not made.
    RedirectionTarget {
        /// What it names; empty for nothing.
        to: String,
    },
    /// The file provider reads nothing, or not what it seems to.
    FileProvider(FileProblem),
    /// A middleware without provider, which internal routers look for in their own.
    UnqualifiedMiddleware {
        /// Its name.
        name: String,
        /// The entry point.
        entry_point: String,
    },
    /// A resolver that Traefik leaves out, or that can't get a certificate.
    ResolverUnusable {
        /// Its name.
        resolver: String,
        /// Why.
        problem: ResolverProblem,
    },
    /// A resolver that an entry point names and nobody defines.
    UnknownResolver {
        /// Its name.
        name: String,
    },
    /// An entry point that one of Traefik's own services names, and nobody defines.
    UnknownEntryPoint {
        /// Its name.
        name: String,
        /// The service.
        service: &'static str,
    },
    /// No TCP entry point is left for routers that name none.
    NoDefaultEntryPoint,
    /// A plugin that can't be set up, for which Traefik gives up all of them.
    PluginBroken {
        /// Its name.
        plugin: String,
        /// Why.
        why: &'static str,
    },
    /// An option that still works, and has a better one.
    Deprecated {
        /// Its path.
        option: String,
        /// What to say in its place.
        instead: &'static str,
    },
    /// A text in a list of sections, which Traefik drops.
    TextInSectionList,
    /// A value that Traefik does not take, and replaces without stopping.
    NoEffect {
        /// The value.
        value: String,
        /// What is wanted.
        wanted: &'static str,
    },
    /// Flags or variables that Traefik never looks at.
    Ignored {
        /// What they are.
        what: &'static str,
        /// What is read in their place.
        by: &'static str,
    },
    /// Flags after a word that is no flag.
    FlagsEnd {
        /// The word.
        word: String,
    },
    /// A static configuration that is named and not there.
    NoSuchFile {
        /// Its path.
        path: String,
    },
    /// A volume that mounts one dynamic file.
    MountedFile {
        /// Where it is in the container.
        container: String,
    },
    /// A path in the container that leads to nothing known on this machine.
    UnmappedPath {
        /// The path.
        path: String,
    },
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressProblem {
    /// It has no port.
    NoPort,
    /// Its port is no port.
    BadPort,
    /// Its protocol is neither tcp nor udp.
    Protocol,
    /// Its host is no host.
    Host,
    /// It is an IPv6 address without brackets.
    NoBrackets,
}

/// What is wrong with the file provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileProblem {
    /// Both a directory and a file: the file is ignored.
    Both,
    /// Neither a directory nor a file.
    Neither,
    /// A list in place of one directory.
    List,
    /// A file whose extension Traefik doesn't read.
    Extension,
}

/// Why a resolver is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolverProblem {
    /// It holds nothing.
    Empty,
    /// It has no challenge.
    NoChallenge,
    /// Its certificates would last no time.
    NoDuration,
    /// Others may read its storage.
    StorageRights {
        /// The permission bits.
        mode: u32,
    },
    /// The directory of its storage is not there.
    StorageMissing,
    /// Its storage is a directory.
    StorageFolder,
}
