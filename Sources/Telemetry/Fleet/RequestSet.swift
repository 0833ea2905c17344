/// The requests of a fetch or of a session, taken together.
struct RequestSet: Sendable {
    var start: UInt64
    var end: UInt64
    var client: UInt32
    /// Of a fetch; 0 for a session.
    var module: UInt32
    var requests = 0
    var fetches = 0
    /// Of those that say it; nil where none does.
    var bytes: UInt64?
    var failures = 0
    var slowest: FleetRow
    /// How long at least one of its requests was under way: what lies between them is the client's own time.
    private(set) var waitedNanos: UInt64 = 0

    var durationNanos: UInt64 { end &- start }

    /// What the longest are found by. A session is as long as people waited for their command; of a fetch a client may ask
    /// for the zip much later than for the rest, which makes it no slower.
    var rankedNanos: UInt64 { module > 0 ? waitedNanos : durationNanos }

    /// Why it took so long: why its slowest request did.
    var reason: RequestClass? { slowest.reason }

    init(_ first: FleetRow, module: UInt32) {
        start = first.start
        end = first.end
        client = first.client
        self.module = module
        slowest = first
        // Nothing before the first is waited for.
        end = first.start
    }

    /// - Precondition: no row that was added before starts later
    mutating func add(_ row: FleetRow) {
        waitedNanos &+= row.end > end ? row.end &- max(row.start, end) : 0
        end = max(end, row.end)
        requests += 1
        if let more = row.bytes { bytes = (bytes ?? 0) &+ more }
        if RequestOutcome(rawValue: row.outcome)?.isFailure == true { failures += 1 }
        if row.durationNanos > slowest.durationNanos { slowest = row }
    }

    /// Longest first; equal ones by start, then by who and what.
    static func isBefore(_ left: RequestSet, _ right: RequestSet) -> Bool {
        if left.rankedNanos != right.rankedNanos { return left.rankedNanos > right.rankedNanos }
        return (left.start, left.slowest.segment, left.slowest.row) < (
            right.start, right.slowest.segment, right.slowest.row
        )
    }
}

/// Divides the requests of clients into sessions and fetches.
enum RequestSets {
    /// The longest of some clients' sessions or fetches.
    /// - Parameter rows: in the order of client and start
    static func slowest(
        _ rows: [FleetRow], _ unit: SlowestUnit, limit: Int, leastNanos: UInt64, classes: Set<RequestClass>,
        modules: [ModuleName]
    ) -> [RequestSet] {
        var heap = BoundedHeap<RequestSet>(limit: limit, isBefore: RequestSet.isBefore)
        for session in ClientSessions(rows) {
            let sets = unit == .session ? [self.session(session, modules)] : fetches(session, modules)
            for set in sets where set.rankedNanos >= leastNanos {
                if !classes.isEmpty {
                    guard let reason = set.reason, classes.contains(reason) else { continue }
                }
                heap.insert(set)
            }
        }
        return heap.sorted()
    }

    /// - Precondition: there is a row
    private static func session(_ rows: ArraySlice<FleetRow>, _ modules: [ModuleName]) -> RequestSet {
        var set = RequestSet(rows[rows.startIndex], module: 0)
        var versions = NumberPlaces()
        for row in rows {
            set.add(row)
            if isOfVersion(row, modules) { _ = versions.place(of: row.module) }
        }
        set.fetches = versions.count
        return set
    }

    /// One for each version that a session asked for, in the order of their first requests.
    static func fetches(_ session: ArraySlice<FleetRow>, _ modules: [ModuleName]) -> [RequestSet] {
        var sets: [RequestSet] = []
        var places = NumberPlaces()
        for row in session where isOfVersion(row, modules) {
            let (place, isNew) = places.place(of: row.module)
            if !isNew {
                sets[place].add(row)
            } else {
                var set = RequestSet(row, module: row.module)
                set.fetches = 1
                set.add(row)
                sets.append(set)
            }
        }
        return sets
    }

    /// A file of a version, or its entry in a checksum database.
    static func isOfVersion(_ row: FleetRow, _ modules: [ModuleName]) -> Bool {
        switch row.moduleKind {
        case .info, .mod, .zip, .sumdbLookup: row.module > 0 && modules[Int(row.module) - 1].version != nil
        default: false
        }
    }
}
