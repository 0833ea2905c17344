/// The requests of a segment, with all that the segment alone tells of them: chunk 65,535.
///
/// `RequestFinder` finds them. They follow from the spans, and are stored because nearly all questions about module
/// requests need them: read from here they cost a fifth of what finding them costs.
struct SegmentRequests: Hashable, Sendable {
    /// Goes up whenever something else is found in the same spans, so that what older versions stored is not believed any
    /// more. Stored with each chunk.
    static let version: UInt8 = 3

    /// What is known of a request in a few bits: many have the same.
    struct Facts: Hashable, Sendable {
        /// The lowest of `Exchange.Flags`, up to `hasProtocolCall`: what a segment tells by itself.
        private static let flagBits: UInt64 = 0x3f
        /// Where `Exchange.Flags.unbelievable` finds room in a byte.
        private static let unbelievableBit: UInt64 = 0x80

        /// `ModuleKind`, `CacheResult`, `CacheEvidence`, `RequestOutcome`, the `CacheResult` that the spans of Athens show,
        /// HTTP status of 16 bits, and flags: a byte each but for the status, the lowest first.
        let bits: UInt64

        init(bits: UInt64) { self.bits = bits }

        init(_ exchange: Exchange, shape: UInt8) {
            var flags = UInt64(exchange.flags.rawValue) & Self.flagBits
            if exchange.flags.contains(.unbelievable) { flags |= Self.unbelievableBit }
            let results =
                UInt64(exchange.kind) | UInt64(exchange.cacheResult) &<< 8
                | UInt64(exchange.cacheEvidence) &<< 16 | UInt64(exchange.outcome) &<< 24
            bits = results | UInt64(shape) &<< 32 | UInt64(exchange.httpStatus) &<< 40 | flags &<< 56
        }

        var kind: UInt8 { UInt8(truncatingIfNeeded: bits) }
        var cacheResult: UInt8 { UInt8(truncatingIfNeeded: bits &>> 8) }
        var cacheEvidence: UInt8 { UInt8(truncatingIfNeeded: bits &>> 16) }
        var outcome: UInt8 { UInt8(truncatingIfNeeded: bits &>> 24) }
        /// What the spans of Athens show of its cache; 0 where they show nothing.
        var shape: UInt8 { UInt8(truncatingIfNeeded: bits &>> 32) }
        var httpStatus: UInt16 { UInt16(truncatingIfNeeded: bits &>> 40) }
        var flags: Exchange.Flags {
            let flags = bits &>> 56
            return Exchange.Flags(rawValue: UInt16(flags & Self.flagBits))
                .union(flags & Self.unbelievableBit == 0 ? [] : .unbelievable)
        }
    }

    /// A request to Athens that waited for what its storage did not have.
    struct Wait: Hashable, Sendable {
        /// The place of the request.
        var place: UInt32
        /// How long after its start it began to wait, and for how long, in nanoseconds modulo 2^64.
        var after: UInt64
        var nanos: UInt64
    }

    // One element a request, in the order of the rows.
    var rows: [UInt32] = []
    var facts: [Facts] = []
    /// The place of the request that it is a hop of; -1 without one.
    var outers: [Int32] = []
    /// One more than an entry of `moduleNames`; 0 for none.
    var modules: [UInt32] = []
    /// Who asked: 1, 2, 3 … in the order of their coming; 0 when nobody says it. The spans tell who that is.
    var clients: [UInt32] = []
    /// `RequestAttribute.nothing` where the span does not tell, or tells of more than can be.
    var responseBytes: [UInt64] = []

    /// A module each, and behind a separator a version where there is one; in the order of their coming.
    var moduleNames = StringTable()

    /// In the order of the requests.
    var waits: [Wait] = []
    /// Whether a span may be the root of a fetch of Athens in a trace of its own.
    var mayHaveDetachedFetches = false

    var count: Int { rows.count }

    mutating func reserve(_ count: Int) {
        rows.reserveCapacity(count)
        facts.reserveCapacity(count)
        outers.reserveCapacity(count)
        modules.reserveCapacity(count)
        responseBytes.reserveCapacity(count)
    }

    /// By client, the row of its first request.
    var firstRowOfClient: [UInt32] {
        var first: [UInt32] = []
        for (place, client) in clients.enumerated() where Int(client) > first.count {
            first.append(rows[place])
        }
        return first
    }

    /// Whether hops are of requests of the same trace.
    /// - Parameter offsets: where each trace's rows begin; one more than there are traces
    func areHopsWithinTraces(_ offsets: [Int]) -> Bool {
        var trace = 0
        for place in outers.indices {
            while Int(rows[place]) >= offsets[trace + 1] { trace += 1 }
            guard outers[place] >= 0 else { continue }
            let outer = Int(rows[Int(outers[place])])
            guard outer >= offsets[trace], outer < offsets[trace + 1] else { return false }
        }
        return true
    }

    /// The requests among the spans of a segment that is being made; nil where parts of it contradict each other.
    static func found(
        _ columns: SegmentColumns
    ) -> (classification: SegmentClassification, requests: SegmentRequests)? {
        var paths = PathMemory()
        guard let finder = try? RequestFinder(SegmentView(columns), &paths),
            let requests = try? finder.requests(paths)
        else { return nil }
        return (finder.classification, requests)
    }
}
