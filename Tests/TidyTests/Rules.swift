/// The rules of this repository; CONTRIBUTING.md says why.
///
/// Words that a rule forbids in every file are put together here, so that this file keeps it too.
enum Rules {
    static let sqliteStaysBehindItsWrapper = Rule.code(
        forbids: #"\bimport\s+CSQLite\b"#, in: { !$0.path.hasPrefix("Sources/Telemetry/SQLite/") })

    /// Libraries whose pointers stay in the files of one type of each target that uses them, behind types that do not
    /// outlive the memory.
    static let walledLibraries = ["CZstd", "CDeflate", "CZlib", "CProtobufC", "COTLP"]

    /// Of each target, the files that import a library where there are several.
    static func holesInWall(of library: String, in files: [SourceFile]) throws -> [String] {
        let importing = Rule.code(forbids: #"\bimport\s+\#(library)\b"#)
        let importers = try files.filter { try !importing.violations(in: [$0]).isEmpty }
        let byTarget = Dictionary(grouping: importers) { $0.path.split(separator: "/").prefix(2).joined() }
        // A type may have several files: `Type+Aspect.swift`.
        return byTarget.values.filter { files in Set(files.map { $0.path.prefix { $0 != "+" } }).count > 1 }
            .flatMap { $0.map(\.path) }.sorted()
    }

    static let noUncheckedSendable = Rule.code(forbids: #"@unchecked\s+Sendable"#)
    static let noStandardMutex = Rule.code(forbids: #"\bMutex\s*[<(]"#)
    static let noUnsafeIsolation = Rule.code(forbids: #"nonisolated\s*\(\s*unsafe\s*\)"#)
    static let noDetachedTask = Rule.code(forbids: #"\bTask\s*(<[^>]*>)?\s*\.\s*detached\b"#)
    static let noUnboundedStream = Rule(
        concerns: { _ in true },
        brokenLines: { file in
            let lines = file.codeLines
            let made = Rule.code(forbids: #"\bAsync(Throwing)?Stream\b(<[^>]*>)?(\s*\.makeStream)?\s*\("#)
            return try made.brokenLines(file).filter { number in
                !lines[(number - 1)..<min(number + 2, lines.count)].contains {
                    $0.contains("bufferingPolicy")
                }
            }
        })
    static let noCrash = Rule.code(forbids: #"\bfatalError\s*\(|\btry!|\bas!"#, in: isProduct)
    static let noForceUnwrap = Rule.code(forbids: #"[\p{L}\p{N}_)\]}"]!(?!=)"#, in: isProduct)
    static let noPublic = Rule.code(forbids: #"(^|\s)(public|open)\s+(\w|@)"#)
    static let nothingLeftToDo = Rule.text(forbids: #"\b(TO"# + #"DO|FIX"# + #"ME|XX"# + #"X)\b"#)
    static let noPathOfOneMachine = Rule.text(
        forbids: #"(^|[\s"'`(=:])/"# + #"(home/\w|Users/\w|root/|wo"# + #"rk/)"#)
    static let foundationIsExplained = Rule(
        concerns: { $0.path.hasPrefix("Sources/Telemetry/") },
        brokenLines: { file in
            file.lines.indices.filter { index in
                file.lines[index].hasSuffix("import Foundation")
                    && (index == 0 || !file.lines[index - 1].hasPrefix("//"))
            }.map { $0 + 1 }
        })

    /// Long enough for one idea; what is longer holds two.
    static let shortFiles = Rule(
        concerns: { _ in true },
        brokenLines: { $0.lines.count > 401 ? [401] : [] })

    static let shortFunctions = Rule(
        concerns: { _ in true },
        brokenLines: { FunctionLength.tooLong(in: $0, limit: 70) })

    /// A script that goes on after a failed command says "done" when nothing is.
    static let scriptsStopAtFailures = Rule(
        concerns: { $0.text.hasPrefix("#!/usr/bin/env bash") },
        brokenLines: { $0.lines.contains("set -euo pipefail") ? [] : [1] })

    private static let isProduct: @Sendable (SourceFile) -> Bool = { $0.path.hasPrefix("Sources/") }
}
