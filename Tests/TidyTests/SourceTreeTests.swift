import Testing

@Suite("The source tree keeps the project's rules")
struct SourceTreeTests {
    @Test("only Telemetry/SQLite imports CSQLite")
    func sqliteStaysBehindItsWrapper() throws {
        try expectKept(Rules.sqliteStaysBehindItsWrapper)
    }

    @Test("a C library is imported by one file of a target", arguments: Rules.walledLibraries)
    func librariesStayBehindTheirWalls(library: String) throws {
        let holes = try Rules.holesInWall(of: library, in: SourceFile.allSwift())
        #expect(holes.isEmpty, "\(holes.joined(separator: "\n"))")
    }

    @Test("nothing is declared Sendable without the compiler's check")
    func noUncheckedSendable() throws {
        try expectKept(Rules.noUncheckedSendable)
    }

    @Test("locks are NIOLockedValueBox: ThreadSanitizer cannot see the standard library's mutex")
    func noStandardMutex() throws {
        try expectKept(Rules.noStandardMutex)
    }

    @Test("no state escapes isolation")
    func noUnsafeIsolation() throws {
        try expectKept(Rules.noUnsafeIsolation)
    }

    @Test("no task is detached")
    func noDetachedTask() throws {
        try expectKept(Rules.noDetachedTask)
    }

    @Test("an asynchronous stream says how much it buffers")
    func noUnboundedStream() throws {
        try expectKept(Rules.noUnboundedStream)
    }

    @Test("the programs hold no fatalError, try! or as!")
    func noCrash() throws {
        try expectKept(Rules.noCrash)
    }

    @Test("the programs unwrap nothing by force")
    func noForceUnwrap() throws {
        try expectKept(Rules.noForceUnwrap)
    }

    @Test("nothing is public: modules share by package access")
    func noPublic() throws {
        try expectKept(Rules.noPublic)
    }

    @Test("Telemetry says why where it imports Foundation")
    func foundationIsExplained() throws {
        try expectKept(Rules.foundationIsExplained)
    }

    @Test("no Swift file has more than 400 lines")
    func shortFiles() throws {
        try expectKept(Rules.shortFiles)
    }

    @Test("no function has more than 70 lines")
    func shortFunctions() throws {
        try expectKept(Rules.shortFunctions)
    }

    @Test("no file holds a note about work that is left")
    func nothingLeftToDo() throws {
        try expectKept(Rules.nothingLeftToDo, in: SourceFile.allText())
    }

    @Test("no file names a path of somebody's machine")
    func noPathOfOneMachine() throws {
        try expectKept(Rules.noPathOfOneMachine, in: SourceFile.allText())
    }

    @Test("scripts stop at the first failure")
    func scriptsStopAtFailures() throws {
        try expectKept(Rules.scriptsStopAtFailures, in: SourceFile.allText())
    }

    private func expectKept(_ rule: Rule) throws {
        try expectKept(rule, in: SourceFile.allSwift())
    }

    private func expectKept(_ rule: Rule, in files: [SourceFile]) throws {
        #expect(files.count > 20, "too few files were found: the search is broken")
        let violations = try rule.violations(in: files)
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }
}
