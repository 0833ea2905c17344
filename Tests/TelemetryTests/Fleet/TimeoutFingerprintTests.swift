import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Durations that are timeouts")
struct TimeoutFingerprintTests {
    private static func length(
        _ seconds: Double, _ outcome: RequestOutcome? = .upstreamError, _ kind: ModuleKind = .zip
    ) -> String? {
        TimeoutFingerprint.of(nanos: UInt64(seconds * 1e9), outcome: outcome, kind: kind)?.length
    }

    /// 3 % around a time are it, and no more.
    private static func expect(
        _ seconds: Double, _ name: String, _ kind: ModuleKind = .zip, to most: Double? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let most = most ?? seconds
        for (time, isIt) in [
            (seconds * 0.969, false), (seconds * 0.971, true), (most * 1.029, true), (most * 1.031, false),
        ] {
            #expect((length(time, .timeout, kind) == name) == isIt, "\(time)", sourceLocation: sourceLocation)
        }
    }

    @Test("timeout 2 s: goproxyio's checksum database, of checksum requests alone")
    func two() {
        Self.expect(2, "2 s", .sumdbLookup)
        #expect(Self.length(2, .gone, .sumdbLookup) == "2 s")
        #expect(Self.length(2, .gone, .zip) == nil)
    }

    @Test("timeout 15 s: Athens' Redis lock, Envoy's route") func fifteen() { Self.expect(15, "15 s") }

    @Test("timeout 60 s: goproxy.cn, proxy.golang.org, nginx") func sixty() {
        Self.expect(60, "60 s")
        // As it was seen: 404 (58.331s) not found: fetch timed out.
        #expect(Self.length(58.331, .maskedTimeout) == "60 s")
    }

    @Test("timeout 100 s: Cloudflare's, up to 120 s") func hundred() {
        Self.expect(100, "100 to 120 s", to: 120)
    }

    @Test("timeout 300 s: Athens' Timeout") func fiveMinutes() { Self.expect(300, "300 s") }

    @Test("timeout 600 s: Athens' StashTimeout, goproxy's") func tenMinutes() { Self.expect(600, "600 s") }

    @Test("timeout 900 s: Athens' processDownload, and the life of its lock") func quarterOfAnHour() {
        Self.expect(900, "900 s")
    }

    @Test("a success is no timeout, however long it took")
    func success() {
        for outcome in [RequestOutcome.ok, .redirected, .probe, .empty] {
            #expect(Self.length(60, outcome) == nil, "\(outcome)")
        }
        for outcome in [RequestOutcome.notFound, .aborted, .maskedTimeout, .internalError] {
            #expect(Self.length(60, outcome) == "60 s", "\(outcome)")
        }
        #expect(Self.length(60, nil) == "60 s")
        #expect(TimeoutFingerprint.of(nanos: .max, outcome: nil, kind: nil) == nil)
        #expect(TimeoutFingerprint.of(nanos: 0, outcome: nil, kind: nil) == nil)
    }

    @Test("slowest has a column for them where there are some, and says whose they are")
    func slowest() async throws {
        let folder = try TemporaryDirectory()
        var sample = FleetSample()
        for (number, millis, status) in [(1, 60_400, 504), (2, 60_400, 200), (3, 40_000, 504)]
            as [(UInt64, UInt64, Int64)]
        {
            sample.add(
                .edge,
                [
                    Sample.span(
                        trace: number, id: 1, startMillis: number, millis: millis,
                        attributes: FleetSample.attributes(
                            "/github.com/a/b/@v/v1.0.0.zip", status: status))
                ])
        }
        let reader = try await sample.reader(at: folder.file("telemetry.db"))
        let result = try FleetSample.slowest(reader)
        #expect(result.units.map { $0.timeout?.length } == ["60 s", nil, nil])
        let query = FleetSlowestQuery(window: .all)
        let table = ResultTable.slowest(result, query, zone: .utc)
        #expect(table.columns.contains { $0.title == "TIMEOUT" })
        #expect(
            table.summary.contains(
                "1 request without success took as long as a timeout of 60 s: goproxy.cn's fetch_timeout, "
                    + "proxy.golang.org, nginx's proxy_read_timeout"))
        let none = try FleetSample.slowest(reader) { $0.filter.module = "nobody" }
        #expect(!ResultTable.slowest(none, query, zone: .utc).columns.contains { $0.title == "TIMEOUT" })
        let id = try #require(result.units.first?.traceID)
        guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else {
            Issue.record("no trace \(id.hex)")
            return
        }
        let story = try #require(try reader.story(of: id, spans))
        #expect(story.requests.first?.facts.contains { $0.hasPrefix("as long as a timeout of 60 s") } == true)
    }
}
