import OTLPModel
import Testing

@testable import Telemetry

@Suite("What a cache did")
struct CacheEvidenceTests {
    private func result(_ attributes: [KeyValue]) -> (CacheResult, CacheEvidence?)? {
        let path = KeyValue("url.path", .string("/a.b/c/@v/v1.0.0.zip"))
        return SpanClassification(Sample.span(trace: 1, id: 1, attributes: [path] + attributes)).map {
            ($0.cacheResult, $0.cacheEvidence)
        }
    }

    @Test(
        "A text attribute is read by its name",
        arguments: [
            ("goproxy.cache.result", "redirect_hit", CacheResult.redirectHit, CacheEvidence.attribute),
            ("goproxy.cache.result", "HIT", .hit, .attribute),
            ("nginx.upstream_cache_status", "HIT", .hit, .upstreamCacheStatus),
            ("upstream_cache_status", "MISS", .miss, .upstreamCacheStatus),
            ("x.upstream_cache_status", "EXPIRED", .expired, .upstreamCacheStatus),
            ("nginx.upstream_cache_status", "STALE", .stale, .upstreamCacheStatus),
            ("nginx.upstream_cache_status", "UPDATING", .updating, .upstreamCacheStatus),
            ("nginx.upstream_cache_status", "REVALIDATED", .revalidated, .upstreamCacheStatus),
            ("nginx.upstream_cache_status", "BYPASS", .bypass, .upstreamCacheStatus),
            ("nginx.upstream_cache_status", "MISS, HIT", .hit, .upstreamCacheStatus),
            ("http.response.header.cf-cache-status", "DYNAMIC", .bypass, .cloudflare),
            ("http.response.header.cf_cache_status", "HIT", .hit, .cloudflare),
            ("http.response.header.CF-Cache-Status", "NONE", .none, .cloudflare),
            ("http.response.header.x-cache", "HIT", .hit, .xCache),
            ("http.response.header.x-cache", "MISS, HIT", .hit, .xCache),
            ("http.response.header.x-cache", "HIT, MISS", .miss, .xCache),
            ("http.response.header.x-cache", "Hit from cloudfront", .hit, .xCache),
            ("http.response.header.x-cache", "RefreshHit from cloudfront", .revalidated, .xCache),
            ("http.response.header.x-cache", "Error from cloudfront", .none, .xCache),
            ("http.response.header.x-cache", "TCP_MISS", .miss, .xCache),
            ("http.response.header.x-cache", "hit-stale", .stale, .xCache),
            ("http.response.header.x-cache", "hit-fresh", .hit, .xCache),
            ("http.response.header.x-cache-lookup", "MISS from squid:3128", .miss, .xCache),
            ("http.response.header.x-qnm-cache", "Hit", .hit, .xCache),
            ("http.response.header.x-proxy-cache", "EXPIRED", .expired, .xCache),
            ("x-cache", "HIT", .hit, .xCache),
            ("cache.status", "hit", .hit, .generic),
            ("app.cache.status", "stale", .stale, .generic),
            ("app.cache.status", "Souin; hit; ttl=3", .hit, .generic),
            ("cache.hit", "true", .hit, .generic),
            ("my.cache_hit", "false", .miss, .generic),
            ("response_flags", "RFCF", .hit, .responseFlags),
            ("response_flags", "UT,RFCF", .hit, .responseFlags),
            ("http.response.header.age", "12", .hit, .age),
        ])
    func texts(name: String, value: String, expected: CacheResult, evidence: CacheEvidence) {
        let found = result([KeyValue(name, .string(value))])
        #expect(found?.0 == expected, "\(name): \(value)")
        #expect(found?.1 == evidence, "\(name): \(value)")
        // A captured header is an array.
        let array = result([KeyValue(name, .array([.string(value)]))])
        #expect(array?.0 == expected, "\(name): [\(value)]")
    }

    @Test(
        "What says nothing is no evidence",
        arguments: [
            ("goproxy.cache.result", "unknown"), ("goproxy.cache.result", "warm"),
            ("nginx.upstream_cache_status", "-"), ("nginx.upstream_cache_status", ""),
            ("http.response.header.x-cache", "?"), ("http.response.header.age", "0"),
            ("http.response.header.age", "-3"), ("http.response.header.age", "young"),
            ("response_flags", "UT"), ("age", "42"), ("cache.size", "hit"), ("mycache.hits", "true"),
            ("http.response.header.x-cache-key", "HIT"), ("cache.status", "unknown"),
        ])
    func nothing(name: String, value: String) {
        let found = result([KeyValue(name, .string(value))])
        #expect(found?.0 == .unknown, "\(name): \(value)")
        #expect(found?.1 == nil, "\(name): \(value)")
    }

    @Test(
        "Cache-Status is read by RFC 9211: the last member is nearest to the client",
        arguments: [
            ("ExampleCache; hit", CacheResult.hit), ("ExampleCache; hit; ttl=376", .hit),
            ("ExampleCache; fwd=uri-miss; stored; collapsed", .coalesced),
            ("ExampleCache; fwd=uri-miss", .miss), ("ExampleCache; fwd=vary-miss", .miss),
            ("ExampleCache; fwd=miss", .miss), ("ExampleCache; fwd=partial", .miss),
            ("ExampleCache; fwd=stale", .stale), ("ExampleCache; hit; fwd=stale", .stale),
            ("ExampleCache; fwd=stale; fwd-status=304; stored", .revalidated),
            ("ExampleCache; fwd=stale; fwd-status=200", .stale),
            ("ExampleCache; fwd=bypass", .bypass), ("ExampleCache; fwd=request", .bypass),
            ("ExampleCache; fwd=method", .bypass), ("ExampleCache;hit", .hit),
            ("ExampleCache; hit=?1", .hit), ("ExampleCache; hit=?0", .unknown),
            ("Origin; hit, Edge; fwd=uri-miss", .miss), ("Origin; fwd=uri-miss, Edge; hit", .hit),
            ("\"Edge, 1; hit\"; fwd=uri-miss", .miss), ("\"a\\\"; hit\"; fwd=miss", .miss),
            ("Edge; fwd=\"stale\"", .stale), ("Edge; detail=hit", .unknown), ("Edge", .unknown),
            (",", .unknown), (";", .unknown), ("\"", .unknown), ("a; hit,", .hit),
        ])
    func cacheStatus(value: String, expected: CacheResult) {
        let found = result([KeyValue("http.response.header.cache-status", .string(value))])
        #expect(found?.0 == expected, "\(value)")
    }

    @Test("Header lines are one list") func lines() {
        let lines = AnyValue.array([.string("Origin; fwd=uri-miss"), .string("Edge; hit")])
        #expect(result([KeyValue("http.response.header.cache-status", lines)])?.0 == .hit)
    }

    @Test("Flags and numbers count, the most reliable evidence wins, and a repeated key's last value")
    func order() {
        #expect(result([KeyValue("cache.hit", .bool(true))])?.0 == .hit)
        #expect(result([KeyValue("cache.hit", .bool(false))])?.0 == .miss)
        #expect(result([KeyValue("http.response.header.age", .int(5))])?.0 == .hit)
        #expect(result([KeyValue("http.response.header.age", .int(0))])?.0 == .unknown)
        let several = [
            KeyValue("http.response.header.age", .string("10")),
            KeyValue("http.response.header.x-cache", .string("MISS")),
            KeyValue("nginx.upstream_cache_status", .string("-")),
        ]
        #expect(result(several)?.0 == .miss)
        #expect(result(several + [KeyValue("goproxy.cache.result", .string("coalesced"))])?.0 == .coalesced)
        #expect(
            result([KeyValue("cache.status", .string("hit")), KeyValue("cache.status", .string("miss"))])?.0
                == .miss)
    }

    @Test("Each result counts in a hit ratio as documented") func ratio() {
        #expect(
            CacheResult.allCases.filter(\.isHit).map(\.name).sorted()
                == ["hit", "redirect_hit", "revalidated", "stale", "updating"])
        #expect(
            CacheResult.allCases.filter { $0.isLookup && !$0.isHit }.map(\.name).sorted()
                == ["coalesced", "expired", "miss", "redirect_miss"])
    }
}
