/// What really happened to one request of a client.
package struct RequestTruth: Codable, Hashable, Sendable {
    package var type = "request"
    /// Tells the requests of a run apart.
    package var number = 0
    /// The number of the session that it belongs to; nil without a client.
    package var session: Int?
    /// In hex: the trace of the client-facing span first, then that of the proxy when it began one of its own, then that
    /// of the fetch.
    package var traceIds: [String] = []
    /// In hex: the outermost server span.
    package var spanId = ""
    /// Nil for an orchestrator's probe.
    package var clientAddress: String?
    package var userAgent: String?
    /// The instances; nil where the request did not pass one.
    package var edge: String?
    package var proxy: String?
    /// By which name the client asked.
    package var host: String?
    /// As the analyst names kinds: `list`, `latest`, `info`, `query`, `mod`, `zip`, `sumdb_…`, `ops`.
    package var kind = ""
    /// Capitals as they are; empty for what is about no module.
    package var module = ""
    package var version = ""
    /// The path as the client sent it.
    package var path = ""
    /// Whether a list was asked for of what is no module: a refusal is the healthy answer.
    package var isProbe = false
    /// What the client got; 499 when it went before.
    package var status = 0
    /// What the client-facing span says: nothing where Envoy says `0`, 200 for an error that Caddy made up.
    package var reportedStatus: Int?
    /// `ok`, `probe`, `not_found`, `masked_timeout`, `timeout`, `upstream_error`, `internal_error`, `aborted`,
    /// `false_200`.
    package var outcome = ""
    /// True time.
    package var startNs: UInt64 = 0
    /// How long the client waited.
    package var durationNs: UInt64 = 0
    /// The same as the client-facing span says it, by the clock of its node: nginx has whole milliseconds.
    package var reportedStartNs: UInt64 = 0
    package var reportedDurationNs: UInt64 = 0
    /// What the client got.
    package var bodyBytes: Int64 = 0
    /// What the client-facing span says: nothing at Traefik, nor at Caddy and Athens for no body.
    package var reportedBodyBytes: Int64?
    /// What the proxy did for it, in true time; nil where it was not asked.
    package var proxyStatus: Int?
    package var proxyStartNs: UInt64?
    package var proxyDurationNs: UInt64?
    package var proxyBodyBytes: Int64?
    package var cache = CacheTruth()
    package var stages = StageTimes()
    /// The stage that took the most.
    package var longestStage = ""
    /// Why the request is slow, by the taxonomy; nil for one that is not.
    package var slowClass: String?
    /// How long the body went from the edge to the client.
    package var transferNs: UInt64 = 0
    /// Where the proxy fetched the version, or waited for that.
    package var fetch: FetchWorkTruth?
    /// Whether the spans of the edge and of the proxy reach the collector; nil where there are none.
    package var edgeIsDelivered: Bool?
    package var proxyIsDelivered: Bool?

    package init() {}
}
