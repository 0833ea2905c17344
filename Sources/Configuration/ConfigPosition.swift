import Telemetry

/// Where something stands in a configuration file.
package struct ConfigPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As it was given on the command line.
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package static func < (left: ConfigPosition, right: ConfigPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    package var description: String { "\(DisplayText.quotable(file)):\(line):\(column)" }
}
