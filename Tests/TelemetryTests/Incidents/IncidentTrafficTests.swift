import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Incidents of redirects, tiles, refusals, fallbacks and private modules", .serialized)
struct IncidentTrafficTests {
    private static let trouble = 80..<100

    private static func incidents(
        baseline: Int64 = 3_600_000_000_000, privateModules: String = "",
        _ change: (inout IncidentFleet.Request) -> Void
    ) async throws -> [Incident] {
        var query = IncidentFleet.query(baseline: baseline)
        query.privateModules = PrivateModules([
            PrivateModules.Source("--private", ModulePatternList(privateModules))
        ])
        return try await IncidentFleet(change).fleet.reader().incidents(query).incidents
    }

    private static func named(_ rule: String, _ incidents: [Incident]) -> [String] {
        incidents.filter { $0.rule == rule }.map { $0.subject.members.map(\.value).joined(separator: " ") }
    }

    // MARK: Redirects

    @Test("cached-redirect: a cache gives out a 301, by its own word or by its age")
    func redirects() async throws {
        for isByAge in [false, true] {
            let found = try await Self.incidents { request in
                guard Self.trouble.contains(request.minute), request.spelled.node == "edge-1",
                    request.number % 3 == 0
                else { return }
                request.spelled.status = 301
                request.spelled.cache = isByAge ? nil : "HIT"
                if isByAge {
                    request.spelled.attributes = [
                        KeyValue("http.response.header.age", .array([.string("86400")]))
                    ]
                }
            }
            #expect(Self.named("cached-redirect", found) == ["edge-1"])
            #expect(found.first { $0.rule == "cached-redirect" }?.severity == .ticket)
        }
    }

    @Test("none: redirects that are made anew, and those to a stored file for now")
    func ownRedirects() async throws {
        for (status, cache) in [(301, "MISS"), (302, "HIT"), (304, "HIT")] as [(Int64, String)] {
            let found = try await Self.incidents { request in
                guard Self.trouble.contains(request.minute), request.spelled.node == "edge-1" else { return }
                (request.spelled.status, request.spelled.cache) = (status, cache)
            }
            #expect(Self.named("cached-redirect", found) == [])
        }
    }

    // MARK: Tiles

    /// Of four requests one is for a tile.
    private static func tiles(
        _ change: @Sendable (inout IncidentFleet.Request) -> Void
    ) async throws -> [String] {
        let found = try await incidents { request in
            guard request.number % 4 == 1 else { return }
            request.spelled.path = "/sumdb/sum.golang.org/tile/8/0/x120/\(100 + request.number % 800)"
            request.spelled.bytes = 8_192
            request.spelled.cache = nil
            request.spelled.millis = 5
            change(&request)
        }
        return named("bad-tile", found)
    }

    @Test(
        "bad-tile: full tiles of another size, at the node that gives them out",
        arguments: [4_096, 5_000, 9_000])
    func badTiles(bytes: Int64) async throws {
        let found = try await Self.tiles { request in
            if Self.trouble.contains(request.minute), request.spelled.node == "edge-2" {
                request.spelled.bytes = bytes
            }
        }
        #expect(found == ["edge-2"])
    }

    @Test("none: tiles that are not full, tiles of records, compressed answers, and nodes that count headers")
    func otherTiles() async throws {
        let partial = try await Self.tiles { request in
            request.spelled.path += ".p/\(1 + request.number % 255)"
            request.spelled.bytes = Int64(32 * (1 + request.number % 255))
        }
        #expect(partial == [])
        let records = try await Self.tiles { request in
            request.spelled.path = "/sumdb/sum.golang.org/tile/8/data/x120/345"
            request.spelled.bytes = 21_003
        }
        #expect(records == [])
        let compressed = try await Self.tiles { request in
            guard Self.trouble.contains(request.minute) else { return }
            request.spelled.bytes = 6_011
            request.spelled.attributes = [
                KeyValue("http.response.header.content-encoding", .array([.string("gzip")]))
            ]
        }
        #expect(compressed == [])
        let headers = try await Self.tiles { request in
            if request.spelled.node == "edge-2" { request.spelled.bytes = 8_192 + 311 }
        }
        #expect(headers == [])
    }

    // MARK: Refusals

    /// Some files that all nodes are asked for.
    private static func isOld(_ request: IncidentFleet.Request) -> Bool {
        request.spelled.path.hasPrefix("/github.com/a/old1")
    }

    @Test("semantic-divergence: what others give out is refused for more than an hour")
    func divergence() async throws {
        let found = try await Self.incidents { request in
            guard Self.isOld(request), request.minute >= 30, request.spelled.node == "edge-2" else { return }
            (request.spelled.status, request.spelled.cache, request.spelled.bytes) = (404, nil, 40)
        }
        #expect(Self.named("semantic-divergence", found) == ["edge-2"])
        let incident = try #require(found.first { $0.rule == "semantic-divergence" })
        #expect(incident.severity == .info)
        // Half an hour before the window.
        #expect(incident.start < IncidentFleet.window.since)
    }

    @Test("semantic-divergence: the only one that gives out what all others refuse is named")
    func giver() async throws {
        let found = try await Self.incidents { request in
            guard Self.isOld(request), request.minute >= 30, request.spelled.node != "edge-2" else { return }
            (request.spelled.status, request.spelled.cache, request.spelled.bytes) = (404, nil, 40)
        }
        #expect(Self.named("semantic-divergence", found) == ["edge-2"])
    }

    @Test("none: a refusal that was kept from before, one of less than an hour, and one that all have")
    func otherRefusals() async throws {
        func found(_ isRefused: @Sendable (IncidentFleet.Request) -> Bool) async throws -> [String] {
            Self.named(
                "semantic-divergence",
                try await Self.incidents { request in
                    guard Self.isOld(request), isRefused(request) else { return }
                    (request.spelled.status, request.spelled.cache, request.spelled.bytes) = (404, nil, 40)
                })
        }
        #expect(try await found { $0.minute < 30 || $0.spelled.node == "edge-2" } == [])
        #expect(try await found { (65..<115).contains($0.minute) && $0.spelled.node == "edge-2" } == [])
        #expect(try await found { $0.minute >= 20 } == [])
    }

    // MARK: Repositories

    /// Half of the requests are fetches of one repository by two proxies.
    private static func fetches(
        _ path: @Sendable (Int) -> String, minutes: Range<Int> = Self.trouble, role: String = "proxy"
    ) async throws -> [String] {
        let found = try await incidents { request in
            guard request.number % 2 == 0, minutes.contains(request.minute) else { return }
            (request.spelled.node, request.spelled.service) = ("proxy-\(request.number / 2 % 2)", "athens")
            request.spelled.path = path(request.number)
            (request.spelled.cache, request.spelled.millis) = ("MISS", 900)
            request.spelled.attributes = []
            request.spelled.role = role
        }
        return named("origin-hammering", found)
    }

    @Test("origin-hammering: the same versions of one repository are fetched again and again")
    func hammering() async throws {
        let found = try await Self.fetches { "/github.com/big/repo/part\($0 % 5)/@v/v1.0.0.zip" }
        #expect(found == ["github.com/big/repo"])
    }

    @Test("none: hundreds of modules of one repository once each, what edges lack, and what was so before")
    func otherFetches() async throws {
        #expect(try await Self.fetches { "/github.com/big/repo/part\($0)/@v/v1.0.0.zip" } == [])
        let path: @Sendable (Int) -> String = { "/github.com/big/repo/part\($0 % 5)/@v/v1.0.0.zip" }
        #expect(try await Self.fetches(path, role: "edge") == [])
        #expect(try await Self.fetches(path, minutes: 0..<120) == [])
    }

    // MARK: Fallbacks

    private static func becomeDirect(_ request: inout IncidentFleet.Request) {
        request.spelled.path = "/a/b\(request.number % 40)"
        request.spelled.attributes = [KeyValue("url.query", .string("go-get=1"))]
        request.spelled.cache = nil
        request.spelled.bytes = 700
    }

    @Test(
        "fallback-storm: clients ask where modules come from, as a proxy called its time-outs \"not found\"")
    func direct() async throws {
        let found = try await Self.incidents { request in
            guard Self.trouble.contains(request.minute) else { return }
            if request.number % 5 == 0 { Self.becomeDirect(&request) }
            if request.number % 5 == 1, request.isMiss {
                (request.spelled.status, request.spelled.millis) = (404, 15_000)
            }
        }
        let storm = try #require(found.first { $0.rule == "fallback-storm" })
        #expect(storm.severity == .page && storm.subject == IncidentSubject())
        #expect(storm.explanation.contains("came after a time-out"))
        #expect(storm.impact.requests >= 100 && storm.evidence.traceIDs.count == 5)
        let begin = Int64(Sample.baseNanos) + 80 * 60_000_000_000
        #expect(abs(storm.start.rawValue - begin) < 120_000_000_000)
    }

    /// The first three nodes are asked as one host, the fourth as another one, where clients go on of two requests in four.
    private static func twoProxies(
        _ isRefused: @Sendable (IncidentFleet.Request) -> Bool
    ) async throws -> [Incident] {
        try await incidents { request in
            let turn = request.number / 4
            if request.number % 4 < 2, isRefused(request) {
                request.spelled.path = "/github.com/a/x\(turn)/@v/v1.0.0.mod"
                request.spelled.client = "192.0.2.\(turn % 60)"
                request.spelled.node = request.number % 4 == 0 ? "edge-0" : "edge-3"
                (request.spelled.cache, request.spelled.millis) = (nil, 20)
                if request.number % 4 == 0 { request.spelled.status = 404 }
            }
            request.spelled.attributes = [
                KeyValue(
                    "server.address",
                    .string(request.spelled.node == "edge-3" ? "second.example.com" : "first.example.com"))
            ]
        }
    }

    @Test("fallback-storm: clients go on to the second proxy")
    func second() async throws {
        let found = try await Self.twoProxies { Self.trouble.contains($0.minute) }
        let storm = try #require(found.first { $0.rule == "fallback-storm" })
        #expect(
            storm.evidence.numbers.first { $0.name == "second_proxy_requests" }.map { $0.value >= 100 }
                == true)
    }

    @Test("none: what was so before, and what nothing is known of before")
    func usualFallbacks() async throws {
        let usual = try await Self.incidents { request in
            if request.number % 5 == 0 { Self.becomeDirect(&request) }
        }
        #expect(Self.named("fallback-storm", usual) == [])
        let unknown = try await Self.incidents(baseline: 0) { request in
            if Self.trouble.contains(request.minute), request.number % 5 == 0 { Self.becomeDirect(&request) }
        }
        #expect(Self.named("fallback-storm", unknown) == [])
        let both = try await Self.twoProxies { _ in true }
        #expect(Self.named("fallback-storm", both) == [])
    }

    // MARK: Private modules

    private static func leaks(
        host: String, requests: Set<Int> = [2_400, 2_500], patterns: String = "git.example.com"
    ) async throws -> [Incident] {
        try await incidents(privateModules: patterns) { request in
            guard requests.contains(request.number) else { return }
            request.spelled.node = "edge-1"
            request.spelled.path = "/git.example.com/team/secret/@v/v1.0.0.zip"
            request.spelled.attributes = [KeyValue("server.address", .string(host))]
        }.filter { $0.rule == "private-leak" }
    }

    @Test("private-leak: one request that a public host was asked for is enough, and no name is told")
    func leak() async throws {
        let found = try await Self.leaks(host: "goproxy.cn")
        let leak = try #require(found.first)
        #expect(found.count == 1 && leak.severity == .page)
        #expect(leak.subject == IncidentSubject(node: "edge-1", upstream: "goproxy.cn"))
        #expect(leak.impact.requests == 2 && leak.impact.modules == 1)
        #expect(leak.evidence.traceIDs.count == 2)
        #expect(!leak.explanation.contains("secret") && !leak.explanation.contains("git.example.com"))
        #expect(try await Self.leaks(host: "proxy.golang.org", requests: [3_000]).count == 1)
    }

    @Test("none: a host of one's own, before the window, and where nobody says what is private")
    func noLeak() async throws {
        #expect(try await Self.leaks(host: "athens.example.com").isEmpty)
        #expect(try await Self.leaks(host: "goproxy.cn", requests: [900]).isEmpty)
        #expect(try await Self.leaks(host: "goproxy.cn", patterns: "").isEmpty)
        #expect(try await Self.leaks(host: "goproxy.cn", patterns: "git.example.org").isEmpty)
    }
}
