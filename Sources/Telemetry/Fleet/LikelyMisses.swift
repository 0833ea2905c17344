/// Requests of which nobody says what a cache did, and whose time tells that they were probably misses: the first for
/// their file at a node that answers most requests of the kind ten times as fast.
///
/// The last resort, and no evidence: a slow disk looks the same. Hits cannot be told so at all, so that a ratio with
/// these misses and without the hits would be far too low. They are counted, and in no ratio.
package struct LikelyMisses: Sendable {
    /// By how much slower than the median one is that the node did not have.
    static let factor: UInt64 = 10
    /// Below this a median says nothing.
    static let answersMin = 20
    /// Some servers have whole milliseconds, and hits that take none.
    static let leastNanos: UInt64 = 1_000_000

    private struct Group: Hashable {
        var node: UInt32
        var kind: UInt8
    }

    private struct File: Hashable {
        var node: UInt32
        var module: UInt32
        var kind: UInt8
    }

    package private(set) var count = 0
    /// How long their clients waited.
    package private(set) var nanos: UInt64 = 0

    init() {}

    init(_ rows: FleetRows) {
        var durations: [Group: [UInt64]] = [:]
        for part in rows.parts {
            for row in part where Self.isUnknown(row) {
                durations[Group(node: row.node, kind: row.kind), default: []].append(row.durationNanos)
            }
        }
        let limits = durations.compactMapValues { durations -> UInt64? in
            guard durations.count >= Self.answersMin else { return nil }
            let median = durations.sorted()[(durations.count - 1) / 2]
            return max(median, Self.leastNanos).multipliedReportingOverflow(by: Self.factor).partialValue
        }
        guard !limits.isEmpty else { return }
        // Few are that slow; of their files the first request is looked for.
        var firsts: [File: (start: UInt64, nanos: UInt64)] = [:]
        func isSlow(_ row: FleetRow) -> Bool {
            limits[Group(node: row.node, kind: row.kind)].map { row.durationNanos > $0 } ?? false
        }
        for part in rows.parts {
            for row in part where Self.isUnknown(row) && isSlow(row) {
                firsts[File(node: row.node, module: row.module, kind: row.kind)] = (.max, 0)
            }
        }
        guard !firsts.isEmpty else { return }
        for part in rows.parts {
            for row in part where row.outcome == RequestOutcome.ok.rawValue {
                let file = File(node: row.node, module: row.module, kind: row.kind)
                guard let known = firsts[file], row.start < known.start else { continue }
                firsts[file] = (row.start, Self.isUnknown(row) && isSlow(row) ? row.durationNanos : 0)
            }
        }
        for first in firsts.values where first.nanos > 0 {
            count += 1
            nanos &+= first.nanos
        }
    }

    private static func isUnknown(_ row: FleetRow) -> Bool {
        row.facingResult == CacheResult.unknown.rawValue && row.outcome == RequestOutcome.ok.rawValue
            && row.module != 0
    }
}
