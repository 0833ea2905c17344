import Foundation
import NIOConcurrencyHelpers
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A segment that is written a few chunks at a time", .timeLimit(.minutes(15)))
struct SegmentWritingTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func count(_ sql: String) throws -> Int64 {
        try Connection(path: path, mode: .readOnly).integer(sql) ?? 0
    }

    private func stored() throws -> [[UInt8]] {
        var spans: [StoredSpan] = []
        try TelemetryReader(path: path).forEachView { spans += try $0.storedSpans() }
        return spans.canonicalSpans()
    }

    /// What a store has in its journal, made into a segment.
    private func sealJournal(of database: borrowing StoreDatabase) async throws -> InstallableSegments {
        let rows = try database.journal()
        let sealer = Sealer(path: path)
        let sealed = await sealer.seal(rows.flatMap { $0.batches ?? [] }, lastJournalID: rows.last?.id ?? 0)
        await sealer.close()
        return InstallableSegments(sealed, now: .now())
    }

    private func storeInJournal(_ requests: Int, seed: UInt64) async throws {
        var generator = RequestGenerator(seed: seed)
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1_000_000))
        for _ in 0..<requests { try await store.append(generator.request()) }
        await store.close()
    }

    @Test("is in no answer until all of it is there, and then in the journal's place")
    func visibility() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        try await storeInJournal(30, seed: seed)
        let before = try stored()
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        var segments = try await sealJournal(of: database)
        var steps = 0
        while !segments.writing.isWritten {
            try database.writeSome(of: &segments.writing, bytesMax: 200)
            steps += 1
            #expect(try stored() == before, "seed \(seed)")
            let report = try DatabaseVerification(path: path).run()
            #expect(report.damages.isEmpty && report.segments == 0, "\(report.damages)")
        }
        // Wrong clocks among generated spans make more than one.
        let made = Int64(segments.sealed.segments.count)
        #expect(steps > 5)
        #expect(try count("SELECT count(*) FROM segment WHERE signal = 0") == made)
        _ = try database.install(
            segments.sealed, segments.writing, keeping: [], encoder: SegmentEncoder(), now: .now())
        #expect(try stored() == before, "seed \(seed)")
        #expect(try count("SELECT count(*) FROM journal") == 0)
        #expect(try DatabaseVerification(path: path).run().damages.isEmpty)
        #expect(try count("SELECT count(*) FROM segment WHERE signal = 1") == made)
    }

    @Test("leaves nothing behind when it was never finished", arguments: [1, 3, 100])
    func unfinished(steps: Int) async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        try await storeInJournal(30, seed: seed)
        let before = try stored()
        do {
            let file = try DatabaseFile.claim(path)
            let database = try StoreDatabase.open(file, durability: .process)
            var segments = try await sealJournal(of: database)
            for _ in 0..<steps where !segments.writing.isWritten {
                try database.writeSome(of: &segments.writing, bytesMax: 200)
            }
            #expect(try count("SELECT count(*) FROM chunk") > 0)
        }
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1_000_000))
        await store.close()
        #expect(try count("SELECT count(*) FROM segment WHERE signal = 0") == 0)
        #expect(
            try count("SELECT count(*) FROM chunk WHERE id >> 16 NOT IN (SELECT id FROM segment)") == 0)
        #expect(try stored() == before, "seed \(seed)")
        #expect(try DatabaseVerification(path: path).run().damages.isEmpty)
    }

    @Test("stays while it is being written, whatever is deleted to make room")
    func retention() async throws {
        try await storeInJournal(30, seed: 1)
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        var segments = try await sealJournal(of: database)
        try database.writeSome(of: &segments.writing, bytesMax: 200)
        #expect(try database.deleteSegments(sealedBefore: .distantFuture).segments == 0)
        #expect(try database.deleteOldestSegments(bytes: .max, effort: 1).segments == 0)
        #expect(try count("SELECT count(*) FROM segment") >= 1)
    }

    @Test("is taken out a few chunks at a time, too")
    func cleanup() async throws {
        try await storeInJournal(30, seed: 2)
        let file = try DatabaseFile.claim(path)
        let database = try StoreDatabase.open(file, durability: .process)
        var segments = try await sealJournal(of: database)
        try database.writeSome(of: &segments.writing, bytesMax: .max)
        var left = try count("SELECT count(*) FROM chunk")
        var steps = 0
        for id in try database.unseenSegments() {
            while try database.deleteSome(ofUnseen: id, bytesMax: 200) {
                steps += 1
                let now = try count("SELECT count(*) FROM chunk")
                #expect(now < left)
                left = now
                #expect(try DatabaseVerification(path: path).run().damages.isEmpty)
            }
        }
        #expect(steps > 3)
        #expect(try count("SELECT count(*) FROM chunk") == 0)
        #expect(try database.unseenSegments().isEmpty)
    }

    @Test("lets requests in between its chunks")
    func requestsBetween() async throws {
        let events = NIOLockedValueBox<[String]>([])
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1_000_000)) { event in
            events.withLockedValue { $0.append(event.name) }
        }
        var random = SeededGenerator(seed: 3)
        for number in 1...20 as ClosedRange<UInt64> {
            let noise = (0..<100_000).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            let attributes = [KeyValue("noise \(number)", .bytes(noise))]
            try await store.append(
                Sample.request([Sample.span(trace: number, id: 1, attributes: attributes)]))
        }
        async let sealing: Void = store.sealNow()
        for number in 21...40 as ClosedRange<UInt64> {
            try await store.append(Sample.request([Sample.span(trace: number, id: 1)]))
        }
        await sealing
        await store.close()
        #expect(events.withLockedValue { $0.contains("store.sealed") })
        #expect(try TelemetryReader(path: path).info().spans == 40)
        #expect(try count("SELECT count(*) FROM segment WHERE signal = 0") == 0)
    }
}
