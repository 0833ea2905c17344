/// A condition on spans: what `--where` says.
package struct SpanPredicate: Hashable, Sendable {
    package let key: SpanKey
    package let test: ValueTest

    package init(_ key: SpanKey, _ test: ValueTest) {
        self.key = key
        self.test = test
    }

    /// How conditions are written, for help and errors.
    package static let grammar =
        "key=value, key!=value, key~part, key!~part, key>number, key>=number, key<number or key<=number"

    /// Reads `http.route=/a/*`, `duration>250ms`, `url.path~raft`.
    /// - Throws: `PredicateError` that says where the text stops making sense
    package init(parsing text: String) throws(PredicateError) {
        let bytes = Array(text.utf8)
        let signs = Array("=!~<>".utf8)
        guard let start = bytes.firstIndex(where: { signs.contains($0) }) else {
            throw PredicateError(text, at: bytes.count, "a comparison is missing; write \(Self.grammar)")
        }
        let name = trimmingSpaces(String(decoding: bytes[..<start], as: UTF8.self))
        guard !name.isEmpty else {
            throw PredicateError(text, at: 0, "a key is missing before the comparison; write \(Self.grammar)")
        }
        let rest = String(decoding: bytes[start...], as: UTF8.self)
        // Longer signs first: `>=` is not `>` and a value that begins with `=`.
        let comparison = ValueTest.Comparison.allCases.filter { rest.hasPrefix($0.rawValue) }.max {
            $0.rawValue.utf8.count < $1.rawValue.utf8.count
        }
        guard let comparison else {
            throw PredicateError(text, at: start, "no comparison begins so; write \(Self.grammar)")
        }
        var operand = String(rest.dropFirst(comparison.rawValue.count))
        if operand.first == " " { operand = trimmingSpaces(operand) }
        key = SpanKey(name)
        let valueStart = start + comparison.rawValue.utf8.count
        if let words = key.words, !operand.contains("*"), comparison == .equal || comparison == .notEqual {
            operand = operand.lowercased()
            guard words.contains(operand) || Int32(operand) != nil else {
                throw PredicateError(
                    text, at: valueStart, "\(name) is one of \(words.joined(separator: ", "))")
            }
        }
        guard let test = ValueTest(comparison, operand) else {
            throw PredicateError(
                text, at: valueStart,
                "\(comparison.rawValue) needs a number, or a duration like 250ms")
        }
        if key == .duration, test.number == nil || comparison == .contains || comparison == .notContains {
            throw PredicateError(text, at: valueStart, "duration needs a duration like 250ms")
        }
        self.test = test
    }
}
