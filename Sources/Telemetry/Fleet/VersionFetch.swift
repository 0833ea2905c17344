/// A version that a client fetched in a session, as far as a cache says something of its files.
struct VersionFetch: Sendable {
    var first: FleetRow
    /// Whether none of its files was a miss.
    var isWarm: Bool

    /// Finds those of a session, in the order of their first requests.
    /// - Parameters:
    ///   - kinds: a bit for each `ModuleKind` that counts
    ///   - fetches: is replaced; memory that is used again for many sessions
    static func find(
        _ session: ArraySlice<FleetRow>, kinds: UInt32 = .max, into fetches: inout [VersionFetch]
    ) {
        fetches.removeAll(keepingCapacity: true)
        var places = NumberPlaces()
        for row in session where row.result.isLookup && kinds & (1 << UInt32(row.kind)) != 0 {
            let (place, isNew) = places.place(of: row.module)
            if isNew {
                fetches.append(VersionFetch(first: row, isWarm: row.result.isHit))
            } else {
                fetches[place].isWarm = fetches[place].isWarm && row.result.isHit
            }
        }
    }
}

/// Gives numbers places in the order of their coming. Mostly there are one or two, which take no memory of their own and
/// no hashing.
struct NumberPlaces {
    private var first = InlineArray<8, UInt32>(repeating: 0)
    private(set) var count = 0
    private var others: [UInt32: Int] = [:]

    /// The place of a number, from 0 on, and whether it came for the first time.
    mutating func place(of number: UInt32) -> (place: Int, isNew: Bool) {
        for place in 0..<min(count, first.count) where first[place] == number { return (place, false) }
        if let known = others[number] { return (known, false) }
        if count < first.count { first[count] = number } else { others[number] = count }
        count += 1
        return (count - 1, true)
    }
}
