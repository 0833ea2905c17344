import Foundation

/// A text file of this repository.
struct SourceFile: Sendable {
    /// Relative to the repository's root, with `/` between folders.
    let path: String
    let text: String
    let lines: [Substring]
    /// The lines without comments and string literals, for rules about code; none unless it is Swift.
    let codeLines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        codeLines =
            path.hasSuffix(".swift")
            ? SwiftCode.withoutCommentsAndStrings(text)
                .split(separator: "\n", omittingEmptySubsequences: false) : []
    }

    /// Whether somebody wrote it by hand: generated code keeps no rules of ours.
    var isHandWritten: Bool {
        !path.hasPrefix("Sources/COTLP/generated/") && !path.hasPrefix("Sources/COTLP/include/")
    }
}

extension SourceFile {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All hand-written Swift files below `Sources` and `Tests`.
    static func allSwift() throws -> [SourceFile] {
        try everything.get().filter {
            $0.path.hasSuffix(".swift") && $0.isHandWritten
                && ($0.path.hasPrefix("Sources/") || $0.path.hasPrefix("Tests/"))
        }
    }

    /// All files that a reader of the repository sees, but the licence and what a fuzzer made up.
    static func allText() throws -> [SourceFile] {
        try everything.get()
    }

    /// Read once for all rules.
    private static let everything = Result { try readAll() }

    private static func readAll() throws -> [SourceFile] {
        let folders = ["Sources", "Tests", "docs", "scripts", "proto", ".ci", "Benchmarks", "config"]
        let files = ["Package.swift", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
        return try all(below: folders) + files.compactMap { try read($0) }
    }

    private static func all(below folders: [String]) throws -> [SourceFile] {
        var found: [SourceFile] = []
        for folder in folders {
            let names = FileManager.default.enumerator(
                atPath: root.appending(path: folder).path(percentEncoded: false))
            while let name = names?.nextObject() as? String {
                guard !name.contains("__pycache__"), !name.contains("/.build"), !name.hasPrefix(".build"),
                    !name.hasPrefix("Fuzz/Corpus/"), !name.hasPrefix("Fuzz/Findings/"),
                    let file = try read(folder + "/" + name)
                else { continue }
                found.append(file)
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// Nil for a folder, a file that is not there and one that is not text.
    private static func read(_ path: String) throws -> SourceFile? {
        let url = root.appending(path: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isFolder),
            !isFolder.boolValue
        else { return nil }
        guard let text = String(data: try Data(contentsOf: url), encoding: .utf8) else { return nil }
        return SourceFile(path: path, text: text)
    }
}
