import Foundation

/// Something that no file of this repository may do.
struct Rule: Sendable {
    /// Which files it is about.
    var concerns: @Sendable (SourceFile) -> Bool
    /// The numbers of the lines that break it, the first line being 1.
    var brokenLines: @Sendable (SourceFile) throws -> [Int]

    /// Where the rule is broken, as `path:line: text`.
    func violations(in files: [SourceFile]) throws -> [String] {
        var found: [String] = []
        for file in files where concerns(file) {
            for number in try brokenLines(file) {
                found.append("\(file.path):\(number): \(file.lines[number - 1].prefix(120))")
            }
        }
        return found
    }

    /// Forbids a regular expression in code; comments and strings may say what they like.
    static func code(
        forbids pattern: String, in concerns: @escaping @Sendable (SourceFile) -> Bool = { _ in true }
    ) -> Rule {
        Rule(concerns: concerns) { try lines($0.codeLines, matching: pattern) }
    }

    /// Forbids a regular expression anywhere in a file.
    static func text(
        forbids pattern: String, in concerns: @escaping @Sendable (SourceFile) -> Bool = { _ in true }
    ) -> Rule {
        Rule(concerns: concerns) { try lines($0.lines, matching: pattern) }
    }

    private static func lines(_ lines: [Substring], matching pattern: String) throws -> [Int] {
        let expression = try NSRegularExpression(pattern: pattern)
        return lines.enumerated().compactMap { index, line in
            let text = String(line)
            let range = NSRange(location: 0, length: text.utf16.count)
            return expression.firstMatch(in: text, range: range) == nil ? nil : index + 1
        }
    }
}
