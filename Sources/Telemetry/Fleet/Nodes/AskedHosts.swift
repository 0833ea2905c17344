/// As which host nodes are asked: those that are asked as one host do the same work.
struct AskedHosts: Sendable {
    /// How often: number of the node, and of a label.
    private var counts: [UInt64: Int] = [:]
    /// By node: how often in a row it was asked as the host as which it was asked last, which is in no count yet. Mostly
    /// there is one host for each node.
    private var lasts = ByNumber((label: UInt32(0), count: 0))

    /// Of a question that labels hosts.
    mutating func add(_ exchange: Exchange) {
        guard exchange.label > 0 else { return }
        let last = lasts[exchange.node]
        if last.label != exchange.label {
            count(exchange.node, last)
            lasts[exchange.node] = (exchange.label, 1)
        } else {
            lasts[exchange.node].count += 1
        }
    }

    private mutating func count(_ node: UInt32, _ asked: (label: UInt32, count: Int)) {
        guard asked.count > 0 else { return }
        counts[UInt64(node) << 32 | UInt64(asked.label), default: 0] += asked.count
    }

    private var allCounts: [UInt64: Int] {
        var all = self
        for (node, last) in lasts.counted({ $0.count > 0 }) { all.count(node, last) }
        return all.counts
    }

    mutating func merge(_ other: AskedHosts) { counts.merge(other.allCounts, uniquingKeysWith: +) }

    /// By number of the node: the label as which it is asked mostly; 0 where nobody says it.
    func main(nodeCount: Int) -> [UInt32] {
        var main = [UInt32](repeating: 0, count: nodeCount + 1)
        var most = [Int](repeating: 0, count: nodeCount + 1)
        // Equal counts must not hang on the order of a dictionary.
        for (key, count) in allCounts.sorted(by: { $0.key < $1.key }) {
            let node = Int(key >> 32)
            guard node <= nodeCount, count > most[node] else { continue }
            most[node] = count
            main[node] = UInt32(truncatingIfNeeded: key)
        }
        return main
    }
}
