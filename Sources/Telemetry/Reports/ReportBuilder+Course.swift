/// How it went over time.
extension ReportBuilder {
    /// How many nodes a heat map shows.
    private static let nodesMax = 16

    private var axis: ReportTimeAxis {
        var axis = ReportTimeAxis(
            start: UnixNanos(clamping: data.since), slotNanos: data.slotNanos, count: data.slotCount,
            incident: nil, marks: [])
        guard let incident else { return axis }
        let first = slot(incident.start)
        let last = incident.end.map(slot) ?? data.slotCount - 1
        axis.incident = first..<max(first, last) + 1
        if let detected = detectedAt {
            axis.marks.append(ReportTimeAxis.Mark(slot: slot(detected), name: "told"))
        }
        return axis
    }

    private func slot(_ time: UnixNanos) -> Int {
        let nanos = UInt64(max(time.rawValue, 0))
        guard nanos > data.since else { return 0 }
        return min(Int((nanos - data.since) / data.slotNanos), data.slotCount - 1)
    }

    mutating func course() -> ReportSection {
        let axis = axis
        let slots = slotTotals()
        let total = slots.reduce(0) { $0 + $1.requests }
        guard total > 0 else {
            let number = cite(command("stats", query.window), [ReportValue("requests", "0")])
            return ReportSection(
                "course", "Course",
                [.paragraph([ReportSentence("There is no request in the window to draw.", [number])])])
        }
        let failures = slots.reduce(0) { $0 + $1.failures }
        let number = cite(
            command("report", query.window),
            [
                ReportValue("requests", "\(total)"), ReportValue("failures", "\(failures)"),
                ReportValue("slot", HumanUnits.duration(Int64(clamping: data.slotNanos))),
            ])
        let perSlot = "in slots of \(HumanUnits.duration(Int64(clamping: data.slotNanos)))"
        let slotSeconds = Double(data.slotNanos) / 1e9
        func sentence(_ text: String) -> ReportSentence { ReportSentence(text, [number]) }
        func quantile(_ part: Double, _ name: String) -> ReportChart.Series {
            ReportChart.Series(
                name: name, values: slots.map { $0.durations.quantile(part).map { Double($0) / 1e6 } })
        }
        func ratio(_ part: Int, _ whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
        let thinning = Double(1 << found.thinning)
        var blocks: [ReportBlock] = [
            .chart(
                ReportChart(
                    id: "latency", caption: sentence("How long clients' requests took, \(perSlot)"),
                    unit: .seconds,
                    series: [quantile(0.5, "p50"), quantile(0.95, "p95"), quantile(0.99, "p99")], axis: axis)),
            .chart(
                ReportChart(
                    id: "rate", caption: sentence("Clients' requests a second"), unit: .perSecond,
                    series: [
                        ReportChart.Series(
                            name: "requests",
                            values: slots.map { Double($0.requests) * thinning / slotSeconds })
                    ], axis: axis)),
            .chart(
                ReportChart(
                    id: "failures", caption: sentence("Those of them that failed, a second"),
                    unit: .perSecond,
                    series: [
                        ReportChart.Series(
                            name: "failures",
                            values: slots.map { Double($0.failures) * thinning / slotSeconds })
                    ], axis: axis)),
        ]
        if slots.contains(where: { $0.lookups > 0 }) {
            blocks.append(
                .chart(
                    ReportChart(
                        id: "hits", caption: sentence("Part of the files that caches had"), unit: .share,
                        series: [
                            ReportChart.Series(
                                name: "hit ratio", values: slots.map { ratio($0.hits, $0.lookups) })
                        ], axis: axis)))
        }
        blocks.append(
            .heatMap(
                ReportHeatMap(
                    id: "nodes",
                    caption: sentence(
                        symptom == nil
                            ? "Part of each node's requests that failed, the worst nodes first"
                            : "Part of each node's requests that were bad in the way of this incident, the worst nodes first"
                    ),
                    rows: heatRows(), axis: axis)))
        return ReportSection("course", "Course", blocks)
    }

    private struct SlotTotals {
        var requests = 0
        var failures = 0
        var hits = 0
        var lookups = 0
        var durations = DurationSketch()
    }

    private func slotTotals() -> [SlotTotals] {
        var slots = [SlotTotals](repeating: SlotTotals(), count: data.slotCount)
        for row in data.rows {
            guard let slot = data.slot(row), row.flags.contains(.isRequest), row.ending != .probe else {
                continue
            }
            slots[slot].requests += 1
            if row.isFailure { slots[slot].failures += 1 }
            if row.ending != .aborted { slots[slot].durations.add(Int64(row.micros)) }
            if row.moduleKind?.isImmutable == true, row.result.isLookup {
                slots[slot].lookups += 1
                if row.result.isHit { slots[slot].hits += 1 }
            }
        }
        return slots
    }

    private func heatRows() -> [ReportHeatMap.Row] {
        struct Tally {
            var bad = 0
            var count = 0
            var slots: [(bad: Int, count: Int)]
        }
        var tallies: [UInt32: Tally] = [:]
        let empty = Tally(slots: Array(repeating: (0, 0), count: data.slotCount))
        func add(_ node: UInt32, _ slot: Int, _ isBad: Bool) {
            tallies[node, default: empty].count += 1
            tallies[node, default: empty].slots[slot].count += 1
            guard isBad else { return }
            tallies[node, default: empty].bad += 1
            tallies[node, default: empty].slots[slot].bad += 1
        }
        if let symptom {
            for entry in symptom.entries where entry.slot != SymptomTable.before {
                add(data.rows[Int(entry.row)].node, Int(entry.slot), entry.isBad)
            }
        } else {
            for row in data.rows {
                guard let slot = data.slot(row), row.ending != .probe else { continue }
                add(row.node, slot, row.isFailure)
            }
        }
        let names = SharedNames(data.names.nodes)
        let hasBad = tallies.values.contains { $0.bad > 0 }
        let worst = tallies.filter { !hasBad || $0.value.bad > 0 }.map {
            (label: names.label(data.names.node($0.key)), tally: $0.value)
        }
        .sorted {
            (Double($1.tally.bad) / Double($1.tally.count), $0.label)
                < (Double($0.tally.bad) / Double($0.tally.count), $1.label)
        }
        return worst.prefix(Self.nodesMax).map { label, tally in
            ReportHeatMap.Row(
                name: label,
                shares: tally.slots.map { $0.count > 0 ? Double($0.bad) / Double($0.count) : nil })
        }
    }
}
