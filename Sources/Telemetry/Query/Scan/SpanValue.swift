import OTLPModel

/// The value of a `SpanKey`, as answers show it.
package enum SpanValue: Hashable, Sendable {
    /// The span has none.
    case missing
    case text(String)
    case bool(Bool)
    case integer(Int64)
    /// The bits of a floating-point number: equal bits are equal values.
    case decimal(UInt64)
    case time(UnixNanos)

    init(_ value: AnyValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .integer(number)
        case .double(let number): self = .decimal(number.bitPattern)
        case .empty, .array, .keyValueList, .bytes: self = .text(value.summaryText)
        }
    }

    /// For comparisons with text; empty for what is missing.
    var text: String {
        switch self {
        case .missing: ""
        case .text(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .decimal(let bits): Double(bitPattern: bits).description
        case .time(let time): time.rfc3339
        }
    }

    /// As a number; nil for what is none. Emitters write numbers as text, too.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let bits): Double(bitPattern: bits)
        case .text(let text): Double(text)
        case .missing, .bool, .time: nil
        }
    }

    /// The same without rounding.
    var exactNumber: ExactNumber? {
        switch self {
        case .integer(let number): .integer(number)
        case .decimal(let bits): ExactNumber(Double(bitPattern: bits))
        case .text(let text): ExactNumber(text)
        case .missing, .bool, .time: nil
        }
    }

    private var rank: Int {
        switch self {
        case .missing: 4
        case .time: 0
        case .bool, .integer, .decimal: 1
        case .text: 2
        }
    }
}

extension SpanValue: Comparable {
    /// Times, then numbers, then texts, then what is missing.
    package static func < (left: SpanValue, right: SpanValue) -> Bool {
        switch (left, right) {
        case (.time(let left), .time(let right)): return left < right
        case (.text(let left), .text(let right)):
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.integer(let left), .integer(let right)): return left < right
        default:
            if left.rank != right.rank { return left.rank < right.rank }
            if let left = left.number, let right = right.number, left != right { return left < right }
            return left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        }
    }
}
