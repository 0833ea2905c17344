/// What `prewarm` looks for.
package struct FleetPrewarmQuery: Sendable {
    /// By start of the request.
    package var window: TimeWindow
    package var filter: FleetFilter
    /// At least 1.
    package var limit: Int
    package var minSavedNanos: Int64

    package init(
        window: TimeWindow, filter: FleetFilter = FleetFilter(), limit: Int = 20, minSavedNanos: Int64 = 0
    ) {
        self.window = window
        self.filter = filter
        self.limit = limit
        self.minSavedNanos = minSavedNanos
    }
}

/// A version that clients would have waited less for, had it been in the cache.
package struct ColdVersion: Sendable {
    /// With a version.
    package var name: ModuleName
    /// Requests that the cache did not answer.
    package var misses: Int
    /// Addresses.
    package var clients: Int
    package var nodes: Int
    /// What these took.
    package var waitedNanos: Double
    /// What they would have taken less.
    package var savedNanos: Double
    package var first: UnixNanos
}

package struct FleetPrewarmResult: Sendable {
    /// What saves most first.
    package var versions: [ColdVersion]
    package var versionCount: Int
    /// Of all versions.
    package var savedNanos: Double
    /// What all module requests of clients took.
    package var clientNanos: Double
    /// Requests for files.
    package var files: Int
    /// Of these, those of which it is known what a cache did.
    package var lookups: Int
    package var misses: Int
    /// Misses of which nobody knows what a hit would have taken, as there was none like it.
    package var incomparable: Int
    /// Versions that would save less than is asked for.
    package var belowLimit: Int
    package var quality: FleetQuality
    package var notes: [QualityNote]
}

/// A request that a cache did not answer: 40 bytes.
struct ColdRow: Sendable {
    var start: UInt64
    var durationNanos: UInt64
    var module: UInt32
    var node: UInt32
    var client: UInt32
    var kind: UInt8
}

/// Gathers misses, and how long hits take.
struct ColdRows: FleetAggregate {
    /// A node, and a kind of request.
    struct Place: Hashable, Sendable {
        var node: UInt32
        var kind: UInt8
    }

    private(set) var rows: [ColdRow] = []
    private(set) var hits: [Place: DurationSketch] = [:]
    private(set) var clientNanos = 0.0
    private(set) var files = 0
    private(set) var lookups = 0

    mutating func add(_ group: ExchangeGroup) {
        for place in group.requests {
            let exchange = group.exchanges[place]
            guard let kind = exchange.moduleKind, kind.isModuleRequest, exchange.isOfClient else { continue }
            clientNanos += Double(exchange.durationNanos)
            guard kind.isImmutable, exchange.module > 0 else { continue }
            files += 1
            let result = CacheResult(rawValue: exchange.facingResult) ?? .unknown
            let isAnswered =
                exchange.outcome == RequestOutcome.ok.rawValue
                || exchange.outcome == RequestOutcome.redirected.rawValue
            guard result.isLookup, isAnswered else { continue }
            lookups += 1
            if result.isHit {
                hits[Place(node: exchange.node, kind: exchange.kind), default: DurationSketch()].add(
                    Int64(clamping: exchange.durationNanos))
            } else {
                rows.append(
                    ColdRow(
                        start: exchange.start, durationNanos: exchange.durationNanos,
                        module: exchange.module, node: exchange.node, client: exchange.client,
                        kind: exchange.kind))
            }
        }
    }

    mutating func merge(_ other: ColdRows) {
        rows += other.rows
        for (place, sketch) in other.hits { hits[place, default: DurationSketch()].merge(sketch) }
        clientNanos += other.clientNanos
        files += other.files
        lookups += other.lookups
    }
}

/// What a hit of a kind typically takes at a node: the median of its own, or where it had few, of all nodes.
struct TypicalHits {
    /// Medians of fewer say nothing.
    static let hitsMin = 5

    private var byPlace: [ColdRows.Place: Int64] = [:]
    private var byKind: [UInt8: Int64] = [:]

    init(_ hits: [ColdRows.Place: DurationSketch]) {
        var kinds: [UInt8: DurationSketch] = [:]
        for (place, sketch) in hits {
            kinds[place.kind, default: DurationSketch()].merge(sketch)
            if sketch.count >= UInt64(Self.hitsMin) { byPlace[place] = sketch.quantile(0.5) }
        }
        for (kind, sketch) in kinds where sketch.count >= UInt64(Self.hitsMin) {
            byKind[kind] = sketch.quantile(0.5)
        }
    }

    /// Nil where there was none like it.
    func nanos(node: UInt32, kind: UInt8) -> Int64? {
        byPlace[ColdRows.Place(node: node, kind: kind)] ?? byKind[kind]
    }
}

extension TelemetryReader {
    /// Which versions would have saved clients time, had caches had them.
    /// - Throws: `StoreError`
    package func prewarm(_ query: FleetPrewarmQuery) throws(StoreError) -> FleetPrewarmResult {
        try snapshot { () throws(StoreError) in
            let question = FleetQuestion(window: query.window, filter: query.filter)
            let answer = try FleetScan.run(question, self) { _ in ColdRows() }
            let found = answer.aggregate
            let versions = ColdVersions(found, FleetNameTables(answer.names))
            let saving = versions.versions.filter { $0.savedNanos > 0 }
            let worth = saving.filter { $0.savedNanos >= Double(query.minSavedNanos) }
            return FleetPrewarmResult(
                versions: Array(worth.prefix(query.limit)), versionCount: worth.count,
                savedNanos: worth.reduce(0) { $0 + $1.savedNanos }, clientNanos: found.clientNanos,
                files: found.files, lookups: found.lookups, misses: found.rows.count,
                incomparable: versions.incomparable, belowLimit: saving.count - worth.count,
                quality: answer.quality, notes: damageNotes())
        }
    }
}

/// Misses by version.
struct ColdVersions {
    /// What saves most first; equal ones by name.
    private(set) var versions: [ColdVersion] = []
    private(set) var incomparable = 0

    init(_ cold: ColdRows, _ names: FleetNameTables) {
        let typical = TypicalHits(cold.hits)
        let rows = cold.rows.sorted { ($0.module, $0.start) < ($1.module, $1.start) }
        var first = 0
        while first < rows.count {
            var end = first + 1
            while end < rows.count, rows[end].module == rows[first].module { end += 1 }
            add(rows[first..<end], typical, names)
            first = end
        }
        versions.sort {
            ($1.savedNanos, $0.name.module, $0.name.version ?? "") < (
                $0.savedNanos, $1.name.module, $1.name.version ?? ""
            )
        }
    }

    /// - Precondition: there is a row
    private mutating func add(_ rows: ArraySlice<ColdRow>, _ typical: TypicalHits, _ names: FleetNameTables) {
        guard let first = rows.first, let name = names.module(first.module), name.version != nil else {
            return
        }
        var version = ColdVersion(
            name: name, misses: rows.count,
            clients: Set(rows.compactMap { names.client($0.client)?.address }).count,
            nodes: Set(rows.map(\.node)).count, waitedNanos: 0, savedNanos: 0,
            first: UnixNanos(clamping: first.start))
        for row in rows {
            version.waitedNanos += Double(row.durationNanos)
            guard let hit = typical.nanos(node: row.node, kind: row.kind) else {
                incomparable += 1
                continue
            }
            version.savedNanos += max(0, Double(row.durationNanos) - Double(hit))
        }
        versions.append(version)
    }
}
