/// What `critical-path` adds up.
package struct FleetPathQuery: Sendable {
    /// What parts are told apart by.
    package enum Part: String, CaseIterable, Sendable {
        case stage
        case service
        case operation
    }

    /// By start of the request.
    package var window: TimeWindow
    /// What the window is compared with; nil for nothing.
    package var baseline: TimeWindow?
    package var filter: FleetFilter
    package var parts: Set<Part>
    /// At least 1.
    package var limit: Int

    package init(
        window: TimeWindow, baseline: TimeWindow? = nil, filter: FleetFilter = FleetFilter(),
        parts: Set<Part> = Set(Part.allCases), limit: Int = 20
    ) {
        self.window = window
        self.baseline = baseline
        self.filter = filter
        self.parts = parts
        self.limit = limit
    }
}

/// A part of the time that requests waited.
package struct PathPart: Sendable {
    /// Nil where parts are not told apart by it.
    package var stage: Stage?
    package var service: String?
    package var operation: String?
    /// How many parts this stands for; 1 but for the last one, which is all that is not shown.
    package var parts = 1
    package var totalNanos = 0.0
    package var baselineTotalNanos = 0.0
    /// In how many requests something waited for it.
    package var requests = 0
    package var baselineRequests = 0
}

/// The requests of a window together.
package struct PathTotals: Sendable {
    package var requests = 0
    package var nanos = 0.0

    package var meanNanos: Double { requests > 0 ? nanos / Double(requests) : 0 }
}

package struct FleetPathResult: Sendable {
    /// What took longest, or with a baseline what changed most, first. They add up to the totals.
    package var parts: [PathPart]
    package var totals: PathTotals
    /// Nil without a baseline.
    package var baseline: PathTotals?
    package var quality: FleetQuality
    package var notes: [QualityNote]
}

extension TelemetryReader {
    /// Where the time of module requests went, added up over a window.
    /// - Throws: `StoreError`
    package func criticalPath(_ query: FleetPathQuery) throws(StoreError) -> FleetPathResult {
        try snapshot { () throws(StoreError) in
            let (now, quality) = try pathSums(query, query.window)
            var parts: [PathSums.Names: PathPart] = [:]
            for (names, sum) in now.sums() {
                parts[names] = PathPart(
                    stage: names.stage, service: names.service, operation: names.operation,
                    totalNanos: sum.nanos, requests: sum.requests)
            }
            var baseline: PathTotals?
            if let window = query.baseline {
                let (before, _) = try pathSums(query, window)
                baseline = before.totals
                for (names, sum) in before.sums() {
                    let none = PathPart(
                        stage: names.stage, service: names.service, operation: names.operation)
                    parts[names, default: none].baselineTotalNanos = sum.nanos
                    parts[names]?.baselineRequests = sum.requests
                }
            }
            let ordered = Self.ordered(Array(parts.values), now.totals, baseline)
            return FleetPathResult(
                parts: Self.limited(ordered, query.limit), totals: now.totals, baseline: baseline,
                quality: quality, notes: damageNotes())
        }
    }

    private func pathSums(
        _ query: FleetPathQuery, _ window: TimeWindow
    ) throws(StoreError) -> (PathSums, FleetQuality) {
        let question = FleetQuestion(window: window, filter: query.filter, wantsStages: true)
        let answer = try FleetScan.run(question, self) { names in
            PathSums(names, by: query.parts)
        }
        return (answer.aggregate, answer.quality)
    }

    private static func ordered(
        _ parts: [PathPart], _ now: PathTotals, _ before: PathTotals?
    ) -> [PathPart] {
        func weight(_ part: PathPart) -> Double {
            guard let before, before.requests > 0, now.requests > 0 else { return part.totalNanos }
            return abs(
                part.totalNanos / Double(now.requests) - part.baselineTotalNanos / Double(before.requests))
        }
        func name(_ part: PathPart) -> String {
            "\(part.stage?.name ?? "")\u{0}\(part.service ?? "")\u{0}\(part.operation ?? "")"
        }
        return parts.map { (weight: weight($0), name: name($0), part: $0) }
            .sorted { ($1.weight, $0.name) < ($0.weight, $1.name) }.map(\.part)
    }

    /// What is not shown becomes one part, so that all parts still add up.
    private static func limited(_ parts: [PathPart], _ limit: Int) -> [PathPart] {
        guard parts.count > limit + 1 else { return parts }
        var rest = PathPart(parts: parts.count - limit)
        for part in parts[limit...] {
            rest.totalNanos += part.totalNanos
            rest.baselineTotalNanos += part.baselineTotalNanos
        }
        return parts[..<limit] + [rest]
    }
}
