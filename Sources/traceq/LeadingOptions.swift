/// Lets people write options before the command, where habit puts them, as well as after it.
///
/// `traceq --since 1h slowest` is read as `traceq slowest --since 1h`. Options that the command does not
/// have are still refused, by the command.
package enum LeadingOptions {
    /// Options that take a value and that some command has.
    private static let withValue: Set<String> = [
        "--db", "--format", "--color", "--tz", "--width", "--since", "--until", "--limit", "-n", "--service",
        "--node", "--name", "--min-duration", "--output", "-o", "--compress", "--trace", "--to", "--timeout",
        "--max-rows", "--by", "--per", "--where", "--ratio", "--sort", "--signal",
        "--goproxy", "--goprivate", "--gonoproxy", "--gonosumdb", "--gosumdb", "--label", "--mirrors",
        "--routes",
        "--ended", "--module", "--kind", "--proxy", "--region", "--upstream", "--class", "--file",
        "--window", "--baseline", "--private", "--incident", "--redact", "--objectives", "--verify",
    ]
    private static let flags: Set<String> = [
        "--json", "--no-color", "--attributes", "--tables", "--schema", "--exact", "--approximate",
        "--force", "--skip-bad", "--no-redact", "--list",
    ]

    package static func movedBehindCommand(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        var moved: [String] = []
        while let first = rest.first {
            let name = first.split(separator: "=", maxSplits: 1).first.map(String.init) ?? first
            if flags.contains(first) || (withValue.contains(name) && name != first) {
                moved.append(first)
                rest = rest.dropFirst()
            } else if withValue.contains(first), rest.count > 1 {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        // Without a command there is nothing to move behind: the parser says what is missing.
        guard let command = rest.first, !command.hasPrefix("-") else { return arguments }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest[..<end] + moved + rest[end...]
    }
}
