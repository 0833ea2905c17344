import Foundation
import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A file that others move, remove or write to while a store has it", .timeLimit(.minutes(15)))
struct FilePlaceTests {
    let folder: TemporaryDirectory
    let path: String
    let events = NIOLockedValueBox<[StoreEvent]>([])
    /// Done when the writer asks what time it is, which it does in the middle of a commit.
    let whenAsked = NIOLockedValueBox<(@Sendable () -> Void)?>(nil)

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func open() throws -> TelemetryStore {
        var options = StoreOptions.sealing(every: 4)
        options.retryDelayNanos = 100_000
        options.clock = { [whenAsked] in
            let action = whenAsked.withLockedValue { action in
                defer { action = nil }
                return action
            }
            action?()
            return .now()
        }
        return try TelemetryStore.open(path: path, options: options) { [events] event in
            events.withLockedValue { $0.append(event) }
        }
    }

    private func told(_ name: String) -> [String] {
        events.withLockedValue { $0 }.filter { $0.name == name }.map { event in
            event.fields.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
    }

    /// - Returns: nil when it was stored
    private func refusal(of number: UInt64, by store: TelemetryStore) async throws -> String? {
        do {
            try await store.append(
                Sample.request([Sample.span(trace: number, id: 1, startMillis: number * 1_000)]))
            return nil
        } catch let error as StoreError where error.isRetryable {
            return error.message
        }
    }

    private func store(_ numbers: ClosedRange<UInt64>, in store: TelemetryStore) async throws {
        for number in numbers {
            while try await refusal(of: number, by: store) != nil {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        await store.writer.settle()
    }

    private func traces(at path: String) throws -> [UInt64] {
        var found: [UInt64] = []
        try TelemetryReader(path: path).forEachView { view in
            for trace in try view.traceIDs() { found.append(trace.low) }
        }
        return found.sorted()
    }

    private func move(_ suffix: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path + suffix, toPath: other + suffix)
    }

    @Test("removed with its log: nothing is acknowledged into it, and a new one is made in its place")
    func removed() async throws {
        let store = try open()
        try await self.store(1...3, in: store)
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
        let refusal = try await refusal(of: 4, by: store)
        #expect(refusal?.contains("was removed or replaced") == true)
        try await self.store(4...9, in: store)
        #expect(told("store.file.other").count == 1)
        #expect(try traces(at: path) == [4, 5, 6, 7, 8, 9])
        await store.close()
        #expect(try DatabaseVerification(path: path).run().damages == [])
        #expect(try traces(at: path) == [4, 5, 6, 7, 8, 9])
    }

    @Test(
        "moved away, alone or with its log: all that was acknowledged is in it",
        arguments: [[""], ["", "-wal"], ["", "-wal", "-shm"]])
    func moved(suffixes: [String]) async throws {
        let store = try open()
        try await self.store(1...5, in: store)
        let other = folder.file("moved.db")
        for suffix in suffixes { try move(suffix, to: other) }
        try await self.store(6...9, in: store)
        await store.close()
        #expect(try traces(at: path) == [6, 7, 8, 9])
        #expect(try traces(at: other) == [1, 2, 3, 4, 5])
        for path in [path, other] { #expect(try DatabaseVerification(path: path).run().damages == []) }
    }

    @Test("replaced by another database: that one is written to from then on")
    func replaced() async throws {
        let other = folder.file("other.db")
        let second = try TelemetryStore.open(path: other)
        try await self.store(100...100, in: second)
        await second.close()
        let store = try open()
        try await self.store(1...5, in: store)
        #expect(rename(other, path) == 0)
        try await self.store(6...9, in: store)
        await store.close()
        #expect(try traces(at: path) == [6, 7, 8, 9, 100])
        #expect(try DatabaseVerification(path: path).run().damages == [])
    }

    @Test("its log removed: all that was acknowledged is in the file")
    func logRemoved() async throws {
        let store = try open()
        try await self.store(1...6, in: store)
        try FileManager.default.removeItem(atPath: path + "-wal")
        try await self.store(7...9, in: store)
        await store.close()
        #expect(try traces(at: path) == Array(1...9))
        #expect(told("store.commits.lost").isEmpty)
        #expect(try DatabaseVerification(path: path).run().damages == [])
    }

    @Test("its log removed in the middle of a commit: it is refused, and stored once when it comes again")
    func logRemovedDuringCommit() async throws {
        let store = try open()
        try await self.store(1...2, in: store)
        whenAsked.withLockedValue { [path] in $0 = { unlink(path + "-wal") } }
        #expect(try await refusal(of: 3, by: store) != nil)
        try await self.store(3...9, in: store)
        await store.close()
        #expect(try traces(at: path) == Array(1...9))
    }

    @Test(
        "moved away in the middle of a commit: it is refused, and stored in the new file when it comes again")
    func movedDuringCommit() async throws {
        let store = try open()
        try await self.store(1...2, in: store)
        let other = folder.file("moved.db")
        whenAsked.withLockedValue { [path] in $0 = { rename(path, other) } }
        #expect(try await refusal(of: 3, by: store) != nil)
        try await self.store(3...9, in: store)
        await store.close()
        #expect(try traces(at: path) == Array(3...9))
        #expect(try traces(at: other) == [1, 2, 3])
    }

    private func damage(_ body: (FileHandle) throws -> Void) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try body(file)
        try file.close()
    }

    @Test(
        "cut to any length: nothing is acknowledged any more, and the reason says so", arguments: [0, 1, 3])
    func cut(pages: UInt64) async throws {
        let store = try open()
        try await self.store(1...8, in: store)
        await store.writer.tick()
        await store.writer.settle()
        #expect(FileStatus.size(path) > 3 * 16_384)
        try damage { try $0.truncate(atOffset: pages * 16_384) }
        for number in 9...20 as ClosedRange<UInt64> {
            let refusal = try await refusal(of: number, by: store)
            #expect(refusal?.contains("was cut from") == true, "\(refusal ?? "stored")")
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(told("store.unavailable").first?.hasPrefix("cause=file") == true)
        await store.close()
    }

    @Test("overwritten with other bytes: nothing is acknowledged any more, and the reason says so")
    func overwritten() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let store = try open()
        try await self.store(1...8, in: store)
        await store.writer.tick()
        await store.writer.settle()
        let noise = Data(
            (0..<FileStatus.size(path)).map { _ in UInt8.random(in: 0 ... .max, using: &random) })
        try damage { try $0.write(contentsOf: noise) }
        for number in 9...20 as ClosedRange<UInt64> {
            let refusal = try await refusal(of: number, by: store)
            #expect(refusal != nil, "seed \(seed)")
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(told("store.available").isEmpty, "seed \(seed)")
        let last = try await refusal(of: 21, by: store)
        #expect(last?.contains("not a") == true, "\(last ?? "stored")")
        await store.close()
    }

    @Test("written to by another program that knows what it does: it is read anew, and goes on")
    func writtenTo() async throws {
        let store = try open()
        try await self.store(1...6, in: store)
        let other = try Connection(path: path, mode: .readWrite)
        try other.execute("DELETE FROM segment; DELETE FROM chunk")
        #expect(try await refusal(of: 7, by: store)?.contains("was written to by another program") == true)
        try await self.store(7...9, in: store)
        await store.close()
        #expect(try traces(at: path) == [5, 6, 7, 8, 9])
    }

    @Test("a log that was emptied: what was acknowledged and is gone is told")
    func logEmptied() async throws {
        let store = try open()
        try await self.store(1...3, in: store)
        await store.writer.tick()
        try await self.store(4...5, in: store)
        #expect(truncate(path + "-wal", 0) == 0)
        #expect(try await refusal(of: 6, by: store) != nil)
        while told("store.available").isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        #expect(told("store.commits.lost").count == 1)
        try await self.store(6...9, in: store)
        await store.close()
        #expect(try DatabaseVerification(path: path).run().damages == [])
    }

    @Test("touched by somebody: it goes on, and at last does not care any more")
    func touched() async throws {
        let store = try open()
        for number in 1...20 as ClosedRange<UInt64> {
            try await self.store(number...number, in: store)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(number))], ofItemAtPath: path)
        }
        await store.close()
        #expect(told("store.unavailable").count <= 8)
        #expect(try traces(at: path) == Array(1...20))
    }
}
