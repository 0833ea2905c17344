/// Makes fetches and sessions of the requests of some clients.
struct ComparisonUnits {
    private let unit: ComparisonUnit

    init(_ unit: ComparisonUnit) { self.unit = unit }

    /// - Parameter rows: in any order
    /// - Returns: by group
    func tallies(of rows: [ComparisonRow]) -> [UInt32: ComparisonTally] {
        let rows = rows.sorted {
            ($0.group, $0.client, $0.start, $0.module) < ($1.group, $1.client, $1.start, $1.module)
        }
        var tallies: [UInt32: ComparisonTally] = [:]
        var first = 0
        while first < rows.count {
            var tally = ComparisonTally()
            let group = rows[first].group
            while first < rows.count, rows[first].group == group { first = addSession(rows, first, &tally) }
            tallies[group] = tally
        }
        return tallies
    }

    /// - Returns: where the next session begins
    private func addSession(_ rows: [ComparisonRow], _ first: Int, _ tally: inout ComparisonTally) -> Int {
        var end = rows[first].end
        var next = first + 1
        while next < rows.count, rows[next].client == rows[first].client,
            rows[next].group == rows[first].group,
            rows[next].start <= end &+ ClientSessions.pauseNanos
        {
            end = max(end, rows[next].end)
            next += 1
        }
        let session = rows[first..<next]
        for row in session { tally.add(row) }
        if unit == .fetch {
            addFetches(session, &tally)
        } else {
            tally.add(unitNanos: end &- rows[first].start)
        }
        return next
    }

    private func addFetches(_ session: ArraySlice<ComparisonRow>, _ tally: inout ComparisonTally) {
        var fetches: [UInt32: (start: UInt64, end: UInt64)] = [:]
        for row in session where row.module > 0 {
            guard row.moduleKind?.isImmutable == true || row.moduleKind == .sumdbLookup else { continue }
            let known = fetches[row.module]
            fetches[row.module] = (
                min(known?.start ?? row.start, row.start), max(known?.end ?? row.end, row.end)
            )
        }
        for fetch in fetches.sorted(by: { $0.key < $1.key }) {
            tally.add(unitNanos: fetch.value.end &- fetch.value.start)
        }
    }
}
