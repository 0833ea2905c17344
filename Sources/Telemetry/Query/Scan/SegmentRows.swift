import OTLPModel

/// Finds what the spans of one segment have for a key.
struct SegmentRows {
    let view: SegmentView
    let tables: SegmentTables
    let operations: [UInt32]

    init(_ view: SegmentView) throws(StoreError) {
        self.view = view
        tables = try view.tables()
        operations = try view.operationIndexes()
    }

    var count: Int { operations.count }

    /// - Returns: nil when no span of the segment has a value
    func coded(_ key: SpanKey) throws(StoreError) -> CodedRows? {
        switch key {
        case .name:
            let names = try view.names()
            let names1 = tables.operations.map { $0.name + 1 }
            return CodedRows(codes: byOperation(names1), parts: [.texts(names)])
        case .kind:
            return byOperation { .text(SpanKind(rawValue: $0.kind).word) }
        case .status:
            return byOperation { .text(StatusCode(rawValue: $0.status).word) }
        case .service: return try byOrigin { .text($0.service) }
        case .scope: return try byOrigin { .text($0.scope.name) }
        case .resource(let key):
            guard try mayHave(.resource(key)) else { return nil }
            return try byOrigin { origin in
                origin.resource.attributes.value(of: key).map { SpanValue($0) } ?? .missing
            }
        case .node: return try nodes()
        case .traceID: return try traces()
        case .period(let nanos): return try periods(nanos)
        case .attribute(let key): return try AttributeRows(view, tables, operations).coded(key)
        case .moduleKind, .cacheResult, .outcome: return coded(key, try SegmentClassification(view))
        case .module: return try ModuleRows(view).coded(.module)
        case .moduleVersion: return try ModuleRows(view).coded(.version)
        case .duration: return nil
        }
    }

    /// Whether a span of the segment has an attribute, or may have it among those past the limits.
    func mayHave(_ key: SpanKey) throws(StoreError) -> Bool {
        switch key {
        case .attribute(let key):
            if !tables.columns(ofAttribute: Array(key.utf8)).isEmpty { return true }
            return try AttributeRows(view, tables, operations).coded(key) != nil
        case .resource(let key):
            return try view.origins().contains { $0.resource.attributes.value(of: key) != nil }
        case .name, .kind, .status, .service, .node, .scope, .traceID, .duration, .moduleKind, .cacheResult,
            .outcome, .module, .moduleVersion, .period:
            return true
        }
    }

    /// The attributes of spans and of resources, as questions write them.
    func knownKeys() throws(StoreError) -> Set<String> {
        var known: Set<String> = []
        for column in tables.columns where column.role == .attribute {
            known.insert(SpanKey.attribute(String(decoding: column.name, as: UTF8.self)).text)
        }
        for origin in try view.origins() {
            for attribute in origin.resource.attributes { known.insert(SpanKey.resource(attribute.key).text) }
        }
        return known
    }

    private func byOperation(_ codes: [UInt32]) -> [UInt32] {
        operations.map { codes[Int($0)] }
    }

    private func byOperation(_ value: (Operation) -> SpanValue) -> CodedRows {
        CodedRows(codes: operations.map { $0 &+ 1 }, parts: [.values(tables.operations.map(value))])
    }

    private func byOrigin(_ value: (ResolvedOrigin) -> SpanValue) throws(StoreError) -> CodedRows {
        let values = try view.origins().map(value)
        return CodedRows(codes: try view.originIndexes().map { $0 &+ 1 }, parts: [.values(values)])
    }

    /// A node is what the origin says, or else the address that the span came from.
    private func nodes() throws(StoreError) -> CodedRows {
        let origins = try view.origins()
        var codes = try view.originIndexes().map { $0 &+ 1 }
        let declared = origins.map { $0.declaredNode.map { SpanValue.text($0.name) } ?? .missing }
        guard declared.contains(.missing) else { return CodedRows(codes: codes, parts: [.values(declared)]) }
        let arrivals = try view.arrivalIndexes()
        let first = UInt32(origins.count + 1)
        for row in codes.indices where declared[Int(codes[row]) - 1] == .missing {
            codes[row] = first + arrivals[row]
        }
        let peers = tables.arrivals.map { SpanValue.text($0.peerAddress) }
        return CodedRows(codes: codes, parts: [.values(declared), .values(peers)])
    }

    private func traces() throws(StoreError) -> CodedRows {
        let offsets = try view.traceOffsets()
        let ids = try view.traceIDs()
        guard ids.count == offsets.count - 1 else { throw view.damage(.traceIDs) }
        var codes = [UInt32](repeating: 0, count: count)
        for trace in ids.indices {
            for row in offsets[trace]..<offsets[trace + 1] { codes[row] = UInt32(trace + 1) }
        }
        return CodedRows(codes: codes, parts: [.traces(ids)])
    }

    /// Periods count from the Unix epoch.
    private func periods(_ nanos: Int64) throws(StoreError) -> CodedRows {
        let starts = try view.starts()
        var (least, most) = (starts.first ?? 0, starts.first ?? 0)
        for start in starts {
            least = min(least, start)
            most = max(most, start)
        }
        let first = Int64(clamping: least) / nanos
        let last = Int64(clamping: most) / nanos
        guard last - first < Int64(max(count, 1) * 4) else {
            return sparsePeriods(starts.map { Int64(clamping: $0) / nanos }, nanos)
        }
        return CodedRows(
            codes: Self.periodCodes(starts, nanos, first: first),
            parts: [.periods(first: first, count: Int(last - first) + 1, nanos: nanos)])
    }

    /// Neighbours mostly start in one period: a division for each change is enough.
    private static func periodCodes(_ starts: [UInt64], _ nanos: Int64, first: Int64) -> [UInt32] {
        var codes = [UInt32](repeating: 0, count: starts.count)
        var output = codes.mutableSpan
        let starts = starts.span
        var begin: UInt64 = 0
        var code: UInt32 = 0
        for row in starts.indices {
            let start = min(starts[row], UInt64(Int64.max))
            if code == 0 || start &- begin >= UInt64(nanos) {
                let period = Int64(start) / nanos
                begin = UInt64(period * nanos)
                code = UInt32(period - first + 1)
            }
            output[row] = code
        }
        return codes
    }

    /// Spans of times that lie years apart.
    private func sparsePeriods(_ times: [Int64], _ nanos: Int64) -> CodedRows {
        var known: [Int64: UInt32] = [:]
        var values: [SpanValue] = []
        let codes = times.map { time in
            if let code = known[time] { return code }
            // The start of the period lies before a time that is in range, and after the epoch.
            values.append(.time(UnixNanos(rawValue: time &* nanos)))
            known[time] = UInt32(values.count)
            return UInt32(values.count)
        }
        return CodedRows(codes: codes, parts: [.values(values)])
    }

    /// What is known of requests, of which there are three keys: kind, result of the cache and outcome.
    func coded(_ key: SpanKey, _ requests: SegmentClassification) -> CodedRows {
        let (bytes, name): ([UInt8], (UInt8) -> String?) =
            switch key {
            case .moduleKind: (requests.kinds, { ModuleKind(rawValue: $0)?.name })
            case .cacheResult: (requests.cacheResults, { CacheResult(rawValue: $0)?.name })
            default: (requests.outcomes, { RequestOutcome(rawValue: $0)?.name })
            }
        return CodedRows(
            codes: bytes.map { UInt32($0) + 1 },
            parts: [.values((0...255).map { name($0).map { .text($0) } ?? .missing })])
    }
}
