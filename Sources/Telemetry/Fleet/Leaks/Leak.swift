/// What is to be looked for.
package struct LeakQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    package var modules: PrivateModules
    /// Which hosts are public.
    package var mirrors: MirrorList
    /// At least 1.
    package var limit: Int

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), modules: PrivateModules,
        mirrors: MirrorList = .builtIn, limit: Int = 20
    ) {
        self.window = window
        self.filter = filter
        self.modules = modules
        self.mirrors = mirrors
        self.limit = limit
    }
}

/// A private module that somebody in public was asked for, by one client at one node.
package struct Leak: Sendable {
    package var module: String
    /// Who knows of it now: a public proxy or a checksum database.
    package var host: String
    /// The host that passed it on: a proxy that was asked for a checksum. Nil where the public one was asked itself.
    package var via: String?
    /// Whose telemetry tells of it.
    package var node: FleetNode
    /// Nil when nobody says who asked.
    package var client: ClientName?
    package var requests: Int
    package var kinds: Set<ModuleKind>
    /// What was answered, the most frequent first; nil where the span does not tell.
    package var outcomes: [(outcome: RequestOutcome?, count: Int)]
    package var first: UnixNanos
    package var last: UnixNanos
    /// Of the last one; nil where it cannot be read any more.
    package var traceID: TraceID?
}

package struct LeakResult: Sendable {
    /// The most frequent first.
    package var leaks: [Leak]
    /// How many there are, the listed ones included, and of what.
    package var leakCount: Int
    package var modules: Int
    package var hosts: [String]
    package var clients: Int
    package var leakedRequests: Int
    /// Requests for modules that clients sent in the window, of these those for private ones, and of all those of which
    /// nobody says whom they asked.
    package var requests: Int
    package var privateRequests: Int
    package var withoutHost: Int
    /// Calls of proxies to public hosts.
    package var calls: Int
    package var quality: FleetQuality
    package var notes: [QualityNote]

    /// Whether nothing can be said, as nobody says which host was asked.
    package var isBlind: Bool { leakCount == 0 && withoutHost == requests && calls == 0 }

    /// For programs: `leaked`, `none`, `undecided`.
    package var verdict: String { leakCount > 0 ? "leaked" : isBlind ? "undecided" : "none" }
}
