/// Why a time, a duration or a window on the command line cannot be used: a sentence for the user.
package struct TimeExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    init(unreadable text: String) {
        self.init(
            "cannot read '\(DisplayText.escaped(text))' as a time; accepted are \(TimeExpression.grammar)")
    }

    init(outside text: String) {
        self.init(
            "'\(DisplayText.escaped(text))' lies outside the years 1678 to 2261, which is what can be stored")
    }

    package var description: String { message }
}
