import Testing

@Suite("What the receiver is held to is tested, row by row")
struct ConformanceTests {
    /// The rows that tests name.
    private static func tested() throws -> Set<String> {
        let name = /@Test\(\s*"((?:[^"\\]|\\.)*)"/
        let files = try SourceFile.allSwift().filter { $0.path.hasPrefix("Tests/") }
        return Set(files.flatMap { $0.text.matches(of: name).flatMap { ConformanceRows.named(by: $0.1) } })
    }

    @Test("every row has a test that begins with its name, but those of what is not built yet")
    func everyRow() throws {
        let tested = try Self.tested()
        let missing = ConformanceRows.all.filter { !tested.contains($0) && ConformanceRows.later[$0] == nil }
        #expect(missing.isEmpty, "no test is named after \(missing.joined(separator: ", "))")
    }

    @Test("what has a test is not said to be missing, and no test names a row that there is not")
    func noOtherRow() throws {
        let tested = try Self.tested()
        let done = ConformanceRows.later.keys.filter(tested.contains).sorted()
        #expect(done.isEmpty, "take \(done.joined(separator: ", ")) out of ConformanceRows.later")
        let unknown = tested.subtracting(ConformanceRows.all).sorted()
        #expect(unknown.isEmpty, "\(unknown.joined(separator: ", "))")
    }

    @Test(
        "rows are read from names",
        arguments: [
            ("A7: gzip", ["A7"]), ("E3, E5: names", ["E3", "E5"]),
            ("C9, hostile 75: full", ["C9", "hostile 75"]),
            ("hostile 63, 64 and 66: sums", ["hostile 63", "hostile 64", "hostile 66"]), ("G: sums", ["G"]),
            ("a name: no row", []), ("no colon", []), ("hostile: none", []),
        ])
    func reading(name: String, rows: [String]) {
        #expect(ConformanceRows.named(by: name) == rows)
    }
}
