/// How old answers were, as far as spans carry the header `Age`.
struct AgeTally: Sendable {
    struct Counts: Sendable {
        var answers = 0
        var tooOld = 0
        var worstNanos = Int64.min
    }

    /// By number of the node.
    private(set) var counts: [UInt32: Counts] = [:]

    /// For how long an answer of a kind may be kept, in nanoseconds: what proxies say themselves (`Cache-Control` of
    /// github.com/goproxy/goproxy).
    static func allowedNanos(_ kind: ModuleKind) -> Int64? {
        switch kind {
        case .list, .latest, .query: 60_000_000_000
        case .info, .mod, .zip: 604_800_000_000_000
        case .sumdbLookup, .sumdbTile, .sumdbLatest, .sumdbSupported: 86_400_000_000_000
        case .index, .goGetMeta, .vcs, .ops, .invalid, .other: nil
        }
    }

    /// Takes in the answers of a segment that begin in a window. Reads before anything changes.
    mutating func add(_ segment: SegmentExchanges, _ window: TimeWindow) throws(StoreError) {
        guard !segment.exchanges.isEmpty,
            let coded = try SegmentRows(segment.view).coded(.attribute("http.response.header.age"))
        else { return }
        let ages = (0..<coded.codeCount).map { Self.seconds(coded.value(of: UInt32($0)).text) }
        guard ages.contains(where: { $0 != nil }) else { return }
        for exchange in segment.exchanges {
            guard let seconds = ages[Int(coded.codes[Int(exchange.row)])], let kind = exchange.moduleKind,
                let allowed = Self.allowedNanos(kind), window.contains(UnixNanos(clamping: exchange.start))
            else { continue }
            let excess = seconds * 1_000_000_000 - allowed
            var known = counts[exchange.node] ?? Counts()
            known.answers += 1
            if excess > 0 { known.tooOld += 1 }
            known.worstNanos = max(known.worstNanos, excess)
            counts[exchange.node] = known
        }
    }

    mutating func merge(_ other: AgeTally) {
        counts.merge(other.counts) { left, right in
            Counts(
                answers: left.answers + right.answers, tooOld: left.tooOld + right.tooOld,
                worstNanos: max(left.worstNanos, right.worstNanos))
        }
    }

    func lag(_ node: UInt32) -> AgeLag? {
        counts[node].map { AgeLag(worstNanos: $0.worstNanos, tooOld: $0.tooOld, answers: $0.answers) }
    }

    /// `120`, or `[120]` as headers are captured; nil for anything else, and for more than a century.
    static func seconds(_ text: String) -> Int64? {
        let digits = text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text[...]
        guard (1...10).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int64(digits).flatMap { $0 <= 3_155_760_000 ? $0 : nil }
    }
}
