import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Verifying a database")
struct VerificationTests {
    let database: DamagedDatabase

    init() throws { database = try DamagedDatabase() }

    @Test("What a collector wrote has no damage, and all of it was read")
    func sound() async throws {
        try await database.make()
        let report = try database.verify()
        #expect(report.damages == [])
        #expect(report.segments == 2)
        #expect(report.segmentSpans == 6)
        #expect(report.journalRows == 1)
        #expect(report.journalSpans == 1)
        #expect(report.receipts == 2)
        #expect(report.resources == 1)
        #expect(report.scopes == 1)
        #expect(report.bytes > 0)
        #expect(try database.count("SELECT count(*) FROM chunk") == Int64(report.chunks))
    }

    @Test("An empty database and a collector's first second have no damage")
    func empty() async throws {
        let store = try TelemetryStore.open(path: database.path)
        #expect(try database.verify().damages == [])
        await store.close()
        #expect(try database.verify().damages == [])
    }

    @Test("A byte that was changed is found in every chunk, and nothing else is named")
    func changedByte() async throws {
        try await database.make()
        let chunks = try database.chunks()
        #expect(chunks.count > 30)
        for (id, bytes) in chunks {
            var changed = bytes
            changed[changed.count / 2] ^= 0x10
            try database.replace(chunk: id, with: changed, isSigned: false)
            let report = try database.verify()
            let damage = try #require(report.damages.first)
            #expect(report.damages.count == 1)
            #expect(damage.kind == .checksum)
            #expect(damage.place.segment == id >> 16)
            #expect(damage.place.chunk == UInt16(truncatingIfNeeded: id))
            #expect(damage.spans == 3)
            let first = UnixNanos(clamping: Sample.baseNanos)
            #expect(damage.starts?.lowerBound == first)
            try database.replace(chunk: id, with: bytes, isSigned: true)
        }
        #expect(try database.verify().damages == [])
    }

    @Test("A chunk with a right checksum and half of its content is found")
    func halfAChunk() async throws {
        try await database.make()
        for (id, bytes) in try database.chunks() where bytes.count > 1 {
            try database.replace(chunk: id, with: Array(bytes.prefix(bytes.count / 2)), isSigned: true)
            let damages = try database.verify().damages
            #expect(!damages.isEmpty, "chunk \(id & 0xffff)")
            #expect(damages.allSatisfy { $0.place.segment == id >> 16 })
            #expect(damages.contains { $0.place.chunk == UInt16(truncatingIfNeeded: id) })
            try database.replace(chunk: id, with: bytes, isSigned: true)
        }
    }

    @Test("A chunk that is gone is found, unless nothing needed it")
    func missingChunk() async throws {
        try await database.make()
        for (id, bytes) in try database.chunks() {
            try database.execute("DELETE FROM chunk WHERE id = \(id)")
            let damages = try database.verify().damages
            let number = UInt16(truncatingIfNeeded: id)
            // What follows from the other chunks can be found anew.
            if number == ChunkID.requests.number {
                #expect(damages.isEmpty)
                try database.restore(chunk: id, bytes)
                continue
            }
            #expect(!damages.isEmpty, "chunk \(number)")
            let isNamed = damages.contains { $0.kind == .missing && $0.place.chunk == number }
            // A parent's id outside of the segment is missed by the column that refers to it.
            #expect(isNamed || number == ChunkID.externalParents.number, "chunk \(number)")
            try database.restore(chunk: id, bytes)
        }
        #expect(try database.verify().damages == [])
    }

    @Test(
        "A catalogue that says something else than the spans is found",
        arguments: [
            "spans", "traces", "min_start", "max_start", "max_end", "min_duration", "max_duration", "errors",
            "format",
        ])
    func catalogue(field: String) async throws {
        try await database.make()
        try database.execute("UPDATE segment SET \(field) = \(field) + 1 WHERE id = 2")
        let damages = try database.verify().damages
        #expect(damages.contains { $0.kind == .catalogue || field == "spans" })
        #expect(!damages.isEmpty)
        #expect(damages.allSatisfy { $0.place.segment == 2 })
    }

    @Test("Statistics, a rollup and requests of other spans are found", arguments: [14, 15, 65_535])
    func statistics(chunk: Int64) async throws {
        try await database.make()
        let other = try #require(try database.chunks().first { $0.0 == 1 << 16 | chunk })
        try database.replace(chunk: 2 << 16 | chunk, with: other.1, isSigned: true)
        let damages = try database.verify().damages
        #expect(damages.map(\.kind) == [.catalogue])
        #expect(damages.first?.place.segment == 2)
        #expect(damages.first?.place.chunk == UInt16(chunk))
    }

    @Test("References that lead nowhere are found")
    func references() async throws {
        try await database.make()
        try database.execute("DELETE FROM resource")
        let damages = try database.verify().damages
        #expect(damages.map(\.kind) == [.reference, .reference])
        #expect(damages.map(\.place.segment) == [1, 2])
        #expect(damages.allSatisfy { $0.message.contains("resource 1") })
    }

    @Test("A resource and a scope that were changed are found", arguments: ["resource", "scope"])
    func changedOrigin(table: String) async throws {
        try await database.make()
        try database.execute("UPDATE \(table) SET otlp = CAST(otlp || x'00' AS BLOB)")
        let damages = try database.verify().damages
        #expect(damages.map(\.kind) == [.checksum])
        #expect(damages.first?.place.text == "\(table) 1")
    }

    @Test("Chunks that belong to no segment or no column are found")
    func orphans() async throws {
        try await database.make()
        try database.execute("INSERT INTO chunk VALUES (7 << 16 | 3, -1205034819632174695, x'')")
        try database.execute("INSERT INTO chunk VALUES (2 << 16 | 60000, -1205034819632174695, x'')")
        let damages = try database.verify().damages
        #expect(damages.map(\.kind) == [.orphan, .orphan])
        #expect(Set(damages.map(\.place.segment)) == [2, 7])
    }

    @Test(
        "A row of the journal that was changed is found",
        arguments: [
            "data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB)", "checksum = checksum + 1",
            "spans = spans + 1", "min_start = min_start - 1", "max_start = NULL", "digests = x''",
        ])
    func changedJournal(change: String) async throws {
        try await database.make()
        try database.execute("UPDATE journal SET \(change)")
        let damages = try database.verify().damages
        #expect(damages.count == 1)
        #expect(damages.first?.place.journalRow == 3)
        #expect(damages.first?.spans != nil)
    }

    @Test("Receipts that are no receipts are found", arguments: ["digests = x'00'", "id = 3"])
    func receipts(change: String) async throws {
        try await database.make()
        try database.execute("UPDATE receipt SET \(change) WHERE id = 2")
        #expect(try database.verify().damages.count == 1)
    }

    @Test("Pages that SQLite cannot follow are found, and the rest is checked all the same")
    func brokenPages() async throws {
        try await database.make()
        try database.overwritePage(ofTable: "chunk")
        let report = try database.verify()
        #expect(report.damages.contains { $0.kind == .file })
        #expect(report.journalRows == 1)
    }

    @Test("Whatever the chunks hold, verifying ends with a report")
    func hostileChunks() async throws {
        try await database.make()
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        let chunks = try database.chunks()
        for _ in 0..<300 {
            let (id, original) = chunks[generator.number(below: chunks.count)]
            var bytes = original
            for _ in 0...generator.number(below: 3) where !bytes.isEmpty {
                let place = generator.number(below: bytes.count)
                switch generator.number(below: 3) {
                case 0: bytes[place] = generator.bytes(1)[0]
                case 1: bytes.removeLast(generator.number(below: bytes.count))
                default: bytes.insert(contentsOf: generator.bytes(3), at: place)
                }
            }
            try database.replace(chunk: id, with: bytes, isSigned: true)
            _ = try database.verify()
            try database.replace(chunk: id, with: original, isSigned: true)
        }
        #expect(try database.verify().damages == [], "seed \(seed)")
    }

    @Test("Beside a collector that commits and seals, nothing looks damaged")
    func besideAWriter() async throws {
        let path = database.path
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 10))
        let writing = Task {
            for trace in 1...300 as ClosedRange<UInt64> {
                try await store.append(
                    Sample.request([
                        Sample.span(trace: trace, id: 1), Sample.span(trace: trace, id: 2, parent: 1),
                    ]))
            }
        }
        for _ in 0..<10 {
            #expect(try database.verify().damages == [])
            await Task.yield()
        }
        try await writing.value
        await store.close()
        let report = try database.verify()
        #expect(report.damages == [])
        #expect(report.segmentSpans + report.journalSpans == 600)
    }
}
