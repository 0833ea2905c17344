/// A condition on a value, made for being asked about whole dictionaries.
package struct ValueTest: Hashable, Sendable {
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case contains = "~"
        case notContains = "!~"
        case atLeast = ">="
        case atMost = "<="
        case greater = ">"
        case less = "<"
    }

    package let comparison: Comparison
    /// What to compare with; `*` stands for any text with `=` and `!=`.
    package let operand: String
    /// The operand as a number; a duration in nanoseconds.
    let number: ExactNumber?
    private let bytes: [UInt8]

    /// - Returns: nil when the comparison needs a number and the operand is none
    package init?(_ comparison: Comparison, _ operand: String) {
        self.comparison = comparison
        self.operand = operand
        bytes = Array(operand.utf8)
        let number = ExactNumber(operand) ?? DurationExpression.nanoseconds(operand).map { .integer($0) }
        switch comparison {
        case .equal, .notEqual, .contains, .notContains: break
        case .atLeast, .atMost, .greater, .less: if number?.isNaN ?? true { return nil }
        }
        self.number = number?.isNaN ?? true ? nil : number
    }

    /// Whether the test compares numbers.
    var isNumeric: Bool {
        switch comparison {
        case .equal, .notEqual, .contains, .notContains: false
        case .atLeast, .atMost, .greater, .less: true
        }
    }

    /// - Returns: false when the operand is no number
    @inline(__always)
    func passes(number value: ExactNumber) -> Bool {
        guard let number else { return false }
        let place = value.place(to: number)
        guard let place else { return comparison == .notEqual }
        return switch comparison {
        case .atLeast: place >= 0
        case .atMost: place <= 0
        case .greater: place > 0
        case .less: place < 0
        case .equal: place == 0
        case .notEqual: place != 0
        case .contains, .notContains: false
        }
    }

    /// What is missing passes no test.
    func passes(_ value: SpanValue) -> Bool {
        if value == .missing { return false }
        if isNumeric { return value.exactNumber.map { passes(number: $0) } ?? false }
        switch value {
        case .integer, .decimal:
            // 200 and 200.0 are one number, whoever wrote it.
            if number != nil, comparison == .equal || comparison == .notEqual {
                return value.exactNumber.map { passes(number: $0) } ?? false
            }
        case .missing, .text, .bool, .time: break
        }
        var table = StringTable()
        table.append(Array(value.text.utf8))
        return passes(table)[0]
    }

    /// The outcome for each of many texts.
    func passes(_ texts: StringTable) -> [Bool] {
        switch comparison {
        case .equal, .notEqual:
            let wanted = comparison == .equal
            if bytes.contains(UInt8(ascii: "*")) {
                let pattern = GlobPattern(operand)
                return (0..<texts.count).map { pattern.matches(texts[$0]) == wanted }
            }
            let all = texts.bytes.span
            return (0..<texts.count).map { entry in
                let range = texts.range(entry)
                let isEqual =
                    range.count == bytes.count
                    && all.equals(at: range.lowerBound, bytes.span, at: 0, count: bytes.count)
                return isEqual == wanted
            }
        case .contains: return texts.entries(containing: bytes)
        case .notContains: return texts.entries(containing: bytes).map { !$0 }
        case .atLeast, .atMost, .greater, .less:
            return (0..<texts.count).map { entry in
                ExactNumber(texts.text(entry)).map { passes(number: $0) } ?? false
            }
        }
    }
}
