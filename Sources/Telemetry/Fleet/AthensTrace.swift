/// Reads off the spans of Athens what its cache did: they have no attributes, but their shape tells it
/// (github.com/gomods/athens, `pkg/download/protocol.go`).
///
/// A call of the download protocol looks the file up in the storage; what is missing is fetched, in a trace of its own,
/// and looked up once more.
struct AthensTrace {
    /// After a look-up without success a call that ends within this time has not waited for a fetch: Athens is told to
    /// fetch in the background, or not at all.
    static let promptNanos: UInt64 = 5_000_000

    /// What a call of the protocol shows.
    struct Call {
        /// The call's row.
        var row: Int
        /// Ends of the look-ups in the storage, in order of their starts; no more than two are of interest.
        var lookups: [(start: UInt64, end: UInt64)]
    }

    /// What the cache did for a request whose call is seen.
    /// - Parameters:
    ///   - callEnd: when the call ended
    ///   - httpStatus: of the request; 0 when it is not known
    /// - Returns: nil when the shape does not tell: no look-up was stored, or there are more than Athens makes
    static func result(_ call: Call, callEnd: UInt64, httpStatus: UInt16) -> CacheResult? {
        switch call.lookups.count {
        case 2: return .miss
        case 1:
            switch httpStatus {
            case 200..<300, 304: return .hit
            case 301: return .redirectMiss
            case 303: return .bypass
            case 0: return callEnd <= call.lookups[0].end &+ promptNanos ? nil : .miss
            default: return .miss
            }
        default: return nil
        }
    }

    /// Whether a missing file was fetched while the client waited: only then is there a gap that belongs to upstream.
    static func waited(_ call: Call, callEnd: UInt64) -> Bool {
        guard let first = call.lookups.first else { return false }
        return call.lookups.count == 2 || callEnd > first.end &+ promptNanos
    }

    /// The look-ups of a call of the download protocol, in order of their starts.
    static func lookups(
        of call: Int, _ links: SpanLinks, _ starts: [UInt64], _ durations: [UInt64]
    ) -> [(start: UInt64, end: UInt64)] {
        var found: [(start: UInt64, end: UInt64)] = []
        for child in links.children[call].prefix(SegmentExchanges.linksMax)
        where links.roles[child] == .storageRead {
            found.append((starts[child], starts[child] &+ durations[child]))
        }
        if found.count > 1 { found.sort { $0.start < $1.start } }
        return found
    }
}
