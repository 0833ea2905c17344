/// Where the time of a request went, in nanoseconds of true time: what adds up to the time that its client waited.
package struct StageTimes: Codable, Hashable, Sendable {
    /// Waiting for a worker of the proxy: before its handler began, and before the fetch was worked on.
    package var queueNs: UInt64 = 0
    /// Waiting for the lock that keeps two proxies from one fetch.
    package var lockNs: UInt64 = 0
    /// Reading the proxy's storage before anything else.
    package var lookupNs: UInt64 = 0
    /// Getting a version, or the list of versions, from where the proxy has it from.
    package var upstreamNs: UInt64 = 0
    /// Asking the checksum database.
    package var verifyNs: UInt64 = 0
    /// Writing to the proxy's storage.
    package var storeNs: UInt64 = 0
    /// Giving out what is there: all of a hit at the edge; at a proxy reading a file that was just stored, and what comes
    /// after the handler.
    package var serveNs: UInt64 = 0
    /// What the edge took longer than the proxy behind it, the way there and the transfer to the client included; all of
    /// it when the edge got no answer.
    package var networkNs: UInt64 = 0
    /// Waiting for a fetch that another request had begun.
    package var coalescedNs: UInt64 = 0
    /// What is between the others.
    package var otherNs: UInt64 = 0

    package init() {}

    /// All stages with their names, in the order in which a request goes through them.
    package var all: [(name: String, nanos: UInt64)] {
        [
            ("network", networkNs), ("queue", queueNs), ("lookup", lookupNs), ("coalesced", coalescedNs),
            ("lock", lockNs), ("upstream", upstreamNs), ("verify", verifyNs), ("store", storeNs),
            ("serve", serveNs), ("other", otherNs),
        ]
    }

    package var totalNs: UInt64 { all.reduce(0) { $0 + $1.nanos } }

    /// The stage that took the most, the first of equals.
    package var longest: String {
        all.reduce(("other", 0 as UInt64)) { $1.nanos > $0.1 ? ($1.name, $1.nanos) : $0 }.0
    }

    package static func += (left: inout StageTimes, right: StageTimes) {
        left.queueNs += right.queueNs
        left.lockNs += right.lockNs
        left.lookupNs += right.lookupNs
        left.upstreamNs += right.upstreamNs
        left.verifyNs += right.verifyNs
        left.storeNs += right.storeNs
        left.serveNs += right.serveNs
        left.networkNs += right.networkNs
        left.coalescedNs += right.coalescedNs
        left.otherNs += right.otherNs
    }
}

extension StageTimes {
    /// The stages of a request: of what the proxy did, only what its client waited for.
    init(of exchange: Exchange) {
        let total = exchange.answered - exchange.start
        guard let leg = exchange.proxy else {
            if exchange.edge?.isOwnAnswer == true { networkNs = total } else { serveNs = total }
            return
        }
        let window = ClippedTime(
            start: max(exchange.start, leg.interval.start), end: min(exchange.answered, leg.interval.end))
        let atProxy = window.nanoseconds(of: leg.interval)
        networkNs = total - atProxy
        add(leg, exchange.target.kind, window)
        let known = totalNs - networkNs
        otherNs = atProxy - min(atProxy, known)
    }

    private mutating func add(_ leg: ProxyLeg, _ kind: RequestKind, _ window: ClippedTime) {
        switch leg.work {
        case .none:
            let time = window.nanoseconds(of: leg.interval)
            if kind == .health { serveNs += time } else { verifyNs += time }
        case .hit(let read, let handler):
            lookupNs += window.nanoseconds(of: read)
            addAround(handler, leg, window)
        case .miss(let first, let second, let stash, let handler):
            lookupNs += window.nanoseconds(of: first)
            if let second { serveNs += window.nanoseconds(of: second) }
            // What goes on after the handler nobody waits for.
            add(stash, window.clipped(to: handler))
            addAround(handler, leg, window)
        case .list(let read, let versions, let handler):
            upstreamNs += window.nanoseconds(of: versions)
            // Both go on at the same time: the read costs what it takes longer.
            lookupNs += window.nanoseconds(from: versions.end, to: read.end)
            addAround(handler, leg, window)
        case .latest(let versions, let handler):
            upstreamNs += window.nanoseconds(of: versions)
            addAround(handler, leg, window)
        }
    }

    private mutating func add(_ stash: StashWork, _ window: ClippedTime) {
        guard let fetch = stash.fetch else {
            coalescedNs += window.nanoseconds(of: stash.interval)
            return
        }
        lockNs += window.nanoseconds(from: stash.interval.start, to: fetch.pool.start)
        queueNs += window.nanoseconds(from: fetch.pool.start, to: fetch.stasher.start)
        upstreamNs += window.nanoseconds(of: fetch.download)
        if let save = fetch.save { storeNs += window.nanoseconds(of: save) }
    }

    /// What comes before and after the proxy's handler.
    private mutating func addAround(_ handler: Interval, _ leg: ProxyLeg, _ window: ClippedTime) {
        queueNs += window.nanoseconds(from: leg.interval.start, to: handler.start)
        serveNs += window.nanoseconds(from: handler.end, to: leg.interval.end)
    }
}

/// The time that somebody waited: what lies outside counts for nothing.
private struct ClippedTime {
    let start: UInt64
    let end: UInt64

    func clipped(to interval: Interval) -> ClippedTime {
        ClippedTime(start: max(start, interval.start), end: min(end, interval.end))
    }

    func nanoseconds(of interval: Interval) -> UInt64 {
        nanoseconds(from: interval.start, to: interval.end)
    }

    func nanoseconds(from first: UInt64, to last: UInt64) -> UInt64 {
        let first = max(first, start)
        let last = min(last, end)
        return last > first ? last - first : 0
    }
}
