import Glibc

/// `late-telemetry`: spans of a node arrive half a minute later than those of others. Nothing is slow because of that.
struct LateTelemetryRule: IncidentRule {
    let name = "late-telemetry"

    /// Beyond what exporters wait before they send, at most six seconds.
    private static let excessNanos: Int64 = 36_000_000_000
    private static let spansMin = 20

    func findings(_ context: IncidentContext) -> [IncidentFinding] {
        let heard = context.heard
        let late = context.census.numbers.compactMap { number in
            heard.contains(number)
                ? Self.late(number, context.census).map { (number: number, nanos: $0) } : nil
        }
        // Where all are late, it is what takes them in, or they were recorded and sent again.
        guard !late.isEmpty else { return [] }
        let usual = late.map(\.nanos).sorted()[(late.count - 1) / 2]
        return late.compactMap { number, late in
            guard late - max(usual, 0) > max(Self.excessNanos, usual) else { return nil }
            let median = context.census.lags(number).quantile(0.5) ?? 0
            let node = context.census.node(number)
            return finding(
                .info, IncidentSubject(node: node.identity.name), start: context.data.since,
                end: context.data.until, score: 1 + log1p(Double(late) / 1e9) / 10, depth: 0,
                numbers: [("p50_s", Double(median) / 1e9), ("p95_s", Double(late) / 1e9)],
                sentence: "What \(node.identity.name) tells arrives late: of its spans one in twenty comes "
                    + "\(HumanUnits.duration(late)) after its end, or later")
        }
    }

    /// How late one span in twenty of a node comes, at least; nil where too little is known.
    private static func late(_ number: UInt32, _ census: NodeCensus) -> Int64? {
        let lags = census.lags(number)
        guard lags.count >= spansMin, let p95 = lags.quantile(0.95) else { return nil }
        // The end of a span by a clock that is ahead comes too late.
        let (late, overflow) = p95.addingReportingOverflow(census.clocks.reading(number)?.offsetNanos ?? 0)
        return overflow ? nil : late
    }
}
