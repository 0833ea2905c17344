/// As which host nodes are asked: those that are asked as one host do the same work.
struct AskedHosts: Sendable {
    /// How often: number of the node, and of a label.
    private var counts: [UInt64: Int] = [:]

    /// Of a question that labels hosts.
    mutating func add(_ exchange: Exchange) {
        guard exchange.label > 0 else { return }
        counts[UInt64(exchange.node) << 32 | UInt64(exchange.label), default: 0] += 1
    }

    mutating func merge(_ other: AskedHosts) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// By number of the node: the label as which it is asked mostly; 0 where nobody says it.
    func main(nodeCount: Int) -> [UInt32] {
        var main = [UInt32](repeating: 0, count: nodeCount + 1)
        var most = [Int](repeating: 0, count: nodeCount + 1)
        // Equal counts must not hang on the order of a dictionary.
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
            let node = Int(key >> 32)
            guard node <= nodeCount, count > most[node] else { continue }
            most[node] = count
            main[node] = UInt32(truncatingIfNeeded: key)
        }
        return main
    }
}
