import Foundation
import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The write-ahead log", .timeLimit(.minutes(15)))
struct LogLengthTests {
    @Test("stays short while readers come and go without a gap, and everything is stored")
    func readersWithoutGap() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("telemetry.db")
        var options = StoreOptions.sealing(every: 4)
        options.logBytesMax = 1 << 20
        options.durability = .process
        let store = try TelemetryStore.open(path: path, options: options)
        try await store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        let isDone = NIOLockedValueBox(false)
        // Three readers whose transactions overlap: at each moment at least one is open.
        async let readers = withTaskGroup(of: String?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await onOwnThread {
                        do {
                            while !isDone.withLockedValue({ $0 }) { try Self.readForAWhile(path) }
                            return nil
                        } catch {
                            return "\(error)"
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var random = SeededGenerator(seed: 1)
        var largest: Int64 = 0
        for number in 2...400 as ClosedRange<UInt64> {
            let noise = (0..<50_000).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            let span = Sample.span(trace: number, id: 1, attributes: [KeyValue("noise", .bytes(noise))])
            #expect(try await store.append(Sample.request([span])) == .stored)
            largest = max(largest, FileStatus.size(path + "-wal"))
        }
        isDone.withLockedValue { $0 = true }
        #expect(await readers == [nil, nil, nil])
        await store.close()
        #expect(try TelemetryReader(path: path).info().spans == 400)
        // Some 70 MiB go through it: it began anew at least once, more often where readers are not kept waiting for
        // a processor by other tests.
        #expect(largest < 32 << 20, "\(largest) bytes")
    }

    @Test("is not waited for again and again while a reader stays")
    func longReader() {
        var upkeep = Upkeep()
        var now: MonotonicNanos = 0
        var waited: MonotonicNanos = 0
        // Ten minutes.
        while now < 600_000_000_000 {
            waited += MonotonicNanos(upkeep.logWaitMillis) * 1_000_000
            now += MonotonicNanos(upkeep.logWaitMillis) * 1_000_000
            upkeep.waitedForLogInVain(now: now, logBytes: 1_000)
            now = upkeep.nextLogWait
        }
        #expect(waited < now / 25)
        #expect(upkeep.nextLogWait - now <= 60_000_000_000)
        upkeep.logBeganAnew()
        #expect(upkeep.logWaitMillis == Upkeep.logWaitMillisMin)
        upkeep.waitedForLogInVain(now: 0, logBytes: 1_000)
        #expect(upkeep.nextLogWait < 1_000_000_000)
    }

    @Test("is moved into the file after a megabyte by a writer that has time, and not by a busy one")
    func moving() {
        var upkeep = Upkeep()
        func moves(_ pages: Int, atMillis millis: Double) -> Bool {
            upkeep.mayMoveLog(pagesWritten: pages, now: MonotonicNanos(millis * 1e6))
        }
        let decisions = [
            (63, 100.0, false), (64, 100, true), (127, 119.9, false), (128, 119.9, false),
            (191, 139.9, false), (192, 139.9, true),
            // The file was opened anew.
            (5, 160, false), (64, 160, true),
        ].map { pages, millis, expected in moves(pages, atMillis: millis) == expected }
        #expect(decisions.allSatisfy { $0 }, "\(decisions)")
    }

    @Test("is waited for before its time when it has grown by half")
    func growth() {
        var upkeep = Upkeep()
        upkeep.waitedForLogInVain(now: 0, logBytes: 1_000)
        #expect(!upkeep.mayWaitForLog(now: upkeep.nextLogWait - 1, logBytes: 1_499))
        #expect(upkeep.mayWaitForLog(now: upkeep.nextLogWait - 1, logBytes: 1_500))
        #expect(upkeep.mayWaitForLog(now: upkeep.nextLogWait, logBytes: 1_000))
        upkeep.logBeganAnew()
        #expect(!upkeep.mayWaitForLog(now: upkeep.nextLogWait - 1, logBytes: 1_500))
    }

    private static func readForAWhile(_ path: String) throws {
        let connection = try Connection(path: path, mode: .readOnly)
        try connection.execute("BEGIN")
        _ = try connection.integer("SELECT count(*) FROM chunk")
        Thread.sleep(forTimeInterval: 0.03)
        _ = try connection.integer("SELECT sum(length(data)) FROM chunk")
        try connection.execute("COMMIT")
    }
}
