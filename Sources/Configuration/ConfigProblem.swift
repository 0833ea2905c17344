import Telemetry

/// Something that is wrong with a configuration file.
package struct ConfigProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package var position: ConfigPosition
    /// What is wrong and what to do: lower case, one line. Values that come from the environment or from other
    /// files are not in it.
    package var message: String

    package init(_ position: ConfigPosition, _ message: String) {
        self.position = position
        self.message = message
    }

    /// As compilers write it: `collector.yaml:3:5: unknown key`.
    /// Of a file that cannot be read the message names it.
    package var description: String { position.line > 0 ? "\(position): \(message)" : message }
}

/// Everything that is wrong with a configuration file, in the order of the file; never empty.
package struct ConfigProblems: Error, Hashable, Sendable, CustomStringConvertible {
    package var problems: [ConfigProblem]

    package init(_ problems: [ConfigProblem]) {
        self.problems = problems.sorted { $0.position < $1.position }
    }

    /// How many there are, and where.
    package var summary: String {
        let file = problems.first.map { DisplayText.quotable($0.position.file) } ?? ""
        return problems.count == 1 ? "1 problem in \(file)" : "\(problems.count) problems in \(file)"
    }

    /// A line a problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
