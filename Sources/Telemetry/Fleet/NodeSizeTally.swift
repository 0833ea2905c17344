/// Which emitters of nodes say how large the files are that they give out. Of those that do, an answer without a size had no body:
/// Caddy records 200 for errors that it makes up itself.
///
/// Several emitters never say a size (Traefik), and others say none for one of the ways in which they serve (Caddy's
/// `file_server`), so that it is asked for each kind of answer. Those kinds are left out whose answers may rightly be
/// empty: a list without versions, and that a checksum database is supported; of those the time tells that others took.
///
/// What one emitter does says nothing of another one, though both be of the same node: who sends spans under a node's name
/// and says no sizes does not excuse the node. Of an emitter of which little is known, the node as a whole tells.
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

    static let kinds: [ModuleKind] = [
        .info, .mod, .zip, .latest, .query, .sumdbLatest, .sumdbLookup, .sumdbTile,
    ]

    /// By raw value of a kind: its place in `kinds`; -1 for others.
    private static let offsets: [Int8] = {
        var offsets = [Int8](repeating: -1, count: 256)
        for (offset, kind) in kinds.enumerated() { offsets[Int(kind.rawValue)] = Int8(offset) }
        return offsets
    }()

    /// By number of the emitter, one for each kind.
    private var counts: [Counts] = []
    /// By number of the emitter: its node.
    private var nodes: [UInt32] = []
    /// By number of the node, one for each kind; once all is known.
    private var nodeCounts: [Counts] = []

    /// Where an exchange belongs that is an answer with a body; nil for others.
    static func place(_ exchange: Exchange) -> Int? {
        guard exchange.httpStatus == 200, !exchange.flags.contains(.clientSide) else { return nil }
        let offset = offsets[Int(exchange.kind)]
        return offset < 0 ? nil : Int(exchange.emitter) * kinds.count + Int(offset)
    }

    mutating func add(_ exchange: Exchange) {
        guard let place = Self.place(exchange) else { return }
        while counts.count <= place { counts.append(Counts()) }
        while nodes.count <= exchange.emitter { nodes.append(0) }
        nodes[Int(exchange.emitter)] = exchange.node
        if exchange.bytes == nil { counts[place].untold &+= 1 } else { counts[place].told &+= 1 }
    }

    mutating func merge(_ other: NodeSizeTally) {
        while counts.count < other.counts.count { counts.append(Counts()) }
        while nodes.count < other.nodes.count { nodes.append(0) }
        for (emitter, node) in other.nodes.enumerated() where node > 0 { nodes[emitter] = node }
        for (place, more) in other.counts.enumerated() {
            counts[place].told &+= more.told
            counts[place].untold &+= more.untold
            counts[place].passedOver &+= more.passedOver
        }
    }

    /// Adds up what nodes say as a whole.
    ///
    /// - Precondition: everything is merged
    mutating func settle() {
        nodeCounts = [Counts](
            repeating: Counts(), count: (Int(nodes.max() ?? 0) + 1) * Self.kinds.count)
        for (place, more) in counts.enumerated() {
            let own = nodePlace(place)
            nodeCounts[own].told &+= more.told
            nodeCounts[own].untold &+= more.untold
        }
    }

    private func nodePlace(_ place: Int) -> Int {
        let (emitter, offset) = place.quotientAndRemainder(dividingBy: Self.kinds.count)
        return (emitter < nodes.count ? Int(nodes[emitter]) : 0) * Self.kinds.count + offset
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

    /// Whether an answer without a size is no answer: its emitter says the size of most files of the kind. Or it says it of
    /// some, and of most of all others: when a Caddy is worst, most answers of a kind are none.
    ///
    /// - Precondition: it is settled
    func expectsSize(_ exchange: Exchange) -> Bool {
        guard exchange.bytes == nil, let place = Self.place(exchange), place < counts.count else {
            return false
        }
        return expectsSize(place)
    }

    private func expectsSize(_ place: Int) -> Bool {
        let own = Self.sum(counts, place)
        let isKnown = own.told &+ own.untold >= Self.toldMin
        return isKnown ? Self.expectsSize(counts, place) : Self.expectsSize(nodeCounts, nodePlace(place))
    }

    private static func expectsSize(_ counts: [Counts], _ place: Int) -> Bool {
        if isTold(counts[place]) { return true }
        return counts[place].told >= toldOfKindMin && isTold(sum(counts, place))
    }

    /// Of all kinds.
    private static func sum(_ counts: [Counts], _ place: Int) -> Counts {
        let first = place - place % kinds.count
        return counts[first..<min(first + kinds.count, counts.count)].reduce(into: Counts()) {
            $0.told &+= $1.told
            $0.untold &+= $1.untold
        }
    }

    private static func isTold(_ counts: Counts) -> Bool {
        counts.told >= toldMin && counts.told >= counts.untold
    }

    /// Whether an emitter says the size of anything.
    func saysSizes(_ emitter: UInt32) -> Bool {
        let first = Int(emitter) * Self.kinds.count
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
