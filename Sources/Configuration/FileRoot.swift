/// The outermost part of the files about modules: sections, one of them a list.
package enum FileRoot {
    /// What a function makes of the items of the only section.
    /// - Throws: everything that is wrong with it
    package static func read<Value>(
        _ path: String, section: String, expected: String,
        _ items: ([ConfigNode], inout FieldReader) -> Value
    ) throws(ConfigProblems) -> Value {
        var reader = FieldReader()
        let fields = try fields(path, known: [section], needed: section, expected: expected, &reader)
        let nodes = fields[section].map { reader.items($0, of: section) } ?? []
        let value = items(nodes, &reader)
        try reader.finish()
        return value
    }

    /// The sections of a file, by name.
    ///
    /// - Parameters:
    ///   - needed: the section that has to be there
    ///   - other: the section that may be there in its place
    ///   - expected: what it has to be
    /// - Throws: what keeps the file from being read; all else is reported
    package static func fields(
        _ path: String, known: [String], needed: String, orElse other: String? = nil, expected: String,
        _ reader: inout FieldReader
    ) throws(ConfigProblems) -> [String: ConfigNode] {
        let root: ConfigNode?
        do throws(ConfigProblem) {
            root = try YAMLDocument.read(path)
        } catch {
            throw ConfigProblems([error])
        }
        guard let root else {
            reader.report(
                ConfigPosition(file: path, line: 1, column: 1),
                "the file is empty: write \(needed): and \(expected)")
            return [:]
        }
        let fields = reader.fields(root, of: "the file", known: known) ?? [:]
        if fields[needed] == nil, other.flatMap({ fields[$0] }) == nil, reader.problems.isEmpty {
            reader.report(root.position, "the file has no \(needed): write \(needed): and \(expected)")
        }
        return fields
    }
}
