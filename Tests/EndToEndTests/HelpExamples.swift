import TestSupport

/// The examples that stand in `--help`.
struct HelpExamples {
    /// What comes after `traceq`.
    let command: [String]
    /// Without the words beside them.
    let lines: [String]

    /// Those of all commands, of `traceq` itself first.
    static func all() async throws -> [HelpExamples] {
        var found: [HelpExamples] = []
        var open: [[String]] = [[]]
        while let command = open.popLast() {
            let help = try await FinishedProgram.run(BuiltProgram.traceq.path(), command + ["--help"])
                .succeeded().standardOutput
            found.append(HelpExamples(command: command, lines: examples(in: help)))
            open += subcommands(in: help).map { command + [$0] }
        }
        return found
    }

    private static func examples(in help: String) -> [String] {
        section(after: "EXAMPLES", of: help).map { line in
            let text = line.drop { $0 == " " }
            return String(text.firstRange(of: "  ").map { text[..<$0.lowerBound] } ?? text)
        }
    }

    private static func subcommands(in help: String) -> [String] {
        section(after: "SUBCOMMANDS:", of: help).compactMap { line in
            // What is said of them goes on further right.
            guard line.hasPrefix("  "), !line.hasPrefix("   ") else { return nil }
            return line.split(separator: " ").first.map { String($0) }
        }
    }

    private static func section(after heading: String, of help: String) -> [Substring] {
        help.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != heading }.dropFirst()
            .prefix { !$0.isEmpty }.map { $0 }
    }
}
