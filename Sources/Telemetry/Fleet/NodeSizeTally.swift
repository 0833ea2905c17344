/// Which nodes say how large the files are that they give out. Of those that do, an answer without a size had no body:
/// Caddy records 200 for errors that it makes up itself.
///
/// Several emitters never say a size (Traefik), and others say none for one of the ways in which they serve (Caddy's
/// `file_server`), so that it is asked for each kind of answer. Those kinds are left out whose answers may rightly be
/// empty: a list without versions, and that a checksum database is supported; of those the time tells that others took.
struct NodeSizeTally: Sendable {
    /// So many answers with a size are needed before one without tells anything.
    static let toldMin: UInt32 = 20
    /// And so many of a kind where most of it is without.
    static let toldOfKindMin: UInt32 = 3

    private struct Counts: Sendable {
        var told: UInt32 = 0
        var untold: UInt32 = 0
        /// Of these, what the rest of its segment did not make suspicious.
        var passedOver: UInt32 = 0
    }

    private static let kinds: [ModuleKind] = [
        .info, .mod, .zip, .latest, .query, .sumdbLatest, .sumdbLookup, .sumdbTile,
    ]

    /// By number of the node, one for each kind.
    private var counts: [Counts] = []

    /// Where an exchange belongs that is an answer with a body; nil for others.
    static func place(_ exchange: Exchange) -> Int? {
        guard exchange.httpStatus == 200, !exchange.flags.contains(.clientSide),
            let kind = exchange.moduleKind, let offset = kinds.firstIndex(of: kind)
        else { return nil }
        return Int(exchange.node) * kinds.count + offset
    }

    mutating func add(_ exchange: Exchange) {
        guard let place = Self.place(exchange) else { return }
        while counts.count <= place { counts.append(Counts()) }
        if exchange.bytes == nil { counts[place].untold &+= 1 } else { counts[place].told &+= 1 }
    }

    mutating func merge(_ other: NodeSizeTally) {
        while counts.count < other.counts.count { counts.append(Counts()) }
        for (place, more) in other.counts.enumerated() {
            counts[place].told &+= more.told
            counts[place].untold &+= more.untold
            counts[place].passedOver &+= more.passedOver
        }
    }

    /// Notes that an answer without a size is taken for one as far as its segment tells.
    mutating func passOver(_ exchange: Exchange) {
        guard let place = Self.place(exchange), place < counts.count else { return }
        counts[place].passedOver &+= 1
    }

    /// Where answers were passed over that have to be looked at after all.
    var passedOver: Set<Int> {
        Set(counts.indices.filter { counts[$0].passedOver > 0 && expectsSize($0) })
    }

    /// Whether an answer without a size is no answer: its node says the size of most files of the kind. Or it says it of
    /// some, and of most of all others: when a Caddy is worst, most answers of a kind are none.
    func expectsSize(_ exchange: Exchange) -> Bool {
        guard exchange.bytes == nil, let place = Self.place(exchange), place < counts.count else {
            return false
        }
        return expectsSize(place)
    }

    private func expectsSize(_ place: Int) -> Bool {
        if Self.isTold(counts[place]) { return true }
        guard counts[place].told >= Self.toldOfKindMin else { return false }
        let first = place - place % Self.kinds.count
        return Self.isTold(
            counts[first..<min(first + Self.kinds.count, counts.count)].reduce(into: Counts()) {
                $0.told &+= $1.told
                $0.untold &+= $1.untold
            })
    }

    private static func isTold(_ counts: Counts) -> Bool {
        counts.told >= toldMin && counts.told >= counts.untold
    }

    /// Whether a node says the size of anything.
    func saysSizes(_ node: UInt32) -> Bool {
        let first = Int(node) * Self.kinds.count
        guard first < counts.count else { return false }
        return counts[first..<min(first + Self.kinds.count, counts.count)].contains { $0.told > 0 }
    }

    /// Whether that may turn out when all of the window is known. Of one segment, so that it does not hang on which
    /// worker has read which: where sizes are rare, nothing is kept until the end.
    func mayExpectSize(_ exchange: Exchange) -> Bool {
        counts(exchange).map { $0.told >= $0.untold } ?? false
    }

    private func counts(_ exchange: Exchange) -> Counts? {
        guard exchange.bytes == nil, let place = Self.place(exchange), place < counts.count else {
            return nil
        }
        return counts[place]
    }
}
