import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Files that another program cuts while they are open", .timeLimit(.minutes(15)))
struct CutFileTests {
    /// Counts for a second or two, and only then reads what is stored.
    private static let patientQuestion = """
        WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 4000000)
        SELECT (SELECT count(*) FROM count), (SELECT count(*) FROM spans)
        """

    /// A request of one span.
    private static func body(_ trace: UInt64) -> [UInt8] {
        SampleRequest.body(
            traceID: SampleRequest.id(trace, count: 16), spanIDs: [SampleRequest.id(trace, count: 8)])
    }

    private static func cut(_ path: String, to bytes: Int = 0) throws {
        guard truncate(path, bytes) == 0 else { throw TestSupportError("cannot cut \(path)") }
    }

    /// Lets `traceq` ask, and does something as soon as it has the database open; again where it was faster.
    private func ask(
        _ database: Database, meanwhile work: @escaping @Sendable (ChildProcess) throws -> Void
    ) async throws -> FinishedProgram {
        for _ in 0..<20 {
            let process = try ChildProcess(
                BuiltProgram.traceq.path(), ["sql", Self.patientQuestion, "--db", database.path])
            // Not among the tasks of all tests, where it might wait for its turn.
            let isInTime = try await onOwnThread {
                Result {
                    while let maps = Self.maps(of: process) {
                        if maps.contains(database.path + "-shm") {
                            try work(process)
                            return true
                        }
                        usleep(1_000)
                    }
                    return false
                }
            }.get()
            let end = try await process.finish(within: .seconds(60))
            if isInTime { return end }
        }
        throw TestSupportError("traceq never has the database open for long enough")
    }

    /// What a program has in memory; nil when it has ended.
    private static func maps(of process: ChildProcess) -> String? {
        // Files of /proc have no size, so they are read until they end.
        guard let file = FileHandle(forReadingAtPath: "/proc/\(process.processID)/maps") else { return nil }
        defer { try? file.close() }
        let bytes = (try? file.readToEnd()) ?? nil
        return bytes.flatMap { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
    }

    @Test("the log's index: the collector says so and ends, and nothing is lost that it had acknowledged")
    func indexUnderCollector() async throws {
        let database = try Database()
        let end = try await Collector.running(on: database) { collector in
            try await collector.store(Self.body(1))
            try Self.cut(database.path + "-shm")
            // Nobody answers it.
            _ = try? await collector.post(Self.body(2))
            return try await collector.process.finish(within: .seconds(30))
        }
        #expect(end.status == .exited(3))
        let line = try #require(end.standardError.split(separator: "\n").last)
        #expect(line.contains(" error database.cut "), "\(end.standardError)")
        #expect(line.contains("path=\(database.path)-shm"))
        #expect(line.contains("cut by another program"))
        try await Collector.running(on: database) { collector in
            try await collector.store(Self.body(3))
            try await collector.stop()
        }
        #expect(try await database.spanCount() == 2)
        #expect(try await database.ask(["db", "verify"]).status == .exited(0))
    }

    /// A database whose spans are in the write-ahead log still.
    private func databaseWithLog() async throws -> Database {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            try await collector.store(Self.body(1))
            await collector.killAtOnce()
        }
        return database
    }

    @Test("the log's index: traceq says so, with the code for trouble with the database")
    func indexUnderReader() async throws {
        let database = try await databaseWithLog()
        let end = try await ask(database) { _ in try Self.cut(database.path + "-shm") }
        #expect(end.status == .exited(3))
        #expect(
            end.standardError
                == "traceq: \(database.path)-shm was cut by another program while it was read; ask again\n")
        let again = try await database.ask(["sql", "SELECT count(*) FROM spans", "--format", "csv"])
        #expect(try again.succeeded().standardOutput.contains("1"))
    }

    @Test(
        "the database itself: traceq gets an error and no signal, since it is not mapped",
        arguments: [0, 1, 3])
    func databaseUnderReader(pages: Int) async throws {
        let database = try Database()
        try await Collector.running(on: database) { collector in
            for trace in 1...20 as ClosedRange<UInt64> { try await collector.store(Self.body(trace)) }
            try await collector.stop()
        }
        let end = try await ask(database) { process in
            #expect(Self.maps(of: process)?.contains(database.path + "\n") == false)
            try Self.cut(database.path, to: pages * 16_384)
        }
        #expect(end.status == .exited(3), "\(end.standardError)\(end.standardOutput)")
        #expect(end.standardError.contains("traceq: "))
    }

    @Test("SIGBUS that has nothing to do with files of the database ends the programs as it always does")
    func otherFault() async throws {
        let database = try await databaseWithLog()
        let end = try await ask(database) { $0.send(SIGBUS) }
        #expect(end.status == .signalled(SIGBUS))
        try await Collector.running(on: database) { collector in
            collector.process.send(SIGBUS)
            #expect(await collector.process.exitStatus() == .signalled(SIGBUS))
        }
    }
}
