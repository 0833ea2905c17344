import OTLPModel

/// Divides errors by what they have in common.
struct ErrorGroups {
    /// Errors of one cause.
    struct Group {
        var rows: [Int]
        var nodes: Set<UInt32>
        var upstreams: Set<String>
        var kinds: Set<UInt8>
        /// Empty for nodes that name none.
        var regions: Set<String>
    }

    private struct Key: Hashable {
        var outcome: UInt8
        var httpStatus: UInt16
        var message: UInt32
    }

    /// What part of errors has to be of one node, region, host or kind of request for it to be what they have in common,
    /// and how much more frequent it has to be among them than among all requests.
    static let shareMin = 0.5
    static let liftMin = 2.0
    static let nearlyAll = 0.9

    private let errors: ErrorRows
    private let names: FleetNameTables
    private let requestsByUpstream: [String: Int]
    private let requestsByRegion: [String: Int]

    init(_ errors: ErrorRows, _ names: FleetNameTables) {
        self.errors = errors
        self.names = names
        var byUpstream: [String: Int] = [:]
        for (module, count) in errors.requestsByModule.counted({ $0 > 0 }) {
            byUpstream[names.module(module)?.upstream ?? "", default: 0] += count
        }
        requestsByUpstream = byUpstream
        var byRegion: [String: Int] = [:]
        for (node, count) in errors.requestsByNode.counted({ $0 > 0 }) {
            byRegion[names.node(node).region ?? "", default: 0] += count
        }
        // Edge and proxy both count a request: of these a region has its part, and the same part of all requests.
        let counts = Double(max(byRegion.values.reduce(0, +), 1))
        let scale = Double(errors.requests) / counts
        requestsByRegion = byRegion.mapValues { Int((Double($0) * scale).rounded()) }
    }

    /// Failures first, then the most frequent; of equals the first by time.
    func groups() -> [Group] {
        var byKey: [Key: [Int]] = [:]
        for (index, row) in errors.rows.enumerated() {
            let key = Key(
                outcome: row.outcome, httpStatus: row.httpStatus, message: row.message)
            byKey[key, default: []].append(index)
        }
        return byKey.values.flatMap { divide($0) }.sorted { isBefore($0, $1) }
    }

    private func isBefore(_ left: Group, _ right: Group) -> Bool {
        func rank(_ group: Group) -> (Int, Int, UInt64, UInt8, UInt32) {
            let first = errors.rows[group.rows[0]]
            let isFailure = RequestOutcome(rawValue: first.outcome)?.isFailure == true
            let start = group.rows.reduce(UInt64.max) { min($0, errors.rows[$1].start) }
            return (isFailure ? 0 : 1, -group.rows.count, start, group.kinds.min() ?? 0, first.message)
        }
        return rank(left) < rank(right)
    }

    /// Takes away, again and again, what is of one node, region, host or kind more often than all requests are.
    private func divide(_ rows: [Int]) -> [Group] {
        var rest = rows
        var found: [Group] = []
        while !rest.isEmpty {
            // The narrowest first: of equals it says most.
            let places = [
                common(rest, { errors.rows[$0].node }, { errors.requestsByNode[$0] }),
                common(rest, { region($0) }, { $0.isEmpty ? 0 : requestsByRegion[$0] ?? 0 }),
                common(rest, { upstream($0) }, { requestsByUpstream[$0] ?? 0 }),
            ].filter { $0.lift >= Self.liftMin }
            let kind = common(rest, { errors.rows[$0].kind }, { errors.requestsByKind[Int($0)] })
            // Errors that nearly all have one place in common are of one cause, whatever else many of them have. That all
            // are of one kind says less: the first file of a version is what is waited for, wherever that is.
            let common =
                places.first { Double($0.rows.count) >= Self.nearlyAll * Double(rest.count) }
                ?? places.max { $0.lift < $1.lift } ?? (kind.lift >= Self.liftMin ? kind : nil)
            let part = common?.rows ?? rest
            found.append(group(part))
            let taken = Set(part)
            rest.removeAll { taken.contains($0) }
        }
        return found
    }

    private func group(_ rows: [Int]) -> Group {
        Group(
            rows: rows, nodes: Set(rows.map { errors.rows[$0].node }),
            upstreams: Set(rows.map { upstream($0) }), kinds: Set(rows.map { errors.rows[$0].kind }),
            regions: Set(rows.map { region($0) }))
    }

    private func upstream(_ index: Int) -> String {
        names.module(errors.rows[index].module)?.upstream ?? ""
    }

    /// What most of some errors have in common.
    private struct Common {
        var rows: [Int]
        /// How much more frequent it is among them than among requests; 0 where it is not what most of them have.
        var lift: Double
    }

    private func common<Value: Hashable & Comparable>(
        _ rows: [Int], _ value: (Int) -> Value, _ requests: (Value) -> Int
    ) -> Common {
        var counts: [Value: Int] = [:]
        for index in rows { counts[value(index), default: 0] += 1 }
        guard let most = Self.most(counts) else { return Common(rows: [], lift: 0) }
        return Common(
            rows: counts.count == 1 ? rows : rows.filter { value($0) == most.key },
            lift: lift(most.count, rows.count, requests(most.key)))
    }

    private func region(_ index: Int) -> String { names.node(errors.rows[index].node).region ?? "" }

    /// 0 where it is not the most of the errors.
    private func lift(_ part: Int, _ whole: Int, _ requests: Int) -> Double {
        guard Double(part) >= Self.shareMin * Double(whole), part > 2, errors.requests > 0, requests > 0
        else {
            return 0
        }
        return Double(part) / Double(whole) / (Double(requests) / Double(errors.requests))
    }

    private static func most<Key: Comparable>(_ counts: [Key: Int]) -> (key: Key, count: Int)? {
        counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
    }
}

extension TelemetryReader {
    /// What went wrong with module requests, grouped by cause.
    /// - Throws: `StoreError`
    package func errors(_ query: FleetErrorsQuery) throws(StoreError) -> FleetErrorsResult {
        try snapshot { () throws(StoreError) in
            let question = FleetQuestion(window: query.window, filter: query.filter)
            let answer = try FleetScan.run(question, self) { _ in ErrorRows() }
            let errors = answer.aggregate
            let names = FleetNameTables(answer.names)
            let groups = ErrorGroups(errors, names).groups()
            let shown = groups.prefix(query.limit)
            let lasts = shown.map { group in
                group.rows.max { errors.rows[$0].start < errors.rows[$1].start } ?? group.rows[0]
            }
            let ids = try answer.traceIDs(
                ofRows: lasts.map { (errors.rows[$0].segment, errors.rows[$0].row) }, self)
            let ofClients = errors.rows.lazy.filter(\.isOfClient)
            let failures = ofClients.count { RequestOutcome(rawValue: $0.outcome)?.isFailure == true }
            return FleetErrorsResult(
                causes: zip(shown, ids).map { Self.cause($0, errors, names, trace: $1) },
                causeCount: groups.count, requests: errors.requests - errors.behindLostEdges,
                failures: failures, refusals: ofClients.count - failures, probes: errors.probes,
                aborted: errors.aborted,
                others: errors.others, otherFailures: errors.otherFailures,
                behindLostEdges: errors.behindLostEdges,
                lostEdgeErrors: errors.rows.count { !$0.isOfClient },
                quality: answer.quality, notes: damageNotes())
        }
    }

    private static func cause(
        _ group: ErrorGroups.Group, _ errors: ErrorRows, _ names: FleetNameTables, trace: TraceID?
    ) -> ErrorCause {
        let row = errors.rows[group.rows[0]]
        let starts = group.rows.map { errors.rows[$0].start }
        let clients = Set(
            group.rows.compactMap { names.client(errors.rows[$0].client)?.address })
        let upstream = group.upstreams.count == 1 ? group.upstreams.first : nil
        return ErrorCause(
            outcome: RequestOutcome(rawValue: row.outcome) ?? .internalError, httpStatus: Int(row.httpStatus),
            kind: group.kinds.count == 1 ? ModuleKind(rawValue: row.kind) : nil, kinds: group.kinds.count,
            node: group.nodes.count == 1 ? names.node(row.node) : nil,
            upstream: upstream?.isEmpty == true ? nil : upstream, nodes: group.nodes.count,
            upstreams: group.upstreams.count,
            region: group.regions.count == 1 ? names.node(row.node).region : nil,
            message: row.message > 0 ? errors.messages[Int(row.message) - 1] : nil, count: group.rows.count,
            clients: clients.count, first: UnixNanos(clamping: starts.min() ?? 0),
            last: UnixNanos(clamping: starts.max() ?? 0), exampleTrace: trace)
    }
}
