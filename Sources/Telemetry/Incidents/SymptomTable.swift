/// The requests of a window that may have a symptom, which of them do, and how many of them would when all is well.
struct SymptomTable: Sendable {
    struct Entry: Sendable {
        /// Place among the rows of the data.
        var row: UInt32
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
        var places: [UInt32] = []
        for (place, row) in data.rows.enumerated() {
            guard let group = symptom.group(row, data.signs[place], data) else { continue }
            places.append(UInt32(place))
            let part = data.slot(row).map { $0 * SymptomReference.partCount / data.slotCount }
            tallies.groups[tallies.place(UInt64(group), SymptomReference.Tally())].add(
                micros: symptom.micros(row), isBad: symptom.isBad(row, data.signs[place]), part: part)
        }
        let references = tallies.groups.map {
            $0.reference(noticeable: symptom.noticeableMicros, rateMin: symptom.least.rate)
        }
        entries.reserveCapacity(places.count)
        for place in places {
            let row = data.rows[Int(place)]
            guard let group = symptom.group(row, data.signs[Int(place)], data),
                let known = tallies.place(UInt64(group))
            else {
                continue
            }
            let reference = references[known]
            let micros = symptom.micros(row)
            let isBad: Bool
            if let micros, let limit = reference.limitMicros {
                isBad = Double(micros) > limit
            } else {
                isBad = symptom.isBad(row, data.signs[Int(place)])
            }
            let slot = data.slot(row)
            let usual = micros == nil ? 0 : reference.medianMicros
            entries.append(
                Entry(
                    row: place, slot: slot.map { UInt16($0) } ?? Self.before, isBad: isBad,
                    expected: Float(reference.rate),
                    excess: Float(max(0, Double(micros ?? row.micros) - usual) / 1e6)))
            if isBad, slot != nil { badCount += 1 }
        }
    }
}
