import Testing

@Suite("What answers about module requests are held to is tested, row by row")
struct AnalystTests {
    /// The rows that tests name.
    private static func tested() throws -> Set<String> {
        let name = /@Test\(\s*"((?:[^"\\]|\\.)*)"/
        let files = try SourceFile.allSwift().filter { $0.path.hasPrefix("Tests/") }
        return Set(files.flatMap { $0.text.matches(of: name).flatMap { AnalystRows.named(by: $0.1) } })
    }

    @Test("every row has a test that begins with its name, but those of what is not built yet")
    func everyRow() throws {
        let tested = try Self.tested()
        let missing = AnalystRows.all.filter { !tested.contains($0) && AnalystRows.later[$0] == nil }
        #expect(missing.isEmpty, "no test is named after \(missing.joined(separator: "; "))")
    }

    @Test("what has a test is not said to be missing, and no test names a row that there is not")
    func noOtherRow() throws {
        let tested = try Self.tested()
        let done = AnalystRows.later.keys.filter(tested.contains).sorted()
        #expect(done.isEmpty, "take \(done.joined(separator: "; ")) out of AnalystRows.later")
        let unknown = tested.subtracting(AnalystRows.all).sorted()
        #expect(unknown.isEmpty, "\(unknown.joined(separator: "; "))")
    }

    @Test(
        "rows are read from names",
        arguments: [
            ("slow class lock: of processes", ["slow class lock"]),
            ("lag L8, L9, L10: what nodes say", ["lag L8", "lag L9", "lag L10"]),
            ("lag guard 2: late is not slow: never", ["lag guard 2"]),
            ("cache result from Athens' trace shape: two", ["cache result from Athens' trace shape"]),
            ("attribute mapping net.host.port: a number", ["attribute mapping net.host.port"]),
            ("lagging nodes: none", []), ("nodes: who they are", []), ("no colon", []),
        ])
    func reading(name: String, rows: [String]) {
        #expect(AnalystRows.named(by: name) == rows)
    }
}
