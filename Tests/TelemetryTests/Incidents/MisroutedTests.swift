import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("misrouted and ghost-status: who serves whom, and what nobody served", .serialized)
struct MisroutedTests {
    private static let trouble = 80..<100

    private static func regions(_ networks: [(String, String)]) throws -> ClientRegions {
        var regions = ClientRegions()
        for (network, region) in networks {
            #expect(regions.add(try #require(ClientRegions.Network(network)), region: region))
        }
        return regions
    }

    /// Clients of each region have a network, and its nodes; `eu` has two and `us` two.
    /// - Parameter isElsewhere: whether a request of a client in `eu` comes to a node in `us`
    private static func found(
        _ networks: [(String, String)] = [("192.0.2.0/24", "EU"), ("198.51.100.0/24", "us")],
        baseline: Int64 = 3_600_000_000_000, _ isElsewhere: (IncidentFleet.Request) -> Bool
    ) async throws -> [Incident] {
        let fleet = try IncidentFleet { request in
            let last = request.number % 40
            let isEuropean = request.spelled.region == "eu" || isElsewhere(request)
            request.spelled.client = isEuropean ? "192.0.2.\(last)" : "198.51.100.\(last)"
        }
        var query = IncidentFleet.query(baseline: baseline)
        query.clientRegions = try regions(networks)
        return try await fleet.fleet.reader().incidents(query).incidents.filter { $0.rule == "misrouted" }
    }

    @Test("clients that come to nodes of another region are told, with the node or the region")
    func misrouted() async throws {
        let toRegion = try await Self.found { Self.trouble.contains($0.minute) && $0.number % 3 == 0 }
        let incident = try #require(toRegion.first)
        #expect(toRegion.count == 1 && incident.severity == .info)
        #expect(incident.subject == IncidentSubject(region: "us"))
        let begin = Int64(Sample.baseNanos) + 80 * 60_000_000_000
        #expect(abs(incident.start.rawValue - begin) < 120_000_000_000)
        #expect(
            incident.explanation.hasPrefix("Clients in eu are served by nodes in us: ")
                && incident.explanation.contains(", where 0.0 % is usual, though nodes in eu serve others"),
            "\(incident.explanation)")
        let toNode = try await Self.found {
            Self.trouble.contains($0.minute) && $0.spelled.node == "edge-3"
        }
        #expect(toNode.map(\.subject) == [IncidentSubject(node: "edge-3", region: "us")])
    }

    @Test("nothing is told without a map, of what is always so, of a few, and of regions without nodes")
    func silent() async throws {
        let isTrouble = { (request: IncidentFleet.Request) in
            Self.trouble.contains(request.minute) && request.number % 3 == 0
        }
        #expect(try await Self.found([], isTrouble).isEmpty)
        #expect(try await Self.found([("192.0.2.0/24", "ap")], isTrouble).isEmpty)
        #expect(try await Self.found { $0.number % 3 == 0 }.isEmpty)
        #expect(try await Self.found { _ in false }.isEmpty)
        #expect(try await Self.found { $0.number % 600 == 7 }.isEmpty)
    }

    @Test("the smallest network that has an address says where it is")
    func networks() throws {
        let regions = try Self.regions([
            ("203.0.113.0/24", "eu"), ("203.0.113.128/25", "us"), ("203.0.113.200", "ap"),
            ("2001:db8::/32", "eu"),
            ("0.0.0.0/0", "other"),
        ])
        for (address, region) in [
            ("203.0.113.1", "eu"), ("203.0.113.129", "us"), ("203.0.113.200", "ap"), ("2001:db8:5::1", "eu"),
            ("::ffff:203.0.113.1", "eu"), ("8.8.8.8", "other"), ("2001:db9::1", nil), ("host", nil),
            ("", nil),
        ] as [(String, String?)] {
            #expect(regions.region(of: address) == region, "\(address)")
        }
        for text in [
            "", "203.0.113.1/24", "203.0.113.0/33", "203.0.113/24", "2001:db8::/129", "a/8", "1.2.3.4/-1",
            "1.2.3.4/",
        ] {
            #expect(ClientRegions.Network(text) == nil, "\(text)")
        }
        var twice = regions
        let network = try #require(ClientRegions.Network("203.0.113.0/24"))
        #expect(twice.add(network, region: "eu") && !twice.add(network, region: "us"))
    }

    // MARK: Statuses that nobody has

    private static func served(
        _ file: String, _ status: Int64, _ trace: UInt64, _ start: UInt64
    ) -> OTLPModel.Span {
        Sample.span(
            trace: trace, id: 1, startMillis: (start - Sample.baseNanos) / 1_000_000, millis: 20,
            attributes: [
                KeyValue("http.request.method", .string("GET")), KeyValue("url.path", .string("/" + file)),
                KeyValue("server.address", .string("proxy.example.com")),
                KeyValue("http.response.status_code", .int(status)),
                KeyValue("http.response.body.size", .int(40_000)),
            ])
    }

    /// What one host served in the window, and what a go command saw of it.
    /// - Parameters:
    ///   - served: statuses of which servers tell, by number; nil for none
    ///   - seen: the client's
    ///   - goesOn: whether servers tell of something later, too
    private func ghosts(
        served: (Int) -> Int64?, seen: (Int) -> Int = { $0 % 6 == 5 ? 429 : 200 },
        host: String = "proxy.example.com", goesOn: Bool = true
    ) async throws -> [Incident] {
        let folder = try TemporaryDirectory()
        let path = folder.file("ghosts.db")
        let store = try TelemetryStore.open(path: path)
        let base = Sample.baseNanos + 70 * 60_000_000_000
        let session = GoCommandSession(seed: (7, 9), command: "go build ./...", node: "runner-1")
        var servers: [OTLPModel.Span] = []
        var clients: [OTLPModel.Span] = []
        for number in 0..<60 {
            let file = "github.com/a/m\(number)/@v/v1.0.0.zip"
            let start = base + UInt64(number) * 2_000_000_000
            if let status = served(number) {
                servers.append(Self.served(file, status, UInt64(number) + 1, start))
            }
            var step = GoCommandStep(
                .request(url: "https://\(host)/\(file)"), line: number, time: UnixNanos(clamping: start))
            step.outcome = .answered(status: seen(number), text: "")
            clients.append(
                session.span(
                    of: step, number: number, from: UnixNanos(clamping: start + 700_000_000),
                    to: UnixNanos(clamping: start + 730_000_000)))
        }
        if !servers.isEmpty, goesOn {
            servers.append(
                Self.served("github.com/a/later/@v/v1.0.0.zip", 200, 99, base + 600_000_000_000))
        }
        for request in [
            Sample.request(servers, service: "edge", node: "edge-1"), session.request(clients),
        ] {
            let body = request.protobufBytes()
            let arrival = Arrival(receivedAt: UnixNanos(clamping: base), peerAddress: "192.0.2.9")
            let decoded = try DecodedTraces.fromProtobuf(body.span, arrival: arrival)
            _ = try await store.append(.spans(decoded.batch), digest: BodyDigest(of: body.span))
        }
        await store.close()
        return try TelemetryReader(path: path).incidents(IncidentFleet.query()).incidents.filter {
            $0.rule == "ghost-status"
        }
    }

    @Test("statuses that no server has are told, whether servers say something else or nothing")
    func ghosts() async throws {
        for served in [{ $0 % 6 == 5 ? nil : 200 }, { _ in 200 }] as [(Int) -> Int64?] {
            let found = try await ghosts(served: served)
            let incident = try #require(found.first)
            #expect(found.count == 1 && incident.severity == .info)
            #expect(incident.subject == IncidentSubject(upstream: "proxy.example.com"))
            #expect(incident.impact.requests == 10 && incident.impact.clients == 1)
            #expect(incident.evidence.traceIDs.count == 5)
            #expect(
                incident.explanation.contains("got 429 (10 times) from proxy.example.com"),
                "\(incident.explanation)")
        }
    }

    @Test(
        "nothing is told where servers have them, or tell too little, or may still tell, or another host was asked"
    )
    func told() async throws {
        #expect(try await ghosts(served: { $0 % 6 == 5 ? 429 : 200 }).isEmpty)
        #expect(try await ghosts(served: { $0 % 6 == 5 ? 499 : 200 }).isEmpty)
        #expect(try await ghosts(served: { $0 % 2 == 0 ? nil : 200 }).isEmpty)
        #expect(try await ghosts(served: { _ in 200 }, host: "proxy.golang.org").isEmpty)
        #expect(try await ghosts(served: { _ in 200 }, seen: { $0 % 30 == 29 ? 429 : 200 }).isEmpty)
        #expect(try await ghosts(served: { _ in 200 }, seen: { _ in 200 }).isEmpty)
        // What comes last is not yet told of.
        let last = { (number: Int) in number >= 50 ? 429 : 200 }
        #expect(try await ghosts(served: { $0 < 50 ? 200 : nil }, seen: last, goesOn: false).isEmpty)
        #expect(try await ghosts(served: { $0 < 50 ? 200 : nil }, seen: last).count == 1)
    }
}
