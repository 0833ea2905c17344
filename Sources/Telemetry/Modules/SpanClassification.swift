package import OTLPModel

/// What one span says of its request; the same decisions as `SegmentClassification`, with the parts.
package struct SpanClassification: Hashable, Sendable {
    /// Nil for a span that has no path.
    package var kind: ModuleKind?
    package var request: ModuleRequest?
    package var cacheResult: CacheResult
    /// What told the cache result; nil when it is unknown.
    package var cacheEvidence: CacheEvidence?
    /// Nil where the span does not tell.
    package var outcome: RequestOutcome?
    /// Bytes of the response's body; nil where the span does not tell.
    package var responseBytes: UInt64?

    /// Nil for a span that is no request: neither a server's nor a client's, and without a URL of its own.
    package init?(_ span: OTLPModel.Span) {
        var facts = RequestFacts()
        var scanner = ModulePathScanner()
        var paths: [(rank: UInt8, text: [UInt8])] = []
        var query: [UInt8] = []
        var hasPath = false
        for pair in span.attributes {
            let bytes = Self.bytes(pair.value)
            let key = ColumnKey(role: .attribute, type: bytes.type, name: Array(pair.key.utf8))
            guard let attribute = RequestAttribute(key) else { continue }
            let code: UInt64
            if attribute.type.isInDictionary {
                code = attribute.code(bytes.bytes.span, bytes.bytes.indices, &scanner)
                if attribute.role == .path {
                    hasPath = true
                    if code != RequestAttribute.nothing { paths.append((attribute.rank, bytes.bytes)) }
                }
                if attribute.role == .query { query = bytes.bytes }
            } else {
                code = attribute.code(bits: bytes.bits)
            }
            facts.note(attribute, code)
        }
        let isServerOrClient = span.kind == .server || span.kind == .client
        guard isServerOrClient || hasPath else { return nil }
        var nameCode = RequestAttribute.nothing
        if isServerOrClient, span.name.utf8.first == UInt8(ascii: "/") {
            let name = Array(span.name.utf8)
            nameCode = RequestAttribute.pathCode(name.span, name.indices, &scanner)
            paths.append((.max, name))
        }
        let (kindCode, isAboveModules) = facts.kind(name: nameCode)
        kind = ModuleKind(rawValue: kindCode)
        cacheResult = CacheResult(rawValue: facts.cache) ?? .unknown
        cacheEvidence = CacheEvidence(rawValue: facts.cacheRank)
        responseBytes = facts.responseBytes == RequestAttribute.nothing ? nil : facts.responseBytes
        outcome = RequestOutcome(
            rawValue: facts.outcome(
                kind: kindCode, isAboveModules: isAboveModules, spanStatus: span.status.code.rawValue,
                durationNanos: span.endTimeUnixNano &- span.startTimeUnixNano))
        // Of a repeated key the last counts, as in `RequestFacts`.
        if let best = paths.map(\.rank).min(), var text = paths.last(where: { $0.rank == best })?.text {
            if !query.isEmpty, !text.contains(UInt8(ascii: "?")) { text += [UInt8(ascii: "?")] + query }
            request = ModuleRequest(bytes: text)
        }
    }

    private static func bytes(_ value: AnyValue) -> (type: ValueType, bits: UInt64, bytes: [UInt8]) {
        switch value {
        case .empty: (.empty, 0, [])
        case .string(let text): (.string, 0, Array(text.utf8))
        case .bool(let flag): (.bool, flag ? 1 : 0, [])
        case .int(let number): (.int, UInt64(bitPattern: number), [])
        case .double(let number): (.double, number.bitPattern, [])
        case .array(let values): (.array, 0, arrayBytes(values))
        case .keyValueList: (.keyValueList, 0, [])
        case .bytes(let bytes): (.bytes, 0, bytes)
        }
    }

    /// The canonical bytes of an `ArrayValue`.
    private static func arrayBytes(_ values: [AnyValue]) -> [UInt8] {
        var writer = ProtobufWriter()
        for value in values { writer.message(1) { value.write(to: &$0) } }
        return writer.bytes
    }
}
