import FleetSupport
import OTLPModel
import Telemetry
import TestSupport
import Testing

@testable import fleetgen

@Suite("Incidents of what is asked for, held against what was done", .serialized, .timeLimit(.minutes(15)))
struct TrafficIncidentTruthTests {
    /// The rules of what was found in the second hour, with whom they name, and what the truth has of places.
    private static func incidents(
        _ faults: [String], seconds: Double = 7_200, rate: Double = 3
    ) async throws -> (found: [Incident], places: [String]) {
        let folder = try TemporaryDirectory()
        let planned = try faults.map { try #require(PlannedFault(argument: $0)) }
        let plan = Sample.plan(seconds: seconds, rate: rate)
        let recording = FleetRecording(
            fleet: Fleet(edgeCount: 6, regionCount: 2, faults: planned, seed: 3), plan: plan, seed: 3)
        let path = folder.file("recorded.db")
        try await RecordedDatabase.write(recording, to: path)
        let end = UnixNanos(clamping: plan.end)
        var regions = ClientRegions()
        for (network, region) in [("198.18.10.0/23", "eu-central-1"), ("198.18.20.0/23", "us-east-1")] {
            _ = regions.add(try #require(ClientRegions.Network(network)), region: region)
        }
        let result = try TelemetryReader(path: path).incidents(
            IncidentQuery(
                window: TimeWindow(since: end.advanced(byNanos: -3_600_000_000_000), until: end),
                baselineNanos: 86_400_000_000_000, now: end,
                privateModules: PrivateModules([
                    PrivateModules.Source("test", ModulePatternList(LeakDemand.host))
                ]), clientRegions: regions))
        return (result.incidents, recording.truth.run.faults.first?.places ?? [])
    }

    @Test(
        "rate-anomaly: where the truth has it, everywhere or at a node", arguments: ["", ",at=edge-fra-01"])
    func rateAnomaly(place: String) async throws {
        let (found, places) = try await Self.incidents(["rate-anomaly:after=80m,for=15m\(place)"], rate: 1.5)
        let incident = try #require(found.first { $0.rule == "rate-anomaly" })
        #expect(found.count { $0.rule == "rate-anomaly" } == 1)
        #expect(incident.subject == IncidentSubject(node: places.first))
        let begin = Int64(Sample.start) + 80 * 60_000_000_000
        #expect(abs(incident.start.rawValue - begin) < 60_000_000_000)
    }

    @Test(
        "what an edge gives out is found at the edge that the truth has",
        arguments: [
            "bad-tile:after=80m,for=20m", "cached-redirect:after=80m,for=20m",
            "semantic-divergence:after=20m,strength=1",
        ])
    func answers(argument: String) async throws {
        let (found, places) = try await Self.incidents([argument])
        let rule = String(argument.prefix { $0 != ":" })
        #expect(places == ["edge-iad-01"])
        #expect(found.filter { $0.rule == rule }.map(\.subject.node) == places, "\(found.map(\.rule))")
    }

    @Test("misrouted: clients of the region that the truth has, served by nodes of another one")
    func misrouted() async throws {
        let (found, places) = try await Self.incidents(["misrouted:after=80m,for=20m"])
        let rows = found.filter { $0.rule == "misrouted" }
        #expect(places.count == 3 && places.contains("edge-fra-01"), "\(places)")
        #expect(rows.count == 1, "\(found.map(\.rule))")
        #expect(rows.first?.subject.region == "us-east-1")
        #expect(rows.first?.explanation.hasPrefix("Clients in eu-central-1 are served by ") == true)
        let begin = Int64(Sample.start) + 80 * 60_000_000_000
        #expect(rows.first.map { abs($0.start.rawValue - begin) < 180_000_000_000 } == true)
    }

    @Test("private-leak: the checksum database, and when it began")
    func leak() async throws {
        let (found, places) = try await Self.incidents(["private-leak:after=80m,for=30m"])
        let rows = found.filter { $0.rule == "private-leak" }
        #expect(rows.count == 1 && places.isEmpty, "\(found.map(\.rule))")
        #expect(rows.first?.subject.upstream == "sum.golang.org")
        let begin = Int64(Sample.start) + 80 * 60_000_000_000
        #expect(rows.first.map { (0..<900_000_000_000).contains($0.start.rawValue - begin) } == true)
        #expect(rows.first?.explanation.contains(LeakDemand.host) == false)
    }

    @Test("origin-hammering: at the proxy that the truth has")
    func hammering() async throws {
        let (found, places) = try await Self.incidents(
            ["origin-hammering:after=25m,for=50m,strength=1"], seconds: 4_800, rate: 10)
        let rows = found.filter { $0.rule == "origin-hammering" }
        #expect(!rows.isEmpty && rows.allSatisfy { places == [$0.subject.node] }, "\(found.map(\.rule))")
    }

    @Test("fallback-storm: what go commands tell of repositories, at the time that the truth has")
    func fallbackStorm() async throws {
        let (found, _) = try await Self.incidents(["fallback-storm:after=80m,for=20m"], rate: 6)
        let rows = found.filter { $0.rule == "fallback-storm" }
        #expect(rows.count == 1 && rows.first?.subject == IncidentSubject(), "\(found.map(\.rule))")
        let begin = Int64(Sample.start) + 80 * 60_000_000_000
        #expect(rows.first.map { abs($0.start.rawValue - begin) < 120_000_000_000 } == true)
        #expect(rows.first?.impact.requests ?? 0 >= 50)
    }

    @Test("ghost-status: the host that go commands asked, and only what its servers do not tell of")
    func ghostStatus() async throws {
        let (found, places) = try await Self.incidents(["ghost-status:after=80m,for=20m"], rate: 6)
        let rows = found.filter { $0.rule == "ghost-status" }
        #expect(places.count == 3, "\(places)")
        #expect(rows.map(\.subject.upstream) == ["goproxy.example.net"], "\(found.map(\.rule))")
        let begin = Int64(Sample.start) + 80 * 60_000_000_000
        let time = begin...begin + 20 * 60_000_000_000
        #expect(rows.allSatisfy { time.contains($0.start.rawValue) && time.contains($0.end?.rawValue ?? 0) })
        #expect(rows.first?.explanation.hasPrefix("Go commands got 403 (") == true)
    }

    @Test(
        "upstreams that are slow or fail everywhere are told as such, and not as what is asked for most",
        arguments: ["slow-upstream", "upstream-errors", "slow-list"])
    func upstreams(rule: String) async throws {
        let (found, _) = try await Self.incidents(["\(rule):after=80m,for=25m"], rate: 8)
        let first = try #require(found.first)
        #expect(first.rule == rule && first.subject == IncidentSubject(), "\(found.map(\.rule))")
    }

    @Test("a healthy fleet has none of them")
    func healthy() async throws {
        let (found, _) = try await Self.incidents([], seconds: 10_800)
        #expect(found.isEmpty, "\(found.map(\.rule))")
    }
}
