/// Adds up the requests of some clients, or makes fetches and sessions of them.
struct ComparisonUnits {
    private let unit: ComparisonUnit

    init(_ unit: ComparisonUnit) { self.unit = unit }

    /// - Parameter rows: of one part of the clients, in any order
    /// - Returns: by group
    func tallies(of rows: [ComparisonRow]) -> [UInt32: ComparisonTally] {
        let clients = rows.map(\.client)
        let order = ClientOrder.places(ofClients: clients, ofPartOf: FoundRows.partCount) { left, right in
            let (one, other) = (Int(left), Int(right))
            if rows[one].group != rows[other].group { return rows[one].group < rows[other].group }
            return (rows[one].start, rows[one].module) < (rows[other].start, rows[other].module)
        }
        let ordered = order.map { rows[Int($0)] }
        var tallies: [UInt32: ComparisonTally] = [:]
        var first = 0
        while first < ordered.count {
            let group = ordered[first].group
            first = addSession(ordered, first, &tallies[group, default: ComparisonTally()])
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
        switch unit {
        case .request: for row in session { tally.add(unitNanos: row.durationNanos) }
        case .fetch: addFetches(session, &tally)
        case .session: tally.add(unitNanos: end &- rows[first].start)
        }
        return next
    }

    private func addFetches(_ session: ArraySlice<ComparisonRow>, _ tally: inout ComparisonTally) {
        var places = NumberPlaces()
        var fetches: [(start: UInt64, end: UInt64)] = []
        for row in session where row.module > 0 {
            guard row.moduleKind?.isImmutable == true || row.moduleKind == .sumdbLookup else { continue }
            let (place, isNew) = places.place(of: row.module)
            if isNew {
                fetches.append((row.start, row.end))
            } else {
                fetches[place] = (min(fetches[place].start, row.start), max(fetches[place].end, row.end))
            }
        }
        for fetch in fetches { tally.add(unitNanos: fetch.end &- fetch.start) }
    }
}
