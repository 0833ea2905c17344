import TestSupport
import Testing

@testable import Telemetry

/// As SQLite tests itself: the first operation fails, then the second, … until a run meets no failure any more.
@Suite("The store on a disk that fails", .serialized, .timeLimit(.minutes(15)))
struct DiskFaultTests {
    typealias Fault = FaultyDisk.Fault

    static let passingFaults = [
        Fault("a write fails", .write, .once, code: Fault.writeError),
        Fault("the disk is full once", .write, .once, code: Fault.full),
        Fault("half a write", .write, .halfAWrite, code: Fault.writeError),
        Fault("half a write on a full disk", .write, .halfAWrite, code: Fault.full),
        Fault("a sync fails", .sync, .once, code: Fault.syncError),
        Fault("a truncation fails", .truncate, .once, code: Fault.truncateError),
        Fault("a read fails", .read, .once, code: Fault.readError),
    ]

    static let lastingFaults = [
        Fault("all writes fail", .write, .fromThenOn, code: Fault.writeError),
        Fault("the disk is full", [.write, .truncate], .fromThenOn, code: Fault.full),
        Fault("all syncs fail", .sync, .fromThenOn, code: Fault.syncError),
        Fault("all reads fail", .read, .fromThenOn, code: Fault.readError),
        Fault(
            "nothing works", [.read, .write, .sync, .truncate, .sharedMemory, .open], .fromThenOn,
            code: Fault.writeError),
    ]

    /// - Parameter run: one life with the n-th operation failing; returns whether it failed
    /// - Returns: how many failed
    private func untilNoneFails(_ run: (Int, String) async throws -> Bool) async throws -> Int {
        let folder = try TemporaryDirectory()
        var nth = 1
        while try await run(nth, folder.file("\(nth)/telemetry.db")) { nth += 1 }
        return nth - 1
    }

    @Test(
        "goes on by itself after each single failure, and every span is there once", arguments: passingFaults)
    func single(fault: Fault) async throws {
        let failures = try await untilNoneFails { nth, path in
            let comment = Comment(rawValue: "\(fault.testDescription), number \(nth)")
            var run = FaultRun(path: path)
            let store = try run.open()
            run.disk.arm(fault, nth: nth)
            await run.sendAll(to: store)
            // Readers read from the same disk.
            if !fault.operations.contains(.read) { try await run.expectReadable(comment) }
            await store.close()
            let hasFailed = run.disk.lift()
            try await run.expectWhole(comment)
            return hasFailed
        }
        #expect(failures >= fault.placesMin)
        print("disk faults: \(fault.testDescription): \(failures) places")
    }

    @Test(
        "refuses for as long as a failure lasts, lets readers read, and goes on afterwards",
        arguments: lastingFaults)
    func whileItLasts(fault: Fault) async throws {
        let failures = try await untilNoneFails { nth, path in
            let comment = Comment(rawValue: "\(fault.testDescription), from number \(nth) on")
            var run = FaultRun(path: path)
            let store = try run.open()
            run.disk.arm(fault, nth: nth)
            for _ in 0..<2 { await run.sendOnce(to: store, requests: 1...FaultRun.requestCount) }
            if fault.operations.isDisjoint(with: [.open, .read]) { try await run.expectReadable(comment) }
            let hasFailed = run.disk.lift()
            await run.sendAll(to: store)
            try await run.expectReadable(comment)
            await store.close()
            try await run.expectWhole(comment)
            return hasFailed
        }
        #expect(failures >= fault.placesMin)
        print("disk faults: \(fault.testDescription): \(failures) places")
    }

    @Test("dies in the middle of any write, and the next start has every acknowledged span once")
    func death() async throws {
        let fault = Fault("death", .write, .death, code: Fault.writeError)
        let failures = try await untilNoneFails { nth, path in
            let comment = Comment(rawValue: "death at write \(nth)")
            var run = FaultRun(path: path)
            var store = try run.open()
            run.disk.arm(fault, nth: nth)
            await run.sendOnce(to: store, requests: 1...FaultRun.requestCount)
            await store.close()
            let hasFailed = run.disk.lift()
            try await run.expectWhole(comment)
            store = try run.open()
            await run.sendAll(to: store)
            await store.close()
            try await run.expectWhole(comment)
            return hasFailed
        }
        #expect(failures >= fault.placesMin)
    }

    @Test("loses nothing acknowledged when the power fails at any write")
    func powerCut() async throws {
        let seed = UInt32.random(in: 0..<1_000_000)
        let fault = Fault("power cut", .write, .death, code: Fault.writeError)
        let failures = try await untilNoneFails { nth, path in
            let comment = Comment(rawValue: "power cut at write \(nth), seed \(seed)")
            var run = FaultRun(path: path)
            var store = try run.open()
            run.disk.arm(fault, nth: nth)
            await run.sendOnce(to: store, requests: 1...FaultRun.requestCount)
            await store.close()
            let hasFailed = run.disk.lift()
            run.disk.cutPower(seed: seed &* 1_000 &+ UInt32(nth))
            try await run.expectWhole(comment)
            store = try run.open()
            await run.sendAll(to: store)
            await store.close()
            try await run.expectWhole(comment)
            return hasFailed
        }
        #expect(failures >= fault.placesMin)
    }

    @Test("loses nothing acknowledged when the power fails after a sync that failed")
    func powerCutAfterFailedSync() async throws {
        let seed = UInt32.random(in: 0..<1_000_000)
        let fault = Fault("a sync fails", .sync, .once, code: Fault.syncError)
        let failures = try await untilNoneFails { nth, path in
            let comment = Comment(rawValue: "sync \(nth), seed \(seed)")
            var run = FaultRun(path: path)
            let store = try run.open()
            run.disk.arm(fault, nth: nth)
            await run.sendAll(to: store)
            let hasFailed = run.disk.lift()
            run.disk.die()
            await store.close()
            run.disk.lift()
            run.disk.cutPower(seed: seed &* 1_000 &+ UInt32(nth))
            try await run.expectWhole(comment)
            return hasFailed
        }
        #expect(failures >= fault.placesMin)
    }
}

extension FaultyDisk.Fault {
    /// At how many places it must happen at least in a run: fewer would mean that it is not met any more.
    fileprivate var placesMin: Int {
        if operations.contains(.write) { return 50 }
        if operations.contains(.read) { return 5 }
        return operations.contains(.sync) ? 10 : 1
    }
}
