import TestSupport
import Testing

@testable import Telemetry

@Suite("Publication times are kept in the database file")
struct PublicationTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static func publication(_ module: String, _ nanos: Int64) -> Publication {
        Publication(module: module, version: "v1.0.0", time: UnixNanos(rawValue: nanos))
    }

    private func add(_ publications: [Publication]) throws -> Int {
        try PublicationStore(path: path).add(publications)
    }

    @Test("what is imported again changes nothing; an earlier time counts")
    func idempotent() throws {
        #expect(try add([Self.publication("a.com", 200), Self.publication("b.com", 300)]) == 2)
        #expect(try add([Self.publication("a.com", 200), Self.publication("b.com", 400)]) == 0)
        #expect(try add([Self.publication("a.com", 100)]) == 1)
        let reader = try TelemetryReader(path: path)
        #expect(try reader.publicationTime(module: "a.com", version: "v1.0.0")?.rawValue == 100)
        #expect(try reader.publicationTime(module: "b.com", version: "v1.0.0")?.rawValue == 300)
        #expect(try reader.publicationTime(module: "b.com", version: "v1.0.1") == nil)
        let window = TimeWindow(since: UnixNanos(rawValue: 100), until: UnixNanos(rawValue: 300))
        #expect(try reader.publications(in: window).map(\.module) == ["a.com"])
        #expect(try reader.publications(in: .all).map(\.module) == ["a.com", "b.com"])
    }

    @Test("a file without them has none, and a collector that has the file keeps it")
    func noTable() async throws {
        let store = try TelemetryStore.open(path: path)
        #expect(throws: StoreError.self) { try add([Self.publication("a.com", 1)]) }
        let reader = try TelemetryReader(path: path)
        #expect(try reader.publications(in: .all).isEmpty)
        #expect(try reader.publicationTime(module: "a.com", version: "v1.0.0") == nil)
        await store.close()
        #expect(try add([Self.publication("a.com", 1)]) == 1)
        let again = try TelemetryStore.open(path: path)
        await again.close()
        #expect(try TelemetryReader(path: path).publications(in: .all).count == 1)
        #expect(try DatabaseVerification(path: path) { _ in }.run().isDamaged == false)
    }

    @Test("a view in the place of the table is not asked")
    func view() throws {
        _ = try add([])
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(
            "DROP TABLE publication; CREATE VIEW publication AS SELECT 'a' AS module, 'v' AS version, "
                + "1 AS published_at")
        #expect(try TelemetryReader(path: path).publications(in: .all).isEmpty)
    }

    @Test(
        "lines of an index",
        arguments: [
            (
                #"{"Path":"golang.org/x/text","Version":"v0.3.0","Timestamp":"2019-04-10T19:08:52.997264Z"}"#,
                true
            ),
            (#"{"Timestamp":"2019-04-10T19:08:52Z","New":{"a":[1]},"Version":"v1","Path":"a.b"}"#, true),
            (#"{"Path":"a","Version":"v1"}"#, false),
            (#"{"Path":"","Version":"v1","Timestamp":"2019-04-10T19:08:52Z"}"#, false),
            (#"{"Path":"a","Version":"v1","Timestamp":"yesterday"}"#, false), ("[]", false), ("", false),
            (#"{"Path":"a","Version":"v1","Timestamp":"2019-04-10T19:08:52Z"} x"#, false),
        ])
    func lines(line: String, isOne: Bool) throws {
        let publication = try? IndexLine.publication(Array(line.utf8))
        #expect((publication != nil) == isOne)
        if line.contains("x/text") {
            #expect(publication?.time.rfc3339 == "2019-04-10T19:08:52.997264000Z")
        }
    }
}
