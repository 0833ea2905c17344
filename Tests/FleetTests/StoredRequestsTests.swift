import FleetSupport
import Foundation
import TestSupport
import Testing

@testable import Telemetry

@Suite("Requests that are stored with their segment", .serialized)
struct StoredRequestsTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("fleet.db")
    }

    /// Makes a copy of the field's database, to be changed.
    private func copy() async throws {
        let fleet = try await RecordedFleet.field.value
        try FileManager.default.copyItem(atPath: fleet.path, toPath: path)
    }

    /// The same file without what is stored of requests, or with it as another version stored it.
    private func change(_ statement: String) async throws {
        try await copy()
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(statement)
        #expect(connection.changes > 0)
    }

    @Test("What is stored is what the spans of the segment tell")
    func stored() async throws {
        let fleet = try await RecordedFleet.field.value
        let reader = try TelemetryReader(path: fleet.path)
        let segments = try reader.segments { _ in true }.filter { $0.segmentID != nil }
        #expect(!segments.isEmpty)
        var count = 0
        var waits = 0
        // A segment may be as small as what came in its time: the largest has several of each.
        var clients = 0
        var modules = 0
        for segment in segments {
            let view = reader.source.view(segment)
            let stored = try #require(view.requests())
            var paths = PathMemory()
            let found = try RequestFinder(view, &paths)
            #expect(try stored == found.requests(paths))
            count += stored.count
            waits += stored.waits.count
            clients = max(clients, stored.firstRowOfClient.count)
            modules = max(modules, stored.moduleNames.count)
        }
        #expect(count > 1_000 && waits > 0 && clients > 1 && modules > 1)
    }

    /// What commands print of the whole file.
    private static func answers(_ path: String) throws -> [String] {
        let reader = try TelemetryReader(path: path)
        var question = FleetQuestion(window: .all)
        question.wantsStages = true
        let answer = try FleetScan.run(question, reader) { _ in FleetRows(hasReasons: true) { _ in true } }
        let names = FleetNameTables(answer.names)
        let rows = answer.aggregate.parts.flatMap { Array($0) }
        return rows.map { row in
            "\(row.start) \(row.durationNanos) \(row.bytes.map(String.init) ?? "-") \(row.kind) \(row.facingResult) \(row.outcome) "
                + "\(row.reason.map { "\($0)" } ?? "-") "
                + "\(row.module > 0 ? "\(names.modules[Int(row.module) - 1])" : "-") "
                + "\(row.client > 0 ? "\(answer.names.client(row.client))" : "-") "
                + "\(names.nodes[Int(row.node) - 1].identity.name)"
        }.sorted() + ["\(answer.quality)"]
    }

    @Test(
        "Without them, and with those of another version, answers are the same",
        arguments: [
            "DELETE FROM chunk WHERE id & 65535 = 65535",
            "UPDATE chunk SET data = x'ff', checksum = \(Int64(bitPattern: checksum([0xff].span))) "
                + "WHERE id & 65535 = 65535",
            // Damage: what is stored breaks off.
            "UPDATE chunk SET data = x'01', checksum = \(Int64(bitPattern: checksum([0x01].span))) "
                + "WHERE id & 65535 = 65535",
            "UPDATE chunk SET checksum = checksum + 1 WHERE id & 65535 = 65535",
        ])
    func without(statement: String) async throws {
        let fleet = try await RecordedFleet.field.value
        try await change(statement)
        let expected = try Self.answers(fleet.path)
        #expect(expected.count > 1_000)
        #expect(try Self.answers(path) == expected)
    }

    @Test("What another version stored is no damage")
    func otherVersion() async throws {
        try await change(
            "UPDATE chunk SET data = x'ff', checksum = \(Int64(bitPattern: checksum([0xff].span))) "
                + "WHERE id & 65535 = 65535")
        #expect(try DatabaseVerification(path: path).run().damages == [])
    }

    @Test("Where the time went is not known without the names of spans, and the answer says so")
    func damagedTree() async throws {
        try await change("UPDATE chunk SET checksum = checksum + 1 WHERE id & 65535 = 16")
        let reader = try TelemetryReader(path: path)
        let answer = try FleetScan.run(FleetQuestion(window: .all), reader) { _ in FleetRows { _ in true } }
        // What had to wait has its stages from the scan.
        let held = Set(answer.held.exchanges.map { UInt64($0.segment) << 32 | UInt64($0.row) })
        let rows = answer.aggregate.parts.flatMap { Array($0) }.filter { row in
            row.segment < UInt32(answer.stored)
                && !held.contains(UInt64(row.segment) << 32 | UInt64(row.row))
        }
        #expect(!rows.isEmpty)
        // One that has noted nothing yet.
        let second = try TelemetryReader(path: path)
        #expect(second.damageNotes().isEmpty)
        _ = try answer.stages(of: [rows], second)
        #expect(
            second.damageNotes().contains {
                $0.message.contains("name is damaged") || $0.message.contains("name does not match")
            })
    }

    /// A copy in which who asked whom is made up.
    /// - Parameter outer: by place, the place of what asked
    private func makeUp(
        _ outer: (_ place: Int, _ requests: SegmentRequests) -> Int32
    ) async throws {
        try await copy()
        let reader = try TelemetryReader(path: path)
        let compressor = ZstdCompressor()
        let connection = try Connection(path: path, mode: .readWrite)
        let update = try connection.prepare("UPDATE chunk SET data = ?1, checksum = ?2 WHERE id = ?3")
        for segment in try reader.segments({ _ in true }) {
            guard let id = segment.segmentID, let found = reader.source.view(segment).requests() else {
                continue
            }
            var requests = found
            for place in requests.outers.indices { requests.outers[place] = outer(place, found) }
            var writer = ByteWriter()
            requests.encode(compressor, to: &writer)
            try update.bind(1, writer.bytes)
            try update.bind(2, Int64(bitPattern: checksum(writer.bytes.span)))
            try update.bind(3, Schema.chunkKey(segment: id, .requests))
            try update.run()
            update.reset()
        }
    }

    @Test("Hops of requests in other traces are not believed")
    func otherTraces() async throws {
        try await makeUp { place, requests in Int32((place + 1) % requests.count) }
        let fleet = try await RecordedFleet.field.value
        #expect(try Self.answers(path) == Self.answers(fleet.path))
    }

    @Test("Hops that go round in a circle do not keep an answer from ending")
    func circles() async throws {
        // Who asked is asked by whom it asked.
        try await makeUp { place, requests in
            let outer = requests.outers[place]
            return outer >= 0 ? outer : Int32(requests.outers.firstIndex(of: Int32(place)) ?? -1)
        }
        let answers = try Self.answers(path)
        #expect(answers.count > 1_000)
        #expect(try answers != Self.answers(await RecordedFleet.field.value.path))
    }
}
