/// The requests of a window that may have a symptom, which of them do, and how many of them would when all is well.
struct SymptomTable: Sendable {
    struct Entry: Sendable {
        /// Place among the rows of the data.
        var row: UInt32
        /// Which of the groups it is of that are held against each other.
        var group: UInt16
        /// `SymptomTable.before` for what lies before the window.
        var slot: UInt16
        var isBad: Bool
        /// How probable it was that it would be bad.
        var expected: Float
        /// How much longer it took than usual, in seconds; all of it for a failure.
        var excess: Float
    }

    static let before = UInt16.max

    let symptom: Symptom
    private(set) var entries: [Entry] = []
    private(set) var badCount = 0

    init(_ symptom: Symptom, _ data: IncidentData) {
        self.symptom = symptom
        // Most have none of these signs.
        guard symptom.signs.isEmpty || !symptom.signs.isDisjoint(with: data.signsFound) else { return }
        var tallies = NumberedGroups<SymptomReference.Tally>(count: Symptom.groupsMax)
        var places: [(row: UInt32, group: UInt32, slot: UInt16)] = []
        var parts = [(count: Int, bad: Int)](repeating: (0, 0), count: SymptomReference.partCount)
        for (place, row) in data.rows.enumerated() {
            guard let number = symptom.group(row, data.signs[place], data) else { continue }
            let slot = data.slot(row)
            let group = tallies.place(UInt64(number), SymptomReference.Tally())
            places.append((UInt32(place), UInt32(group), slot.map { UInt16($0) } ?? Self.before))
            let (isBad, part) = (symptom.isBad(row, data.signs[place]), slot.map { data.part(ofSlot: $0) })
            tallies.groups[group].add(micros: symptom.micros(row), isBad: isBad, part: part)
            if let part { parts[part] = (parts[part].count + 1, parts[part].bad + (isBad ? 1 : 0)) }
        }
        let better = SymptomReference.normalParts(
            parts, isBeforeKnown: places.count { $0.slot == Self.before } >= SymptomReference.baselineMin)
        let references = tallies.groups.map {
            $0.reference(
                noticeable: symptom.noticeableMicros, rateMin: symptom.least.rate, better: better)
        }
        entries.reserveCapacity(places.count)
        for place in places {
            let row = data.rows[Int(place.row)]
            let reference = references[Int(place.group)]
            let micros = symptom.micros(row)
            let isBad: Bool
            if let micros, let limit = reference.limitMicros {
                isBad = Double(micros) > limit
            } else {
                isBad = symptom.isBad(row, data.signs[Int(place.row)])
            }
            let usual = micros == nil ? 0 : reference.medianMicros
            entries.append(
                Entry(
                    row: place.row, group: UInt16(truncatingIfNeeded: place.group), slot: place.slot,
                    isBad: isBad, expected: Float(reference.rate),
                    excess: Float(max(0, Double(micros ?? row.micros) - usual) / 1e6)))
            if isBad, place.slot != Self.before { badCount += 1 }
        }
    }
}
