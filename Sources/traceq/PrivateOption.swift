import ArgumentParser
import Telemetry

/// Which modules are private, as an option says.
struct PrivateOption: ParsableArguments {
    @Option(
        name: .customLong("private"),
        help: ArgumentHelp(
            "Patterns of private modules, as GOPRIVATE has them, separated by commas.", valueName: "patterns")
    )
    var patterns: String?

    /// Nil without the option.
    ///
    /// - Throws: `CommandFailure` for a pattern that the go command finds in no module
    func list() throws(CommandFailure) -> ModulePatternList? {
        try patterns.map { (patterns) throws(CommandFailure) in try Self.list(patterns, named: "--private") }
    }

    /// - Parameter name: the option that has the patterns
    /// - Throws: `CommandFailure` for a pattern that the go command finds in no module
    static func list(_ patterns: String, named name: String) throws(CommandFailure) -> ModulePatternList {
        let list = ModulePatternList(patterns)
        guard !list.isEmpty else {
            throw CommandFailure(
                .usage, "\(name) names no module; give patterns like git.example.com,*.corp.example.com")
        }
        for pattern in list.patterns where !pattern.isEmpty {
            let text = DisplayText.escaped(pattern.shownText)
            if pattern.text.contains("://") {
                throw CommandFailure(
                    .usage, "\(name) has '\(text)'; module paths have no scheme: write it without https://")
            }
            if pattern.isSpaced {
                throw CommandFailure(
                    .usage,
                    "\(name) has '\(text)'; the space is part of the pattern for the go command: take it out"
                )
            }
            if pattern.isBroken {
                throw CommandFailure(
                    .usage,
                    "\(name) has '\(text)', a broken pattern that matches nothing; close the bracket, or write "
                        + "\\ before a character that is meant itself")
            }
        }
        return list
    }
}
