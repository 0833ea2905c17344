import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What tells what a cache did, source by source")
struct CacheRowTests {
    private let folder: TemporaryDirectory
    private static let zip = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws { folder = try TemporaryDirectory() }

    private static func result(_ name: String, _ value: String) -> CacheResult? {
        SpanClassification(
            Sample.span(
                trace: 1, id: 1,
                attributes: FleetSample.attributes(zip, [KeyValue(name, .string(value))])))?.cacheResult
    }

    private func units(_ spans: [OTLPModel.Span], _ node: FleetSample.Node = .edge) async throws -> [SlowUnit]
    {
        var sample = FleetSample()
        sample.add(node, spans)
        let reader = try await sample.reader(at: folder.file("\(UInt64.random(in: 0 ... .max)).db"))
        return try FleetSample.slowest(reader).units.sorted { $0.start < $1.start }
    }

    // MARK: Attributes

    @Test("cache result from goproxy.cache.result: as it is", arguments: CacheResult.allCases)
    func explicit(result: CacheResult) {
        #expect(Self.result("goproxy.cache.result", result.name) == result)
    }

    @Test("cache result from Cache-Status: the last member is nearest to the client")
    func cacheStatus() {
        for (value, result) in [
            ("a; hit", .hit), ("a; fwd=uri-miss", .miss), ("a; fwd=vary-miss", .miss), ("a; fwd=miss", .miss),
            ("a; fwd=stale", .stale), ("a; hit; fwd=stale", .stale),
            ("a; fwd=stale; fwd-status=304", .revalidated), ("a; fwd=request", .bypass),
            ("a; fwd=method", .bypass), ("a; fwd=bypass", .bypass), ("a; fwd=partial", .miss),
            ("a; fwd=miss; collapsed", .coalesced), ("a; hit, b; fwd=miss", .miss),
            ("a; fwd=miss, b; hit; ttl=3; key=x; detail=y; stored", .hit),
        ] as [(String, CacheResult)] {
            #expect(Self.result("http.response.header.cache-status", value) == result, "\(value)")
        }
    }

    @Test("cache result from upstream_cache_status: nginx's words, whatever stands before the name")
    func upstream() {
        for word in ["HIT", "MISS", "EXPIRED", "STALE", "UPDATING", "REVALIDATED", "BYPASS"] {
            let result = CacheResult.allCases.first { $0.name.uppercased() == word }
            #expect(Self.result("nginx.upstream_cache_status", word) == result)
            #expect(Self.result("x.y.upstream_cache_status", word) == result)
        }
    }

    @Test("cache result from CF-Cache-Status: Cloudflare's words")
    func cloudflare() {
        for word in ["HIT", "MISS", "EXPIRED", "STALE", "UPDATING", "REVALIDATED", "BYPASS"] {
            let result = CacheResult.allCases.first { $0.name.uppercased() == word }
            #expect(Self.result("http.response.header.cf-cache-status", word) == result)
        }
        #expect(Self.result("http.response.header.cf-cache-status", "DYNAMIC") == .bypass)
        #expect(Self.result("http.response.header.cf-cache-status", "NONE") == CacheResult.none)
        #expect(Self.result("http.response.header.cf-cache-status", "UNKNOWN") == CacheResult.none)
    }

    @Test(
        "cache result from X-Cache: and its relatives, the last of a list",
        arguments: ["x-cache", "x-cache-lookup", "x-qnm-cache", "x-proxy-cache"])
    func xCache(header: String) {
        for (value, result) in [
            ("RefreshHit from cloudfront", .revalidated), ("HIT", .hit), ("Hit from cloudfront", .hit),
            ("hit-fresh", .hit), ("hit-stale", .stale), ("MISS", .miss), ("Error from cloudfront", .none),
            ("MISS, HIT", .hit), ("HIT, MISS", .miss),
        ] as [(String, CacheResult)] {
            #expect(Self.result("http.response.header." + header, value) == result, "\(value)")
        }
    }

    @Test("cache result from response_flags: Envoy's cache filter")
    func responseFlags() { #expect(Self.result("response_flags", "RFCF") == .hit) }

    @Test("cache result from Age: above zero, and of a refusal the refusal")
    func age() async throws {
        #expect(Self.result("http.response.header.age", "1") == .hit)
        #expect(Self.result("http.response.header.age", "0") == .unknown)
        let more = [KeyValue("http.response.header.age", .string("7"))]
        for status in [404, 410] as [Int64] {
            let attributes = FleetSample.attributes(Self.zip, status: status, more)
            let units = try await units([Sample.span(trace: 1, id: 1, millis: 90, attributes: attributes)])
            #expect(units.map(\.cacheResult) == [.negativeHit])
        }
    }

    // MARK: Spans around it

    @Test("cache result from Athens' trace shape: one look-up or two, and what the status says")
    func traceShape() async throws {
        for (status, fetch, result) in [
            (200, nil, .hit), (200, 400, .miss), (301, nil, .redirectMiss), (303, nil, .bypass),
            (404, nil, .miss),
        ] as [(Int64, UInt64?, CacheResult)] {
            let spans = FleetSample.athens(
                trace: 1, path: Self.zip, call: "protocol.Zip", fetchMillis: fetch, status: status)
            #expect(try await units(spans, .athens).map(\.cacheResult) == [result], "\(status)")
        }
    }

    private static func redirect(
        _ number: UInt64, _ status: Int64, host: String, kind: String = "zip"
    ) -> OTLPModel.Span {
        Sample.span(
            trace: number, id: 1, startMillis: number * 100,
            attributes: FleetSample.attributes(
                "/github.com/a/b/@v/v1.0.\(number).\(kind)", status: status, bytes: nil,
                [KeyValue("server.address", .string(host))]))
    }

    @Test("cache result from a redirect: goproxy.cn's 302 of a zip is a hit; of others it says nothing")
    func redirect() async throws {
        let units = try await units([
            Self.redirect(1, 302, host: "goproxy.cn"), Self.redirect(2, 302, host: "proxy.example.com"),
            Self.redirect(3, 302, host: "goproxy.cn", kind: "mod"),
            Self.redirect(4, 301, host: "goproxy.cn"),
            Self.redirect(5, 302, host: "GOPROXY.CN:443"),
        ])
        #expect(
            units.map(\.cacheResult) == [.redirectHit, .unknown, .unknown, .unknown, .redirectHit])
        #expect(units.map(\.outcome) == Array(repeating: .redirected, count: 5))
    }

    @Test("cache result from a redirect: Athens' 301 is a miss and its 303 goes around the cache")
    func athensRedirect() async throws {
        // Its filter answers before the download protocol is called.
        let spans = [301, 303, 302].enumerated().map { number, status in
            Self.redirect(UInt64(number), Int64(status), host: "athens.internal")
        }
        #expect(try await units(spans, .athens).map(\.cacheResult) == [.redirectMiss, .bypass, .unknown])
        #expect(try await units(spans).map(\.cacheResult) == [.unknown, .unknown, .unknown])
    }

    @Test("cache result from a redirect: by the profile that mirrors.yaml gives a host")
    func profiles() async throws {
        var sample = FleetSample()
        sample.add(
            .edge, [Self.redirect(1, 302, host: "go.example.com"), Self.redirect(2, 301, host: "a.b")])
        let reader = try await sample.reader(at: folder.file("profiles.db"))
        func mirror(_ name: String, _ profile: MirrorProfile) throws -> ModuleMirror {
            ModuleMirror(
                name: name, url: "https://\(name)", address: try GoProxyAddress("https://\(name)"),
                profile: profile, visibility: .private, region: "eu")
        }
        reader.mirrors = MirrorList([
            try mirror("go.example.com", .goproxy), try mirror("a.b", .athens),
        ])
        let units = try FleetSample.slowest(reader).units.sorted { $0.start < $1.start }
        #expect(units.map(\.cacheResult) == [.redirectHit, .redirectMiss])
    }

    @Test(
        "cache result from an origin span: passed on was a miss, and not passed on a hit, where there is a cache"
    )
    func originSpan() async throws {
        var spans = (0..<UInt64(5)).map {
            Sample.span(
                trace: $0 + 10, id: 1, startMillis: $0, millis: 2,
                attributes: FleetSample.attributes(Self.zip))
        }
        spans.append(
            Sample.span(trace: 1, id: 1, startMillis: 900, attributes: FleetSample.attributes(Self.zip)))
        spans.append(Sample.span(trace: 1, id: 2, parent: 1, kind: .client, startMillis: 901, millis: 5))
        #expect(try await units(spans).map(\.cacheResult) == [.hit, .hit, .hit, .hit, .hit, .miss])
    }

    // MARK: Time

    private static func refusal(
        _ number: UInt64, at millis: UInt64, took: UInt64 = 2, path: String = zip, _ more: [KeyValue] = []
    ) -> OTLPModel.Span {
        Sample.span(
            trace: number, id: 1, startMillis: millis, millis: took,
            attributes: FleetSample.attributes(path, status: 404, bytes: nil, more))
    }

    @Test(
        "cache result from a repeat: not found again within 5 ms is a kept answer, until it is too old",
        arguments: [
            (4, 1_000, .negativeHit), (5, 1_000, .unknown), (4, 600_300, .negativeHit),
            (4, 600_301, .unknown),
        ] as [(UInt64, UInt64, CacheResult)])
    func repeated(took: UInt64, at millis: UInt64, result: CacheResult) async throws {
        let units = try await units([
            Self.refusal(1, at: 0, took: 300), Self.refusal(2, at: millis, took: took),
        ])
        #expect(units.map(\.cacheResult) == [.unknown, result])
    }

    @Test("cache result from a repeat: of the same at the same node, by whoever did not ask elsewhere")
    func otherRepeats() async throws {
        let list = "/github.com/a/b/@v/list"
        let found = try await units([
            Self.refusal(1, at: 0, took: 300),
            Self.refusal(2, at: 1_000, path: "/github.com/a/c/@v/v1.0.0.zip"),
            Self.refusal(3, at: 2_000), Self.refusal(4, at: 3_000),
            // A list is kept for a minute.
            Self.refusal(5, at: 10_000, took: 300, path: list), Self.refusal(6, at: 70_300, path: list),
            Self.refusal(7, at: 140_000, path: list),
            Self.refusal(8, at: 150_000),
            Sample.span(trace: 8, id: 2, parent: 1, kind: .client, startMillis: 150_000, millis: 1),
        ])
        #expect(
            found.map(\.cacheResult) == [
                .unknown, .unknown, .negativeHit, .negativeHit, .unknown, .negativeHit, .unknown, .unknown,
            ])
    }

    @Test("cache result from duration: it makes no result; the first of a file that is slow is counted apart")
    func duration() async throws {
        func asked(_ number: UInt64, _ version: UInt64, took: UInt64) -> OTLPModel.Span {
            Sample.span(
                trace: number, id: 1, startMillis: number * 1_000, millis: took,
                attributes: FleetSample.attributes("/github.com/a/b/@v/v1.0.\(version).zip"))
        }
        var spans = (0..<UInt64(40)).map { asked($0, $0 % 10, took: 20) }
        // Eleven times the median: the first for its file, one that was there before, and one that is only slower.
        spans += [asked(50, 100, took: 220), asked(51, 3, took: 220), asked(52, 101, took: 200)]
        var sample = FleetSample()
        sample.add(.edge, spans)
        let result = try (try await sample.reader(at: folder.file("slow.db"))).misses(MissQuery(window: .all))
        #expect(result.likely.count == 1)
        #expect(result.likely.nanos == 220_000_000)
        #expect(result.totals.unknown == 43)
        #expect(result.totals.lookups == 0 && result.totals.ratio == nil)
        let table = ResultTable.misses(result, MissQuery(window: .all), zone: .utc)
        #expect(table.summary.contains { $0.contains("unknown 43: in no ratio; 1 of them probably missed") })
    }

    @Test("cache result from nothing: unknown, and in no ratio")
    func nothing() async throws {
        var sample = FleetSample()
        sample.add(.edge, [Sample.span(trace: 1, id: 1, attributes: FleetSample.attributes(Self.zip))])
        let reader = try await sample.reader(at: folder.file("nothing.db"))
        let totals = try reader.misses(MissQuery(window: .all)).totals
        #expect((totals.unknown, totals.lookups) == (1, 0))
        #expect(totals.ratio == nil)
    }
}
