import Telemetry

/// A number of bytes as somebody writes it: `67108864`, `64MiB`, `64MB`, `1GiB`.
package struct ByteCount: Hashable, Sendable, CustomStringConvertible {
    package var bytes: Int

    package init(_ bytes: Int) {
        self.bytes = bytes
    }

    /// Reads a whole number with a unit or without, in capitals or not.
    ///
    /// - Parameter option: whose value it is, for the message; nil where that says so itself
    /// - Throws: A `usage` error for everything else, also for a number too large to count.
    package init(parsing text: String, option: String? = nil) throws(CollectorError) {
        guard let bytes = ByteExpression.bytes(text) else { throw Self.invalid(text, option) }
        self.bytes = bytes
    }

    private static func invalid(_ text: String, _ option: String?) -> CollectorError {
        let subject = option.map { "\($0) is '\(LogLine.escaped(text))': " } ?? ""
        return CollectorError(
            .usage, subject + "give a number of bytes, or one with a unit: 67108864, 64MiB, 64MB, 1GiB")
    }

    /// With the largest binary unit that divides it.
    package var description: String {
        guard bytes > 0, bytes % (1 << 10) == 0 else { return String(bytes) }
        if bytes % (1 << 30) == 0 { return "\(bytes >> 30)GiB" }
        return bytes % (1 << 20) == 0 ? "\(bytes >> 20)MiB" : "\(bytes >> 10)KiB"
    }
}
