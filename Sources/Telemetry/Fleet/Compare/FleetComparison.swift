import OTLPModel

/// What requests are compared by.
package enum ComparisonKey: Hashable, Sendable {
    case dimension(FleetDimension)
    /// How the body was compressed.
    case encoding
    /// The host that clients asked: a mirror.
    case host

    private static let words: [(name: String, key: ComparisonKey)] = [
        ("mirror", .host), ("host", .host), ("encoding", .encoding), ("content-encoding", .encoding),
    ]

    /// The names of what is no attribute, as they are written.
    package static var names: [String] {
        ["mirror", "host", "encoding"] + FleetDimension.names.filter { $0 != "all" }
    }

    package init(_ text: String) {
        self = Self.words.first { $0.name == text }?.key ?? .dimension(FleetDimension(text))
    }

    /// As columns of answers are called.
    package var text: String {
        switch self {
        case .dimension(.all): "requests"
        case .dimension(let dimension): dimension.name
        case .encoding: "encoding"
        case .host: "mirror"
        }
    }

    /// The attributes that say it, best first.
    var labels: [SpanKey] {
        switch self {
        case .dimension(.attribute(let key)): [key]
        case .dimension: []
        case .encoding:
            [
                .attribute("http.response.header.content-encoding"),
                .attribute("http.response.header.content_encoding"), .attribute("content_encoding"),
                .attribute("http.response.content_encoding"),
            ]
        case .host:
            [
                .attribute("server.address"), .attribute("http.host"), .attribute("net.host.name"),
                .attribute("http.server_name"), .attribute(":authority"), .attribute("net.peer.name"),
            ]
        }
    }

    /// The number that tells exchanges of different groups apart; 0 where there is none.
    func code(_ exchange: Exchange) -> UInt32 {
        switch self {
        case .dimension(.all): 1
        case .dimension(let dimension): dimension.code(exchange)
        case .encoding, .host: exchange.label
        }
    }

    /// Whether each node is in one group.
    var isOfNodes: Bool {
        guard case .dimension(let dimension) = self else { return false }
        return dimension.isOfNodes || dimension == .region
    }

    /// The group of a node; nil where it has none.
    func text(of node: FleetNode) -> String? {
        switch self {
        case .dimension(.serviceVersion): node.serviceVersion.map { node.service + " " + $0 }
        case .dimension(let dimension): dimension.text(of: node)
        case .encoding, .host: nil
        }
    }

    /// What a number stands for.
    func text(_ code: UInt32, _ names: FleetNameTables) -> String? {
        switch self {
        case .dimension(.serviceVersion):
            names.version(code).version.map { names.version(code).node.service + " " + $0 }
        case .dimension(let dimension): dimension.text(code, names)
        // Hosts are the same in capitals.
        case .host: FleetNames.withoutPort(names.labels[Int(code) - 1]).lowercased()
        case .encoding: names.labels[Int(code) - 1] == "identity" ? "none" : names.labels[Int(code) - 1]
        }
    }
}

/// What is counted in a comparison.
package enum ComparisonUnit: String, CaseIterable, Sendable {
    case request
    /// All that a client asked for to get one version.
    case fetch
    /// All that a client asked for without a pause above 15 s.
    case session
}

/// What is compared with what.
package struct FleetComparisonQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    /// Each group is compared with itself in this window; nil for groups with each other.
    package var baselineWindow: TimeWindow?
    package var filter: FleetFilter
    package var key: ComparisonKey
    package var unit: ComparisonUnit
    /// The group that the others are compared with; nil for the largest.
    package var baseline: String?
    /// At least 1.
    package var limit: Int

    package init(
        window: TimeWindow, baselineWindow: TimeWindow? = nil, filter: FleetFilter = FleetFilter(),
        key: ComparisonKey, unit: ComparisonUnit = .request, baseline: String? = nil, limit: Int = 20
    ) {
        self.window = window
        self.baselineWindow = baselineWindow
        self.filter = filter
        self.key = key
        self.unit = unit
        self.baseline = baseline
        self.limit = limit
    }
}

/// What a comparison adds up of a group.
struct ComparisonTally: Sendable {
    /// Requests, fetches or sessions.
    private(set) var units = 0
    private(set) var sumNanos = 0.0
    private(set) var durations = FewDurations()
    private(set) var requests = 0
    /// Of these, those that another node had passed on.
    private(set) var passedOn = 0
    /// Of requests whose outcome is known.
    private(set) var outcomes = 0
    private(set) var failures = 0
    private(set) var lookups = 0
    private(set) var hits = 0
    /// Of responses of a size of which a rate says something.
    private(set) var largeBytes = 0.0
    private(set) var largeNanos = 0.0
    /// Largest sizes of files that never change, by module number and kind; of encodings only.
    private(set) var fileBytes: [UInt64: UInt64] = [:]

    mutating func add(unitNanos nanos: UInt64) {
        units += 1
        sumNanos += Double(nanos)
        durations.add(Int64(clamping: nanos))
    }

    mutating func addPassedOn() { passedOn += 1 }

    /// Whether it is of what stands behind others, whose clients see more than it does.
    var isBehind: Bool { 2 * passedOn > requests }

    mutating func add(_ row: ComparisonRow) {
        requests += 1
        if let outcome = RequestOutcome(rawValue: row.outcome) {
            outcomes += 1
            if outcome.isFailure { failures += 1 }
            if outcome == .ok, row.bytes >= RequestClass.transferBytesMin {
                largeBytes += Double(row.bytes)
                largeNanos += Double(row.durationNanos)
            }
        }
        let result = CacheResult(rawValue: row.cacheResult) ?? .unknown
        if row.moduleKind?.isImmutable == true, result.isLookup {
            lookups += 1
            if result.isHit { hits += 1 }
        }
    }

    mutating func addSize(_ row: ComparisonRow) {
        guard row.moduleKind?.isImmutable == true, row.module > 0, row.bytes > 0,
            row.outcome == RequestOutcome.ok.rawValue
        else { return }
        let file = UInt64(row.module) << 8 | UInt64(row.kind)
        fileBytes[file] = max(fileBytes[file] ?? 0, row.bytes)
    }

    mutating func merge(_ other: ComparisonTally) {
        units += other.units
        sumNanos += other.sumNanos
        durations.merge(other.durations)
        requests += other.requests
        passedOn += other.passedOn
        outcomes += other.outcomes
        failures += other.failures
        lookups += other.lookups
        hits += other.hits
        largeBytes += other.largeBytes
        largeNanos += other.largeNanos
        fileBytes.merge(other.fileBytes, uniquingKeysWith: max)
    }
}

/// A request as a comparison needs it: 40 bytes.
struct ComparisonRow: Sendable {
    var start: UInt64
    var durationNanos: UInt64
    var bytes: UInt64
    var client: UInt32
    var module: UInt32
    /// Among the groups.
    var group: UInt32
    var kind: UInt8
    var outcome: UInt8
    var cacheResult: UInt8

    var end: UInt64 { start &+ durationNanos }
    var moduleKind: ModuleKind? { ModuleKind(rawValue: kind) }
}
