/// A few lines of Swift, and the rule that they break or keep.
struct Sample: Sendable, CustomStringConvertible {
    var rule: Rule
    var file: SourceFile

    init(_ rule: Rule, _ text: String, at path: String = "Sources/Telemetry/Query/Sample.swift") {
        self.rule = rule
        file = SourceFile(path: path, text: text)
    }

    var description: String {
        file.text.split(separator: "\n").first.map(String.init) ?? "empty"
    }

    static let broken = [
        Sample(Rules.sqliteStaysBehindItsWrapper, "import CSQLite\n"),
        Sample(Rules.sqliteStaysBehindItsWrapper, "internal import CSQLite\n", at: "Sources/traceq/A.swift"),
        Sample(Rules.noUncheckedSendable, "final class A: @unchecked Sendable {}\n"),
        Sample(Rules.noStandardMutex, "let state = Mutex<Int>(0)\n"),
        Sample(Rules.noStandardMutex, "let state = Mutex(0)\n"),
        Sample(Rules.noUnsafeIsolation, "nonisolated(unsafe) var a = 0\n"),
        Sample(Rules.noDetachedTask, "Task.detached { await work() }\n"),
        Sample(Rules.noDetachedTask, "Task<Void, Never>.detached { }\n"),
        Sample(Rules.noUnboundedStream, "let (a, b) = AsyncStream<Int>.makeStream()\n"),
        Sample(Rules.noUnboundedStream, "let a = AsyncStream.makeStream(of: Int.self)\n"),
        Sample(Rules.noCrash, "default: fatalError(\"cannot be\")\n"),
        Sample(Rules.noCrash, "let a = try! read()\n"),
        Sample(Rules.noCrash, "let a = b as! Int\n"),
        Sample(Rules.noForceUnwrap, "let a = list.first!\n"),
        Sample(Rules.noForceUnwrap, "let a = call()!.name\n"),
        Sample(Rules.noForceUnwrap, "let a = table[key]!\n"),
        Sample(Rules.noForceUnwrap, "var a: String!\n"),
        Sample(Rules.noPublic, "public struct A {}\n"),
        Sample(Rules.noPublic, "    open func a() {}\n"),
        Sample(Rules.foundationIsExplained, "import Foundation\n"),
        Sample(Rules.nothingLeftToDo, "// TO" + "DO: the rest\n"),
        Sample(Rules.nothingLeftToDo, "// FIX" + "ME\n"),
        Sample(Rules.noPathOfOneMachine, "let a = \"/" + "home/ann/a\"\n"),
        Sample(Rules.noPathOfOneMachine, "See /" + "Users/ann/notes.\n", at: "docs/a.md"),
        Sample(Rules.scriptsStopAtFailures, "#!/usr/bin/env bash\necho a\n", at: "scripts/a"),
    ]

    static let kept = [
        Sample(Rules.sqliteStaysBehindItsWrapper, "import CSQLite\n", at: "Sources/Telemetry/SQLite/A.swift"),
        Sample(Rules.noStandardMutex, "let state = NIOLockedValueBox(0)\n"),
        Sample(Rules.noUnboundedStream, "let a = AsyncStream<Int>.makeStream(bufferingPolicy: .unbounded)\n"),
        Sample(
            Rules.noUnboundedStream,
            "let a = AsyncStream<Int>(\n    bufferingPolicy: .bufferingNewest(1)) {\n"),
        Sample(Rules.noUnboundedStream, "func next() -> AsyncStream<Int> {\n"),
        Sample(Rules.noForceUnwrap, "if !isReady, a != b { return !c }\n"),
        Sample(Rules.noForceUnwrap, "let text = \"done!\" // at last!\n"),
        Sample(Rules.noCrash, "/// Never calls fatalError().\n"),
        Sample(Rules.noPublic, "package struct A { let isPublic = true }\n"),
        Sample(Rules.noPublic, "let open = 3\n"),
        Sample(Rules.foundationIsExplained, "// Decoding JSON needs it.\nimport Foundation\n"),
        Sample(Rules.nothingLeftToDo, "let todoList = 1\n"),
        Sample(Rules.noPathOfOneMachine, "let a = \"/var/lib/traceq/telemetry.db\"\n"),
        Sample(Rules.scriptsStopAtFailures, "#!/usr/bin/env bash\nset -euo pipefail\n", at: "scripts/a"),
    ]
}
