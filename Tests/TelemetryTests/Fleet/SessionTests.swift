import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What one client fetched")
struct SessionTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private typealias Asked = (path: String, at: UInt64, millis: UInt64, client: String)

    private func reader(_ asked: [Asked], cache: String = "HIT") async throws -> TelemetryReader {
        var sample = FleetSample()
        sample.add(
            .edge,
            asked.enumerated().map { number, request in
                Sample.span(
                    trace: UInt64(number + 1), id: 1, startMillis: request.at, millis: request.millis,
                    attributes: FleetSample.attributes(
                        request.path, client: request.client, FleetSample.cache(cache)))
            })
        return try await sample.reader(at: path)
    }

    private let version: [Asked] = [
        ("/github.com/a/b/@v/v1.0.0.info", 0, 100, "c1"), ("/github.com/a/b/@v/v1.0.0.mod", 200, 100, "c1"),
        ("/sumdb/sum.golang.org/lookup/github.com/a/b@v1.0.0", 400, 100, "c1"),
        ("/github.com/a/b/@v/v1.0.0.zip", 600, 400, "c1"),
    ]

    @Test("a fetch is all that got one version, from the first start to the last end") func fetch()
        async throws
    {
        let reader = try await reader(version + [("/github.com/a/b/@v/v1.0.1.mod", 700, 1, "c1")])
        let units = try FleetSample.slowest(reader, unit: .fetch).units
        #expect(units.map(\.durationNanos) == [1_000_000_000, 1_000_000])
        #expect(units.map(\.requests) == [4, 1])
        #expect(units.first?.module?.version == "v1.0.0")
        #expect(units.first?.bytes == 400)
        #expect(units.first?.stages.total == 700_000_000, "of all four, without the pauses between them")
    }

    @Test("fetches are ranked by how long was waited for them, not by when the zip was asked for")
    func waiting() async throws {
        let reader = try await reader(
            version + [
                // Asked for twice at a time, and for the zip 10 s later.
                ("/github.com/c/d/@v/v1.0.0.info", 0, 100, "c2"),
                ("/github.com/c/d/@v/v1.0.0.mod", 50, 100, "c2"),
                ("/github.com/c/d/@v/v1.0.0.zip", 10_000, 100, "c2"),
            ])
        let result = try FleetSample.slowest(reader, unit: .fetch)
        #expect(result.units.map(\.module?.module) == ["github.com/a/b", "github.com/c/d"])
        #expect(result.units.map(\.waitedNanos) == [700_000_000, 250_000_000])
        #expect(result.units.map(\.durationNanos) == [1_000_000_000, 10_100_000_000])
        let long = try FleetSample.slowest(reader, unit: .fetch) { $0.minDurationNanos = 300_000_000 }
        #expect(long.units.map(\.waitedNanos) == [700_000_000])
    }

    @Test(
        "a session ends with a pause of more than 15 s",
        arguments: [(15_000, 1), (15_001, 2)] as [(UInt64, Int)])
    func pause(millis: UInt64, count: Int) async throws {
        let reader = try await reader(
            version + [
                ("/github.com/c/d/@v/list", 1_000 + millis, 50, "c1"),
                ("/github.com/c/d/@v/list", 1_000, 50, "c2"),
            ])
        let units = try FleetSample.slowest(reader, unit: .session).units
        #expect(units.filter { $0.client?.address == "c1" }.count == count)
        #expect(units.filter { $0.client?.address == "c2" }.count == 1)
        #expect(units.first?.fetches == 1)
    }

    @Test("the pause counts from the last end, not from the last start") func overlap() async throws {
        let reader = try await reader([
            ("/github.com/a/b/@v/v1.0.0.zip", 0, 30_000, "c1"),
            ("/github.com/a/b/@v/v1.0.0.mod", 100, 10, "c1"),
            ("/github.com/a/b/@v/list", 44_000, 10, "c1"),
        ])
        #expect(try FleetSample.slowest(reader, unit: .session).units.count == 1)
    }

    @Test("those of a class are found, whatever is slower for another reason") func classes() async throws {
        let reader = try await reader(
            [
                ("/github.com/a/b/@v/list", 0, 9_000, "c1"),
                ("/github.com/a/b/@v/v1.0.0.zip", 0, 5_000, "c1"),
                ("/github.com/a/b/@v/v1.0.0.mod", 6_000, 500, "c1"),
            ], cache: "MISS")
        for unit in [SlowestUnit.request, .fetch] {
            let units = try FleetSample.slowest(reader, unit: unit) { $0.classes = [.coldUpstream] }.units
            #expect(units.map(\.reason) == [.coldUpstream], "\(unit)")
            #expect(units.first?.module?.version == "v1.0.0")
        }
    }
}
