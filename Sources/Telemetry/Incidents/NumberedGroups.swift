/// Groups that are found by a number below a known one: a lookup is that of an array, for there are millions of them.
struct NumberedGroups<Group> {
    /// By number: where the group is, less one; 0 for none.
    private var places: [UInt32]
    /// Of each group its number, in the order in which they were found.
    private(set) var numbers: [UInt64] = []
    var groups: [Group] = []

    /// - Parameter count: numbers lie below it
    init(count: Int) { places = [UInt32](repeating: 0, count: count) }

    func place(_ number: UInt64) -> Int? {
        let place = places[Int(number)]
        return place > 0 ? Int(place) - 1 : nil
    }

    /// Where the group of a number is; a new one where there is none yet.
    mutating func place(_ number: UInt64, _ new: @autoclosure () -> Group) -> Int {
        if let known = place(number) { return known }
        groups.append(new())
        numbers.append(number)
        places[Int(number)] = UInt32(groups.count)
        return groups.count - 1
    }
}
