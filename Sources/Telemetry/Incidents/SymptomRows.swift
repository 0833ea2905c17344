/// Which requests may have a symptom, and which do: two bits for each row of the data.
struct SymptomRows: Sendable {
    private var isLookedAt: [UInt64]
    private var isBad: [UInt64]

    init(_ table: SymptomTable, rowCount: Int) {
        isLookedAt = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
        isBad = isLookedAt
        for entry in table.entries where entry.slot != SymptomTable.before {
            isLookedAt[Int(entry.row >> 6)] |= 1 << UInt64(entry.row & 63)
            if entry.isBad { isBad[Int(entry.row >> 6)] |= 1 << UInt64(entry.row & 63) }
        }
    }

    /// Gives the places of all rows of the window that may have it, and whether they do.
    func forEach(_ body: (_ place: Int, _ isBad: Bool) -> Void) {
        for word in isLookedAt.indices where isLookedAt[word] != 0 {
            var rest = isLookedAt[word]
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                body(word * 64 + bit, isBad[word] >> UInt64(bit) & 1 == 1)
                rest &= rest &- 1
            }
        }
    }
}
