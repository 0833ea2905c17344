import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The table points")
struct PointsTableTests {
    private let database: SQLDatabase

    init() async throws {
        database = try SQLDatabase()
        var options = StoreOptions.sealing(every: .max)
        options.durability = .process
        let store = try TelemetryStore.open(path: database.path, options: options)
        // Once into a segment, and a minute later into the journal.
        for minute: UInt64 in 0..<2 {
            var request = RequestGenerator.sampleMetrics()
            for index in request.resourceMetrics[0].scopeMetrics[0].metrics.indices {
                request.resourceMetrics[0].scopeMetrics[0].metrics[index].points[0].timeUnixNano +=
                    minute * 60_000_000_000
            }
            var exemplar = Exemplar()
            exemplar.value = .int(3)
            exemplar.traceID = TraceBytes.trace(1)
            request.resourceMetrics[0].scopeMetrics[0].metrics[1].points[0].exemplars = [exemplar]
            let body = request.protobufBytes()
            let batch = try DecodedMetrics.fromProtobuf(body.span, arrival: someArrival).batch
            _ = try await store.append(.points(batch), digest: BodyDigest(of: body.span))
            if minute == 0 { await store.sealNow() }
        }
        await store.close()
    }

    @Test("has a row for each point, in segments and in the journal")
    func rows() throws {
        #expect(try database.value("SELECT count(*) FROM points") == .integer(10))
        #expect(
            try database.rows(
                "SELECT name, value, type, unit FROM points WHERE segment IS NULL AND value >= 0 ORDER BY 1")
                == [
                    [.text("cache.hits"), .integer(42), .text("sum"), .text("{hit}")],
                    [.text("disk.used"), .real(0.75), .text("gauge"), .text("")],
                ])
        #expect(
            try database.rows(
                "SELECT count, sum, min, max, temporality, monotonic, service, node, node_source, scope, peer "
                    + "FROM points WHERE name = 'http.server.request.duration' AND segment IS NOT NULL") == [
                    [
                        .integer(6), .real(7.5), .real(0.5), .real(4), .text("delta"), .null,
                        .text("edge"), .text("edge-1"), .text("service.instance.id"), .text("demo"),
                        .text("192.0.2.7"),
                    ]
                ])
        #expect(
            try database.rows(
                "SELECT attributes, time, start_ns FROM points WHERE name = 'disk.used' LIMIT 1")[0]
                == [
                    .text(#"{"device":"/dev/sda1"}"#), .text(UnixNanos(clamping: Sample.baseNanos).rfc3339),
                    .null,
                ])
    }

    @Test("has buckets, quantiles and exemplars as JSON")
    func json() throws {
        func buckets(_ name: String) throws -> SQLValue {
            try database.value("SELECT DISTINCT buckets FROM points WHERE name = '\(name)'")
        }
        #expect(
            try buckets("http.server.request.duration")
                == .text(#"[{"le":1.0,"count":3},{"le":2.5,"count":2},{"le":"Infinity","count":1}]"#))
        #expect(
            try buckets("sizes")
                == .text(
                    #"{"scale":3,"zero_count":1,"zero_threshold":0.0,"positive":{"offset":-2,"counts":[1,0,2]},"#
                        + #""negative":{"offset":0,"counts":[]}}"#))
        #expect(
            try buckets("pauses")
                == .text(#"[{"quantile":0.5,"value":5.0},{"quantile":1.0,"value":9.0}]"#))
        #expect(try buckets("disk.used") == .null)
        #expect(
            try database.value(
                "SELECT DISTINCT json_extract(exemplars, '$[0].trace_id') FROM points WHERE exemplars NOT NULL"
            )
                == .text("ababababababababb".dropLast() + "0000000000000001"))
    }

    @Test("narrows by name, series and time, and agrees with SQLite about each")
    func conditions() throws {
        let all = try database.rows("SELECT name, time_ns, series FROM points").map { $0.map(\.plainText) }
        func count(_ condition: String, _ isWanted: ([String]) -> Bool) throws {
            let found = try database.value("SELECT count(*) FROM points WHERE \(condition)")
            #expect(found == .integer(Int64(all.filter(isWanted).count)), "\(condition)")
        }
        let time = Int64(Sample.baseNanos)
        try count("name = 'cache.hits'") { $0[0] == "cache.hits" }
        try count("name = 1") { _ in false }
        try count("series = 2") { $0[2] == "2" }
        try count("series = '2'") { $0[2] == "2" }
        try count("time_ns > \(time)") { Int64($0[1]) ?? 0 > time }
        try count("time_ns >= \(time)") { Int64($0[1]) ?? 0 >= time }
        try count("time_ns < \(time)") { Int64($0[1]) ?? 0 < time }
        try count("time_ns <= \(time)") { Int64($0[1]) ?? 0 <= time }
        try count("time_ns = \(time)") { Int64($0[1]) ?? 0 == time }
        try count("time_ns > \(time).5") { Int64($0[1]) ?? 0 > time }
        try count("time_ns > NULL") { _ in false }
    }

    @Test("joins the table series, which is an ordinary one")
    func series() throws {
        #expect(
            try database.rows(
                "SELECT DISTINCT series.name, series.type FROM points JOIN series ON series.id = points.series "
                    + "WHERE series.monotonic = 1") == [[.text("cache.hits"), .text("sum")]])
    }

    @Test("leaves damaged segments out, and says so")
    func damage() throws {
        for chunk in PointChunk.allCases {
            let broken = try SQLDatabase()
            try FileManager.copy(database.path, to: broken.path)
            let connection = try Connection(path: broken.path, mode: .readWrite)
            try connection.execute(
                """
                UPDATE chunk SET data = CAST(substr(data, 1, length(data) - 1) || x'AA' AS BLOB)
                WHERE id & 65535 = \(chunk.rawValue) AND id >> 16 IN (SELECT id FROM segment WHERE signal = 2)
                """)
            #expect(try broken.value("SELECT count(value) FROM points") == .integer(2), "\(chunk.name)")
            let report = try DatabaseVerification(path: broken.path).run()
            #expect(report.damages.map(\.place.chunkName) == [chunk.name])
        }
    }
}

private enum FileManager {
    static func copy(_ path: String, to other: String) throws {
        let connection = try Connection(path: path, mode: .readOnly)
        try connection.execute("VACUUM INTO '\(other)'")
    }
}
