/// What a service level objective is about. The raw values are those of `slo.yaml`.
package enum ServiceIndicator: String, CaseIterable, Sendable {
    /// How long requests take.
    case latency
    /// How fast files come.
    case throughput
    /// How many requests are served.
    case availability
    /// How many requests a cache serves by itself.
    case hitRatio = "hit_ratio"
    /// How soon after its publication a version can be had.
    case visibilityLag = "visibility_lag"

    package enum Unit: Sendable {
        /// Nanoseconds.
        case duration
        /// Bytes a second.
        case bytesPerSecond
        /// A part of all, from 0 to 1.
        case share
    }

    package var unit: Unit {
        switch self {
        case .latency, .visibilityLag: .duration
        case .throughput: .bytesPerSecond
        case .availability, .hitRatio: .share
        }
    }

    /// Whether less is better.
    package var isLowGood: Bool { unit == .duration }

    /// Which kinds of requests it can be about; the first ones are meant where nobody says.
    package var kinds: [ModuleKind] {
        switch self {
        case .latency: [.info, .mod, .zip, .list, .latest, .query] + Self.sumDBKinds
        case .throughput, .hitRatio, .visibilityLag: Self.files
        case .availability: [.list, .latest, .info, .query, .mod, .zip] + Self.sumDBKinds
        }
    }

    /// What is measured when no kinds are named.
    package var usualKinds: [ModuleKind] {
        switch self {
        case .latency, .hitRatio, .visibilityLag: Self.files
        case .throughput: [.zip]
        case .availability: kinds
        }
    }

    /// What a version consists of, and what never changes.
    private static let files: [ModuleKind] = [.info, .mod, .zip]
    private static let sumDBKinds: [ModuleKind] = [.sumdbSupported, .sumdbLatest, .sumdbLookup, .sumdbTile]

    /// What is counted, for whoever wants to know what a figure means.
    package var definition: String {
        switch self {
        case .latency:
            "how long successful requests take, as the server nearest to the client saw it"
        case .throughput:
            "bytes of the body for each second that a successful request took, as the server nearest to the client "
                + "saw it"
        case .availability:
            "1 - (5xx, 429, 404 after 10 s or more, empty zips, 200s that were none and requests without an answer) / (all requests for "
                + "modules and checksums, without probes for path prefixes and those that the client gave up)"
        case .hitRatio:
            "(hit, stale, updating, revalidated, redirect_hit) / (these, miss, expired, redirect_miss, coalesced); "
                + "requests of which nobody says what the cache did are in neither"
        case .visibilityLag:
            "from the publication of a version until a node serves it, where the node refused it in between; what "
                + "is not known better than \"at most\" counts where that is within the objective, and is left out "
                + "elsewhere"
        }
    }
}
