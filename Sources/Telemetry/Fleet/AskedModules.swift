/// Who asked for which modules, and when: what tells "not found" for a path that is no module, which is healthy, from
/// "not found" for one that is missing.
///
/// The go command asks for each prefix of an import path at once: `github.com/a/b/c` makes it ask for `github.com/a/b`,
/// too. Of what one client asks for within seconds, a path above or below another one's is such a probe.
struct AskedModules: Sendable {
    /// How far apart the requests of one command may lie.
    static let nearNanos: UInt64 = 3_000_000_000

    private static let okBit = UInt32(1) << 31

    private struct Asked: Sendable {
        var start: UInt64
        var client: UInt32
        /// Number of the module and version; the highest bit says that it was there.
        var module: UInt32
    }

    private var asked = BlockList<Asked>()

    /// Takes in what a client faced.
    mutating func add(_ exchange: Exchange) {
        guard exchange.client != 0, exchange.module != 0 else { return }
        let isOK = exchange.httpStatus >= 200 && exchange.httpStatus < 400
        asked.append(
            Asked(
                start: exchange.start, client: exchange.client,
                module: isOK ? exchange.module | Self.okBit : exchange.module))
    }

    mutating func merge(_ other: AskedModules) { asked.append(other.asked) }

    /// Whether an exchange may be a probe; its own path does not tell.
    static func mayBeProbe(_ exchange: Exchange) -> Bool {
        guard exchange.httpStatus == 404 || exchange.httpStatus == 410, exchange.client != 0,
            exchange.module != 0,
            exchange.outcome != RequestOutcome.maskedTimeout.rawValue
        else { return false }
        switch exchange.moduleKind {
        case .list, .latest, .query, .info: return true
        default: return false
        }
    }

    /// Which of some exchanges are probes.
    /// - Parameter modules: names by number less one
    func probes(among candidates: [Exchange], modules: [ModuleName]) -> [Bool] {
        let clients = Set(candidates.lazy.map(\.client))
        let near = asked.lazy.filter { clients.contains($0.client) }
            .sorted { ($0.client, $0.start, $0.module) < ($1.client, $1.start, $1.module) }
        return candidates.map { candidate in
            let path = modules[Int(candidate.module) - 1].module
            let earliest = candidate.start > Self.nearNanos ? candidate.start - Self.nearNanos : 0
            var place = Self.lowerBound(near, candidate.client, earliest)
            while place < near.count, near[place].client == candidate.client,
                near[place].start <= candidate.start &+ Self.nearNanos
            {
                let other = modules[Int(near[place].module & ~Self.okBit) - 1].module
                if Self.isPrefix(path, of: other) { return true }
                if near[place].module & Self.okBit != 0, Self.isPrefix(other, of: path) { return true }
                place += 1
            }
            return false
        }
    }

    private static func lowerBound(_ asked: [Asked], _ client: UInt32, _ time: UInt64) -> Int {
        asked.firstPlace { ($0.client, $0.start) >= (client, time) }
    }

    /// Whether a path lies above another one.
    static func isPrefix(_ path: String, of other: String) -> Bool {
        let (path, other) = (path.utf8, other.utf8)
        guard other.count > path.count, other.starts(with: path) else { return false }
        return other[other.index(other.startIndex, offsetBy: path.count)] == UInt8(ascii: "/")
    }
}
