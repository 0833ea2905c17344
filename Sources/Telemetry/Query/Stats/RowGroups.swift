/// Numbers the groups that the rows of one segment fall into: 0, 1, 2 … in the order of their first rows.
struct RowGroups {
    /// Up to so many combinations of codes are looked up in an array, above in a hash table.
    private static let denseMax = 1 << 20
    private static let none = UInt32.max

    /// By position in the rows that were asked about: the group.
    private(set) var groups: [UInt32]
    /// By group: its code for each key.
    private(set) var codes: [[UInt32]]

    /// One group of all rows.
    init(rowCount: Int) {
        groups = [UInt32](repeating: 0, count: rowCount)
        codes = rowCount == 0 ? [] : [[]]
    }

    /// Splits the groups by another key.
    /// - Parameters:
    ///   - coded: what the segment has for the key; nil when no span has it
    ///   - rows: which rows the positions stand for; nil when it is all
    mutating func split(by coded: CodedRows?, rows: [UInt32]?) {
        guard let coded else {
            for group in codes.indices { codes[group].append(CodedRows.missing) }
            return
        }
        let codeCount = coded.codeCount
        var split: [(group: UInt32, code: UInt32)] = []
        if codes.count <= Self.denseMax / max(codeCount, 1) {
            splitDensely(coded.codes, codeCount, rows, &split)
        } else {
            var known: [UInt64: UInt32] = [:]
            for position in groups.indices {
                let code = coded.codes[rows.map { Int($0[position]) } ?? position]
                let pair = UInt64(groups[position]) << 32 | UInt64(code)
                if known[pair] == nil {
                    known[pair] = UInt32(split.count)
                    split.append((groups[position], code))
                }
                groups[position] = known[pair] ?? 0
            }
        }
        codes = split.map { codes[Int($0.group)] + [$0.code] }
    }

    private mutating func splitDensely(
        _ allCodes: [UInt32], _ codeCount: Int, _ rows: [UInt32]?,
        _ split: inout [(group: UInt32, code: UInt32)]
    ) {
        var table = [UInt32](repeating: Self.none, count: codes.count * codeCount)
        var numbers = table.mutableSpan
        var target = groups.mutableSpan
        let allCodes = allCodes.span
        let list = rows ?? []
        let chosen = list.span
        let isAll = rows == nil
        for position in target.indices {
            let code = allCodes[isAll ? position : Int(chosen[position])]
            let place = Int(target[position]) &* codeCount &+ Int(code)
            if numbers[place] == Self.none {
                numbers[place] = UInt32(split.count)
                split.append((target[position], code))
            }
            target[position] = numbers[place]
        }
    }
}
