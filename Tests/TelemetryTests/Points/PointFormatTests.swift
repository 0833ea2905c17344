import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// `read_points.py` was written from docs/format.md and nothing else.
@Suite("docs/format.md is enough to read points", .timeLimit(.minutes(15)))
struct PointFormatTests {
    private let database: SQLDatabase

    init() throws { database = try SQLDatabase() }

    private static let script = Repository.root.appending(path: "Tests/EndToEndTests/Scripts/read_points.py")

    /// The answer of `SELECT * FROM points` as `traceq sql --json` gives it, in a file.
    private func answer() throws -> String {
        var names: [String] = []
        var rows: [JSONNode] = []
        let question = SQLQuestion(sql: "SELECT * FROM points")
        _ = try database.session().run(
            question, columns: { names = $0 },
            row: { values in
                rows.append(.object(zip(names, values).map { JSONMember($0, $1.json) }))
                return true
            })
        let path = database.folder.file("points.json")
        let text = JSONNode.object([JSONMember("rows", .array(rows))]).text
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("generated points, in segments and in the journal")
    func generated() async throws {
        let seed = UInt64.random(in: 0..<1 << 40)
        var generator = RequestGenerator(seed: seed)
        var options = StoreOptions.sealing(every: 150)
        options.durability = .process
        let store = try TelemetryStore.open(path: database.path, options: options)
        for number in 0..<40 {
            let request = generator.metricsRequest()
            let body = request.protobufBytes()
            let batch = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival).batch
            _ = try await store.append(.points(batch), digest: BodyDigest(of: body.span))
            if number % 9 == 0 { try await store.append(generator.request(spansMax: 3)) }
            if number == 25 { await store.sealNow() }
        }
        await store.close()
        let checked = try await PythonEnvironment.run(Self.script, [database.path, try answer()])
        #expect(checked.status == .exited(0), "seed \(seed): \(checked.standardError)")
        #expect(checked.standardOutput.hasSuffix("points agree\n"))
    }

    @Test("the reader notices what does not agree with a checksum")
    func noticesDamage() async throws {
        let store = try TelemetryStore.open(path: database.path, options: .sealing(every: 1))
        let body = RequestGenerator.sampleMetrics().protobufBytes()
        let batch = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival).batch
        _ = try await store.append(.points(batch), digest: BodyDigest(of: body.span))
        await store.sealNow()
        await store.close()
        let connection = try Connection(path: database.path, mode: .readWrite)
        try connection.execute(
            "UPDATE chunk SET data = zeroblob(length(data)) WHERE id = 65536 + \(PointChunk.times.rawValue)")
        let read = try await PythonEnvironment.run(Self.script, [database.path])
        #expect(read.status == .exited(1))
        #expect(read.standardError == "read_points: segment 1: chunk 3 does not match its checksum\n")
    }
}
