import Telemetry

/// What became of the requests of a file.
struct ImportCounts: Hashable, Sendable {
    /// What became of the items of one signal.
    struct Items: Hashable, Sendable {
        /// Those that are stored now and were not before.
        var stored = 0
        /// Those that were stored before.
        var known = 0
        /// Those that are none: a span without an id, a histogram that contradicts itself.
        var refused = 0

        var all: Int { stored + known + refused }
    }

    /// Requests that were read, the bad ones among them.
    var requests = 0
    /// Requests that could not be read.
    var badRequests = 0
    private var items: [Signal: Items] = [:]

    subscript(signal: Signal) -> Items {
        get { items[signal] ?? Items() }
        set { items[signal] = newValue }
    }

    var all: Int { items.values.reduce(0) { $0 + $1.all } }
    /// Items that are stored, now or before.
    var taken: Int { items.values.reduce(0) { $0 + $1.stored + $1.known } }

    /// Numbers of items by signal in words, without those that are 0: `12 spans, 3 points`; `0 spans` for none.
    func words(_ number: (Items) -> Int) -> String {
        let parts = [Signal.traces, .metrics, .logs].compactMap { signal in
            let count = number(self[signal])
            return count > 0 ? HumanUnits.count(count, signal.item) : nil
        }
        return parts.isEmpty ? HumanUnits.count(0, Signal.traces.item) : parts.joined(separator: ", ")
    }

    static func += (left: inout ImportCounts, right: ImportCounts) {
        left.requests += right.requests
        left.badRequests += right.badRequests
        left.items.merge(right.items) { left, right in
            Items(
                stored: left.stored + right.stored, known: left.known + right.known,
                refused: left.refused + right.refused)
        }
    }
}
