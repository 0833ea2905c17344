import Telemetry

/// Where something stands in a configuration file.
package struct ConfigPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As it was given on the command line.
    package var file: String
    /// From 1; 0 for the file as a whole, which cannot be read.
    package var line: Int
    /// From 1, in Unicode scalars; 0 for the file as a whole.
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// Of a file that cannot be read, no place can be told.
    package init(file: String) { self.init(file: file, line: 0, column: 0) }

    package static func < (left: ConfigPosition, right: ConfigPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    package var description: String {
        let name = DisplayText.quotable(file)
        return line > 0 ? "\(name):\(line):\(column)" : name
    }
}
