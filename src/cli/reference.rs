//! What `cloudlunacy --help` and cloudlunacy(1) say beside the arguments: the settings file, the environment, exit codes.

/// Sections: heading and lines. The lines are shown as they are, so none is longer than 76 characters.
pub const REFERENCE: &[(&str, &str)] = &[
    (
        "Looking up a route",
        "\
A route is meant by NAME, NAME@file, KIND/NAME (as tcp/db) or HOST. Names go
before hosts. Where several could be meant, the candidates are listed and
nothing is done.",
    ),
    (
        "Defaults of new routes",
        "\
entry point  from the settings; else for TCP and UDP the one called like the
             scheme (mongodb) where the static configuration or another route
             has it, else --entry-point is required; HTTP routes name none,
             which means Traefik's default entry points
TLS          from the settings; else TCP by host name: on. HTTP: on with a
             certificate resolver, or where every entry point named has TLS
             in the static configuration or on other routes; else off
file         from the settings; else the one that Traefik's
             providers.file.filename names; else routes.yml",
    ),
    (
        "Settings",
        "\
Settings come from flags, else the environment, else the settings file. That
is --config FILE, else the nearest cloudlunacy.toml from the working directory
up to the work tree's root, else /etc/cloudlunacy/cloudlunacy.toml. One that
others than you and root own or may write, or that lies in the dynamic
directory, is not read, with a warning. Paths in it are relative to it; an
unknown key is an error. These are all keys:

  dir = \"/etc/traefik/dynamic\"        # --dir
  static = \"/etc/traefik/traefik.yml\" # --static; or \"compose.yaml#proxy\"
  static-args = \"--api --ping\"       # --static-args; instead of static
  map = [\"/etc/traefik=./traefik\"]   # --map
  traefik = \"3.7\"                     # --traefik
  api = \"http://127.0.0.1:8080\"      # --api
  state-dir = \"/var/lib/cloudlunacy\" # --state-dir
  output = \"table\"                    # --output
  lock-timeout = \"10s\"                # --lock-timeout
  color = \"auto\"                      # --color

  [defaults.http]                     # what new HTTP routes get
  entry-points = [\"websecure\"]
  tls = \"on\"                          # off, on; TCP also passthrough
  cert-resolver = \"le\"
  middlewares = [\"compress\"]
  file = \"routes.yml\"

  [defaults.tcp]                      # the same keys
  [defaults.udp]                      # entry-points and file

  [validate]
  allow = [\"unused-service\"]          # --allow, in every run
  deny = \"warning\"                    # --deny

  [agents]
  app-domain = \"apps.example.com\"     # --app-domain of agent register
  mongo-domain = \"mongo.example.com\"  # --mongo-domain

  [history]
  max-age = \"400d\"                   # changes older than this go
  max-size = \"64MB\"                  # the oldest go beyond this; 0: none kept; 1GB at most",
    ),
    (
        "Suppressing findings",
        "\
In a file, with the reason behind it:

  # cloudlunacy: allow(rule-name, another-rule) reason

after something on a line: for that line. Alone on a line: for the next line
that says something. Before the first key: for the whole file. --allow and the
setting validate.allow hold for all files. As long as Traefik would refuse the
directory, no comment suppresses an error. A comment that suppresses nothing is
a finding; --no-suppress reports everything.",
    ),
    (
        "Environment",
        "\
CLOUDLUNACY_DIR, CLOUDLUNACY_STATIC, CLOUDLUNACY_STATIC_ARGS, CLOUDLUNACY_MAP,
CLOUDLUNACY_TRAEFIK, CLOUDLUNACY_API, CLOUDLUNACY_STATE_DIR,
CLOUDLUNACY_OUTPUT, CLOUDLUNACY_LOCK_TIMEOUT, CLOUDLUNACY_COLOR: as the flags
of these names; MAP separated by commas. A password for the API is safest in
CLOUDLUNACY_API: other users can see command lines.
SSL_CERT_FILE, SSL_CERT_DIR: the authorities that are trusted, in place of the
system's, by --check-target and for an API over https.
NO_COLOR: where it is set and not empty, no colour unless --color always.",
    ),
    (
        "Exit status",
        "\
0   done, or already so; validate: no errors; diff: the same for Traefik
1   validate: something for which Traefik refuses the directory or disables
    an object; with --deny warning also a warning. diff: something differs.
    agent can: it may not
2   usage, malformed input, nothing to check; nothing changed
3   refused: conflict, not found, would not load, a target that does not
    answer, something newer in the way of an undo, not live and taken back;
    nothing changed
4   the environment failed: I/O, lock timeout, Traefik's API; nothing changed
    unless the message says \"written, durability unknown\", \"written, answer
    not printed\" or \"written, but N of M commands refused\" (batch)
5   written, but not live in Traefik in the time that --wait gives
70  a bug of cloudlunacy; nothing changed",
    ),
];

/// The sections as they follow the options in the long help.
pub(super) fn as_help() -> String {
    let section = |(heading, text): &(&str, &str)| {
        let lines: Vec<String> =
            text.lines().map(|line| if line.is_empty() { String::new() } else { format!("  {line}") }).collect();
        format!("{heading}:\n{}", lines.join("\n"))
    };
    REFERENCE.iter().map(section).collect::<Vec<_>>().join("\n\n")
}
