import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite(
    "Far more requests than ever, and from far more clients, are an incident; a busy day is none", .serialized
)
struct RateAnomalyTests {
    private static let minute: UInt64 = 60_000

    /// - Parameters:
    ///   - minutes: how long requests come
    ///   - perMinute: how many, by minute
    ///   - extra: what comes besides, each with the minute in which it comes
    private static func fleet(
        minutes: Range<Int> = 0..<120, perMinute: (Int) -> Int = { _ in 20 },
        clients: (Int) -> Int = { _ in 40 },
        nodes: (Int) -> Int = { _ in 4 }, extra: [(minute: Int, request: SpelledFleet.Request)] = []
    ) throws -> SpelledFleet {
        var fleet = try SpelledFleet()
        func add(_ request: SpelledFleet.Request, minute: Int, _ place: Int, of count: Int) {
            var request = request
            request.startMillis = UInt64(minute) * Self.minute + UInt64(place) * Self.minute / UInt64(count)
            fleet.add(request)
        }
        for minute in minutes {
            let count = perMinute(minute)
            for place in 0..<count {
                let chance = SeededRandom.mixed(UInt64(minute * 1_000 + place))
                var request = SpelledFleet.Request()
                request.node = "edge-\(chance % UInt64(nodes(minute)))"
                request.region = chance % 2 == 0 ? "eu" : "us"
                request.client = "192.0.2.\((chance >> 8) % UInt64(clients(minute)))"
                request.path = "/github.com/a/b\((chance >> 16) % 30)/@v/v1.0.0.zip"
                request.cache = "HIT"
                add(request, minute: minute, place, of: count)
            }
            let more = extra.filter { $0.minute == minute }
            for (place, one) in more.enumerated() { add(one.request, minute: minute, place, of: more.count) }
        }
        return fleet
    }

    /// From the ninetieth to the hundredth minute, so many requests in each.
    private static func flood(
        _ perMinute: Int, _ change: (inout SpelledFleet.Request, Int) -> Void
    ) -> [(minute: Int, request: SpelledFleet.Request)] {
        (0..<10 * perMinute).map { number in
            var request = SpelledFleet.Request()
            request.node = "edge-\(number % 4)"
            request.region = number % 2 == 0 ? "eu" : "us"
            request.client = "198.51.\(number / 250).\(number % 250)"
            request.path = "/github.com/a/b\(number % 30)/@v/v1.0.0.zip"
            request.cache = "HIT"
            change(&request, number)
            return (90 + number / perMinute, request)
        }
    }

    private static func incidents(
        _ fleet: SpelledFleet, since: Int = 60, until: Int = 120, baselineMinutes: Int64 = 1_440
    ) async throws -> [Incident] {
        func time(_ minutes: Int) -> UnixNanos {
            UnixNanos(clamping: Sample.baseNanos + UInt64(minutes) * Self.minute * 1_000_000)
        }
        return try await fleet.reader().incidents(
            IncidentQuery(
                window: TimeWindow(since: time(since), until: time(until)),
                baselineNanos: baselineMinutes * 60_000_000_000, now: time(until))
        ).incidents.filter { $0.rule == "rate-anomaly" }
    }

    @Test("everywhere, when many unknown clients come to all nodes at once")
    func everywhere() async throws {
        let fleet = try Self.fleet(extra: Self.flood(300) { _, _ in })
        let found = try await Self.incidents(fleet)
        let incident = try #require(found.first)
        #expect(found.count == 1 && incident.severity == .page)
        #expect(incident.subject == IncidentSubject())
        // Slots of a window do not end where minutes do.
        #expect((2_900...3_000).contains(incident.impact.requests))
        #expect(incident.impact.clients == incident.impact.requests)
        let begin = Int64(Sample.baseNanos) + 90 * 60_000_000_000
        #expect(abs(incident.start.rawValue - begin) < 60_000_000_000)
        #expect(incident.end.map { abs($0.rawValue - begin - 600_000_000_000) < 60_000_000_000 } == true)
        #expect(incident.evidence.traceIDs.count == 5)
        // It goes on when the window is one that it fills.
        #expect(try await Self.incidents(fleet, since: 93, until: 99).count == 1)
    }

    @Test("at the node or in the region that they come to")
    func places() async throws {
        let node = try Self.fleet(
            extra: Self.flood(300) { request, _ in (request.node, request.region) = ("edge-3", "us") })
        #expect(try await Self.incidents(node).map(\.subject) == [IncidentSubject(node: "edge-3")])
        // Both nodes of the region have half of it.
        let region = try Self.fleet(
            extra: Self.flood(300) { request, number in
                (request.node, request.region) = (number % 2 == 0 ? "edge-1" : "edge-3", "us")
            })
        #expect(try await Self.incidents(region).map(\.subject) == [IncidentSubject(region: "us")])
    }

    @Test("from a few clients when they name a user agent that nobody had before")
    func agents() async throws {
        let strange = try Self.fleet(
            extra: Self.flood(300) { request, number in
                request.client = "198.51.100.\(number % 8)"
                request.userAgent = "curl/8.5.0"
            })
        let found = try await Self.incidents(strange)
        #expect(found.first?.explanation.contains("user agent that was not known before") == true)
    }

    @Test("none: a build of one client that fans out, and one of its own with a new program")
    func fanOut() async throws {
        for agent in ["Go-http-client/2.0", "ci/1"] {
            let fleet = try Self.fleet(
                extra: Self.flood(300) { request, _ in
                    request.client = "198.51.100.7"
                    request.userAgent = agent
                })
            #expect(try await Self.incidents(fleet).isEmpty)
        }
    }

    @Test("none: without a time before, and where the data begin shortly before or with it")
    func beginning() async throws {
        let extra = Self.flood(300) { _, _ in }
        #expect(try await Self.incidents(try Self.fleet(extra: extra), since: 89, baselineMinutes: 0).isEmpty)
        #expect(try await Self.incidents(try Self.fleet(minutes: 80..<120, extra: extra)).isEmpty)
        #expect(try await Self.incidents(try Self.fleet(minutes: 90..<120, extra: extra)).isEmpty)
    }

    @Test("none: what seven other nodes had comes to one")
    func moved() async throws {
        let fleet = try Self.fleet(perMinute: { _ in 80 }, clients: { _ in 250 }, nodes: { $0 < 90 ? 8 : 1 })
        #expect(try await Self.incidents(fleet).isEmpty)
    }

    @Test("none: night becomes day, with the day before to compare with and without")
    func day() async throws {
        /// Twelve times as many at noon as in the night, within four hours.
        func level(_ minute: Int) -> Double {
            let hour = Double(minute % 1_440) / 60
            return hour < 6 || hour > 22 ? 0.05 : min(1, 0.05 + max(0, min(hour - 6, 22 - hour)) / 4)
        }
        let fleet = try Self.fleet(
            minutes: 0..<2_200, perMinute: { max(1, Int(level($0) * 12)) },
            clients: { max(2, Int(level($0) * 200)) })
        // Around seven in the morning of the second day, and at noon.
        for (since, until) in [(1_800, 1_900), (2_000, 2_200)] {
            #expect(try await Self.incidents(fleet, since: since, until: until).isEmpty)
            #expect(try await Self.incidents(fleet, since: since, until: until, baselineMinutes: 300).isEmpty)
        }
    }
}
