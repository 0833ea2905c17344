extension TelemetryReader {
    /// Compares groups of module requests, or the same groups in two windows.
    /// - Throws: `StoreError`
    package func compare(_ query: FleetComparisonQuery) throws(StoreError) -> FleetComparisonResult {
        try snapshot { () throws(StoreError) in
            var (now, versions, quality) = try comparisonGroups(query, query.window)
            let found = now.finished()
            // What is called one thing in one window is called so in the other.
            let before = try query.baselineWindow.map { window throws(StoreError) in
                var (before, _, _) = try comparisonGroups(query, window)
                return before.finished()
            }
            let shared = ComparisonGroups.sharedNames(Array(found.keys) + Array((before ?? [:]).keys))
            let groups = ComparisonGroups.named(found, shared)
            var result = FleetComparisonResult(
                groups: [], groupCount: groups.count, unnamed: now.unnamed,
                behindLostEdges: now.behindLostEdges, withoutClient: now.withoutClient,
                quality: quality, notes: [])
            if let before {
                addWindows(to: &result, groups, ComparisonGroups.named(before, shared), query)
            } else {
                addGroups(to: &result, groups, query)
            }
            let ofGroups = Dictionary(grouping: versions) { version in
                query.key == .dimension(.node)
                    ? shared.label(version.node) : query.key.text(of: version.node) ?? ""
            }
            for place in result.groups.indices where !result.groups[place].name.isEmpty {
                let versions = ofGroups[result.groups[place].name] ?? []
                result.groups[place].visibility = VisibilityMedian(versions)
            }
            result.markAvailability()
            result.notes = damageNotes()
            return result
        }
    }

    private func comparisonGroups(
        _ query: FleetComparisonQuery, _ window: TimeWindow
    ) throws(StoreError) -> (ComparisonGroups, [VersionVisibility], FleetQuality) {
        let labels = query.key.labels
        var question = FleetQuestion(window: window, filter: query.filter)
        question.label = labels.first
        question.labelFallbacks = Array(labels.dropFirst())
        let answer = try FleetScan.run(question, self) { names in
            ComparisonGroups(key: query.key, unit: query.unit, window: window, names: names)
        }
        let versions = try answer.aggregate.visibility.map { tally throws(StoreError) in
            try visibility(tally, answer.names).versions
        }
        let asked = (versions ?? []).filter { query.filter.passes($0.node) }
        return (answer.aggregate, asked, answer.quality)
    }

    /// A group under its name.
    private typealias Named = (key: String, value: ComparisonTally)

    /// The largest first; equal ones by name.
    /// - Parameter limit: how many are given: there may be as many as clients, of which few are shown
    private static func ordered(_ groups: [String: ComparisonTally], limit: Int = .max) -> [Named] {
        let isBefore: @Sendable (Named, Named) -> Bool = { left, right in
            if left.value.units != right.value.units { return left.value.units > right.value.units }
            return left.key < right.key
        }
        let counted = groups.lazy.filter { $0.value.units > 0 }
        guard limit < groups.count else { return counted.sorted(by: isBefore) }
        var heap = BoundedHeap<Named>(limit: limit, isBefore: isBefore)
        for group in counted { heap.insert(group) }
        return heap.sorted()
    }

    private func addGroups(
        to result: inout FleetComparisonResult, _ groups: [String: ComparisonTally],
        _ query: FleetComparisonQuery
    ) {
        result.groupCount = groups.values.count { $0.units > 0 }
        // One more than are shown: the baseline may be among them.
        let ordered = Self.ordered(groups, limit: min(query.limit, .max - 1) + 1)
        guard let first = ordered.first else { return }
        let name = query.baseline ?? first.key
        guard let baseline = groups[name], baseline.units > 0 else {
            result.namesWithoutBaseline = Self.ordered(groups).map(\.key)
            return
        }
        result.baseline = name
        let figures = ComparisonFigures(unit: query.unit)
        let others = Array(ordered.lazy.filter { $0.key != name }.prefix(query.limit - 1))
        let held = ComparisonFigures.Baseline(baseline)
        result.groups = [figures.group(name, baseline, over: nil, isBaseline: true)]
        result.groups += ParallelWork.map(others.count) { place in
            figures.group(others[place].key, others[place].value, over: held, isBaseline: false)
        }
        result.fromOtherSide = others.count { $0.value.isBehind != baseline.isBehind }
        guard query.key == .encoding else { return }
        for place in result.groups.indices where result.groups[place].name != "none" {
            guard let tally = groups[result.groups[place].name] else { continue }
            result.groups[place].sizeSaved = ComparisonFigures.sizeSaved(tally, plain: groups["none"])
        }
    }

    private func addWindows(
        to result: inout FleetComparisonResult, _ groups: [String: ComparisonTally],
        _ before: [String: ComparisonTally], _ query: FleetComparisonQuery
    ) {
        let ordered = Self.ordered(groups, limit: query.limit)
        result.groupCount = groups.values.count { $0.units > 0 }
        let figures = ComparisonFigures(unit: query.unit)
        result.groups = ParallelWork.map(ordered.count) { place in
            let (name, tally) = ordered[place]
            let baseline = ComparisonFigures.Baseline(before[name] ?? ComparisonTally())
            return figures.group(name, tally, over: baseline, isBaseline: false)
        }
        // Without groups the window before is a row of its own.
        if query.key == .dimension(.all), let before = before["all"], before.units > 0, !result.groups.isEmpty
        {
            result.groups[0].name = "window"
            result.groups.insert(
                figures.group("baseline window", before, over: nil, isBaseline: true), at: 0)
        }
    }
}
