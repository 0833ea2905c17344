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
        let number = cite(
            command("report", query.window),
            [
                ReportValue("requests", "\(total)"),
                ReportValue("failures", "\(slots.reduce(0) { $0 + $1.failures })"),
                ReportValue("slot", slotText),
            ])
        let heat = ReportHeatMap(
            id: "nodes",
            caption: ReportSentence(
                symptom == nil
                    ? "Part of each node's requests that failed, the worst nodes first"
                    : "Part of each node's requests that were bad in the way of this incident, the worst nodes first",
                [number]), rows: heatRows(), axis: axis)
        return ReportSection(
            "course", "Course", charts(slots, axis, number).map { .chart($0) } + [.heatMap(heat)])
    }

    private func charts(_ slots: [SlotTotals], _ axis: ReportTimeAxis, _ evidence: Int) -> [ReportChart] {
        let slotSeconds = Double(data.slotNanos) / 1e9
        let thinning = Double(1 << found.thinning)
        func chart(
            _ id: String, _ caption: String, _ unit: ReportChart.Unit, _ series: ReportChart.Series...
        ) -> ReportChart {
            ReportChart(
                id: id, caption: ReportSentence(caption, [evidence]), unit: unit, series: series, axis: axis)
        }
        func quantile(_ part: Double, _ name: String) -> ReportChart.Series {
            ReportChart.Series(
                name: name, values: slots.map { $0.durations.quantile(part).map { Double($0) / 1e6 } })
        }
        func rate(_ name: String, _ count: (SlotTotals) -> Int) -> ReportChart.Series {
            ReportChart.Series(name: name, values: slots.map { Double(count($0)) * thinning / slotSeconds })
        }
        var charts = [
            chart(
                "latency", "How long clients' requests took, in slots of \(slotText)", .seconds,
                quantile(0.5, "p50"), quantile(0.95, "p95"), quantile(0.99, "p99")),
            chart("rate", "Clients' requests a second", .perSecond, rate("requests", \.requests)),
            chart(
                "failures", "Those of them that failed, a second", .perSecond, rate("failures", \.failures)),
        ]
        guard slots.contains(where: { $0.lookups > 0 }) else { return charts }
        let ratios = slots.map { $0.lookups > 0 ? Double($0.hits) / Double($0.lookups) : nil }
        charts.append(
            chart(
                "hits", "Part of the files that caches had", .share,
                ReportChart.Series(name: "hit ratio", values: ratios)))
        return charts
    }

    /// Whole seconds: `10s`, `1m`, `1m30s`, `2h05m`.
    private var slotText: String {
        let seconds = data.slotNanos / 1_000_000_000
        let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        return parts.reduce("") { text, part in
            guard part.0 > 0 else { return text }
            return text + (!text.isEmpty && part.0 < 10 ? "0" : "") + "\(part.0)\(part.1)"
        }
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
