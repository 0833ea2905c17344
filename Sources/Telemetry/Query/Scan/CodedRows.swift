import OTLPModel

/// What the spans of a segment have for a key, as small numbers: each stands for a value, and spans with
/// the same number have equal values. Conditions and labels are worked out once for each number.
struct CodedRows {
    /// Values that codes stand for, one code after another.
    enum Part {
        case values([SpanValue])
        case texts(StringTable)
        /// Entries of a dictionary that are no texts.
        case encoded(StringTable, ValueType)
        case traces([TraceID])
        /// Parts of time, one after another.
        case periods(first: Int64, count: Int, nanos: Int64)

        var count: Int {
            switch self {
            case .values(let values): values.count
            case .texts(let table), .encoded(let table, _): table.count
            case .traces(let ids): ids.count
            case .periods(_, let count, _): count
            }
        }

        func value(_ index: Int) -> SpanValue {
            switch self {
            case .values(let values): return values[index]
            case .texts(let table): return .text(table.text(index))
            case .encoded(let table, let type):
                let value = AnyValue(type: type, bits: 0, bytes: Array(table[index]))
                return value.map { SpanValue($0) } ?? .missing
            case .traces(let ids): return .text(ids[index].hex)
            case .periods(let first, _, let nanos):
                let (start, overflow) = (first + Int64(index)).multipliedReportingOverflow(by: nanos)
                return .time(overflow ? .distantPast : UnixNanos(rawValue: start))
            }
        }

        func passes(_ test: ValueTest) -> [Bool] {
            if case .texts(let table) = self { return test.passes(table) }
            return (0..<count).map { test.passes(value($0)) }
        }
    }

    /// The code of spans that have no value.
    static let missing: UInt32 = 0

    /// By span. Code 0 is `missing`; the codes of the parts follow.
    var codes: [UInt32]
    var parts: [Part]

    var codeCount: Int { parts.reduce(1) { $0 + $1.count } }

    func value(of code: UInt32) -> SpanValue {
        var index = Int(code) - 1
        if index < 0 { return .missing }
        for part in parts {
            if index < part.count { return part.value(index) }
            index -= part.count
        }
        return .missing
    }

    /// The text of a value as UTF-8, without making one where a dictionary has it.
    func bytes(of code: UInt32) -> ArraySlice<UInt8> {
        var index = Int(code) - 1
        guard index >= 0 else { return [] }
        for part in parts {
            if index < part.count {
                if case .texts(let table) = part { return table[index] }
                return Array(part.value(index).text.utf8)[...]
            }
            index -= part.count
        }
        return []
    }

    /// By code: whether its value passes. What is missing never does.
    func passes(_ test: ValueTest) -> [Bool] { [false] + parts.flatMap { $0.passes(test) } }
}
