//! The fields of Traefik's static configuration, as Traefik 3.7.15 takes them.

use super::Kind;
use super::{Fields, Kind::*, may_be_empty, open, section};

/// What Traefik logs of this option of any provider.
const CA_OPTIONAL: &str =
    "`tls.CAOptional` option has been removed in v3, as TLS client authentication is a server side option";
const NAMESPACE: &str = "`namespace` option has been removed, please use the `namespaces` option instead.";
/// The TLS settings of a provider.
const TLS: (&str, Kind) = ("tls", open(&[("caOptional", Gone(CA_OPTIONAL))]));

/// The sections.
pub(in crate::static_config) const ROOT: Fields = &[
    ("global", section(&[("checkNewVersion", Bool), ("sendAnonymousUsage", Bool), ("notAppendXForwardedFor", Bool)])),
    (
        "serversTransport",
        section(&[
            ("insecureSkipVerify", Bool),
            ("rootCAs", List),
            ("maxIdleConnsPerHost", Int),
            (
                "forwardingTimeouts",
                section(&[
                    ("dialTimeout", Duration),
                    ("responseHeaderTimeout", Duration),
                    ("idleConnTimeout", Duration),
                ]),
            ),
            ("spiffe", may_be_empty(&[("ids", List), ("trustDomain", Text)])),
        ]),
    ),
    (
        "tcpServersTransport",
        section(&[
            ("dialKeepAlive", Duration),
            ("dialTimeout", Duration),
            ("terminationDelay", Duration),
            (
                "tls",
                may_be_empty(&[
                    ("insecureSkipVerify", Bool),
                    ("rootCAs", List),
                    ("spiffe", may_be_empty(&[("ids", List), ("trustDomain", Text)])),
                ]),
            ),
        ]),
    ),
    ("entryPoints", Map(&section(ENTRY_POINT))),
    ("providers", section(PROVIDERS)),
    (
        "api",
        may_be_empty(&[
            ("basePath", Text),
            ("insecure", Bool),
            ("dashboard", Bool),
            ("debug", Bool),
            ("disableDashboardAd", Bool),
            ("dashboardName", Text),
        ]),
    ),
    (
        "metrics",
        section(&[
            (
                "prometheus",
                may_be_empty(&[
                    ("buckets", Floats),
                    ("addEntryPointsLabels", Bool),
                    ("addRoutersLabels", Bool),
                    ("addServicesLabels", Bool),
                    ("entryPoint", Text),
                    ("manualRouting", Bool),
                    ("headerLabels", Map(&Text)),
                ]),
            ),
            ("addInternals", Bool),
            ("datadog", open(&[])),
            ("statsD", open(&[])),
            ("influxDB2", open(&[])),
            ("otlp", open(&[])),
        ]),
    ),
    ("ping", may_be_empty(&[("entryPoint", Text), ("manualRouting", Bool), ("terminatingStatusCode", Int)])),
    ("hostResolver", may_be_empty(&[("cnameFlattening", Bool), ("resolvConfig", Text), ("resolvDepth", Int)])),
    ("certificatesResolvers", Map(&section(RESOLVER))),
    (
        "experimental",
        section(&[
            (
                "plugins",
                Map(&section(&[
                    ("moduleName", Text),
                    ("version", Text),
                    ("hash", Text),
                    ("settings", section(&[("envs", List), ("mounts", List), ("useUnsafe", Bool)])),
                ])),
            ),
            (
                "localPlugins",
                Map(&section(&[
                    ("moduleName", Text),
                    ("settings", section(&[("envs", List), ("mounts", List), ("useUnsafe", Bool)])),
                ])),
            ),
            ("abortOnPluginFailure", Bool),
            ("fastProxy", may_be_empty(&[("debug", Bool)])),
            ("otlplogs", Bool),
            ("knative", Bool),
            ("kubernetesIngressNGINX", Bool),
            ("kubernetesGateway", Bool),
            (
                "http3",
                Gone("HTTP3 is not an experimental feature in v3 and the associated enablement has been removed."),
            ),
        ]),
    ),
    ("core", section(&[("defaultRuleSyntax", Text), ("strictTLSOptions", Bool)])),
    ("spiffe", section(&[("workloadAPIAddr", Text)])),
    ("ocsp", may_be_empty(&[("responderOverrides", Map(&Text))])),
    (
        "tracing",
        open(&[
            (
                "spanNameLimit",
                Gone(
                    "SpanNameLimit option for Tracing has been removed in v3, as Span names are now of a fixed length.",
                ),
            ),
            (
                "jaeger",
                Gone(
                    "Jaeger Tracing backend has been removed in v3, please remove all Jaeger-related Tracing install configuration for Traefik to start.",
                ),
            ),
            (
                "zipkin",
                Gone(
                    "Zipkin Tracing backend has been removed in v3, please remove all Zipkin-related Tracing install configuration for Traefik to start.",
                ),
            ),
            (
                "datadog",
                Gone(
                    "Datadog Tracing backend has been removed in v3, please remove all Datadog-related Tracing install configuration for Traefik to start.",
                ),
            ),
            (
                "instana",
                Gone(
                    "Instana Tracing backend has been removed in v3, please remove all Instana-related Tracing install configuration for Traefik to start.",
                ),
            ),
            (
                "haystack",
                Gone(
                    "Haystack Tracing backend has been removed in v3, please remove all Haystack-related Tracing install configuration for Traefik to start.",
                ),
            ),
            (
                "elastic",
                Gone(
                    "Elastic Tracing backend has been removed in v3, please remove all Elastic-related Tracing install configuration for Traefik to start.",
                ),
            ),
        ]),
    ),
    ("log", open(&[])),
    ("accessLog", open(&[])),
    (
        "pilot",
        Gone(
            "Pilot configuration has been removed in v3, please remove all Pilot-related install configuration for Traefik to start.",
        ),
    ),
];

const ENTRY_POINT: Fields = &[
    ("address", Text),
    ("allowACMEByPass", Bool),
    ("reusePort", Bool),
    ("asDefault", Bool),
    (
        "transport",
        section(&[
            ("lifeCycle", section(&[("requestAcceptGraceTimeout", Duration), ("graceTimeOut", Duration)])),
            (
                "respondingTimeouts",
                section(&[("readTimeout", Duration), ("writeTimeout", Duration), ("idleTimeout", Duration)]),
            ),
            ("keepAliveMaxTime", Duration),
            ("keepAliveMaxRequests", Int),
        ]),
    ),
    ("proxyProtocol", may_be_empty(&[("insecure", Bool), ("trustedIPs", List)])),
    (
        "forwardedHeaders",
        section(&[("insecure", Bool), ("trustedIPs", List), ("connection", List), ("notAppendXForwardedFor", Bool)]),
    ),
    (
        "http",
        section(&[
            (
                "redirections",
                section(&[(
                    "entryPoint",
                    section(&[("to", Text), ("scheme", Text), ("permanent", Bool), ("priority", Int)]),
                )]),
            ),
            ("middlewares", List),
            (
                "tls",
                may_be_empty(&[
                    ("options", Text),
                    ("certResolver", Text),
                    ("domains", Items(&[("main", Text), ("sans", List)])),
                ]),
            ),
            (
                "encodedCharacters",
                section(&[
                    ("allowEncodedSlash", Bool),
                    ("allowEncodedBackSlash", Bool),
                    ("allowEncodedNullCharacter", Bool),
                    ("allowEncodedSemicolon", Bool),
                    ("allowEncodedPercent", Bool),
                    ("allowEncodedQuestionMark", Bool),
                    ("allowEncodedHash", Bool),
                ]),
            ),
            ("encodeQuerySemicolons", Bool),
            ("sanitizePath", Bool),
            ("maxHeaderBytes", Int),
            ("underscoreHeadersStrategy", Text),
            ("aliasHeadersStrategy", Text),
        ]),
    ),
    (
        "http2",
        section(&[
            ("maxConcurrentStreams", Int),
            ("maxDecoderHeaderTableSize", Int),
            ("maxEncoderHeaderTableSize", Int),
        ]),
    ),
    ("http3", may_be_empty(&[("advertisedPort", Int)])),
    ("udp", section(&[("timeout", Duration)])),
    ("observability", section(&[("accessLogs", Bool), ("metrics", Bool), ("tracing", Bool), ("traceVerbosity", Text)])),
];

const RESOLVER: Fields = &[
    (
        "acme",
        section(&[
            ("email", Text),
            ("caServer", Text),
            ("preferredChain", Text),
            ("profile", Text),
            ("emailAddresses", List),
            ("disableCommonName", Bool),
            ("storage", Text),
            ("keyType", Text),
            ("eab", section(&[("kid", Text), ("hmacEncoded", Text)])),
            ("certificatesDuration", Int),
            ("clientTimeout", Duration),
            ("clientResponseHeaderTimeout", Duration),
            ("certificateTimeout", Duration),
            ("caCertificates", List),
            ("caSystemCertPool", Bool),
            ("caServerName", Text),
            (
                "dnsChallenge",
                may_be_empty(&[
                    ("provider", Text),
                    ("resolvers", List),
                    (
                        "propagation",
                        may_be_empty(&[
                            ("disableChecks", Bool),
                            ("disableANSChecks", Bool),
                            ("requireAllRNS", Bool),
                            ("delayBeforeChecks", Duration),
                        ]),
                    ),
                    ("delayBeforeCheck", Duration),
                    ("disablePropagationCheck", Bool),
                ]),
            ),
            ("httpChallenge", may_be_empty(&[("entryPoint", Text), ("delay", Duration)])),
            ("tlsChallenge", may_be_empty(&[("delay", Duration)])),
        ]),
    ),
    ("tailscale", may_be_empty(&[])),
];

const PROVIDERS: Fields = &[
    ("providersThrottleDuration", Duration),
    ("precedence", List),
    ("file", section(&[("directory", Text), ("watch", Bool), ("filename", Text), ("debugLogGeneratedTemplate", Bool)])),
    ("rest", may_be_empty(&[("insecure", Bool)])),
    ("plugin", Map(&Any)),
    (
        "docker",
        open(&[
            (
                "swarmMode",
                Gone(
                    "Docker provider `swarmMode` option has been removed in v3, please use the Swarm Provider instead.",
                ),
            ),
            TLS,
        ]),
    ),
    ("swarm", open(&[TLS])),
    ("etcd", open(&[TLS])),
    ("redis", open(&[TLS])),
    ("http", open(&[TLS])),
    ("zooKeeper", open(&[])),
    ("consul", open(&[("namespace", Gone(NAMESPACE)), TLS])),
    ("consulCatalog", open(&[("namespace", Gone(NAMESPACE)), ("endpoint", open(&[TLS]))])),
    ("nomad", open(&[("namespace", Gone(NAMESPACE)), ("endpoint", open(&[TLS]))])),
    ("ecs", open(&[])),
    ("kubernetesIngress", open(&[])),
    ("kubernetesIngressNGINX", open(&[])),
    ("kubernetesCRD", open(&[])),
    ("kubernetesGateway", open(&[])),
    ("knative", open(&[])),
    (
        "marathon",
        Gone(
            "Marathon provider has been removed in v3, please remove all Marathon-related install configuration for Traefik to start.",
        ),
    ),
    (
        "rancher",
        Gone(
            "Rancher provider has been removed in v3, please remove all Rancher-related install configuration for Traefik to start.",
        ),
    ),
];
