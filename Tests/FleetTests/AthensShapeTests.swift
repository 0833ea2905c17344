import OTLPModel
import Testing

@testable import fleetgen

@Suite("Spans of an Athens-like proxy")
struct AthensShapeTests {
    private static let node = Fleet(edgeCount: 1, regionCount: 1, fault: .none, seed: 1).proxies[0]
    private static let module = Catalogue.standard.modules[0]

    private static func spans(
        _ target: RequestTarget, _ work: ProxyWork, status: Int = 200, bytes: Int64 = 100,
        parent: SpanContext? = nil
    ) -> [EmittedSpan] {
        let leg = ProxyLeg(
            node: node, interval: Interval(start: Sample.start, milliseconds: 50), status: status,
            bodyBytes: bytes, work: work)
        let exchange = Exchange(number: 1, client: nil, target: target, edge: nil, proxy: leg)
        var identifiers = SeededGenerator(seed: 9)
        return AthensEmitter(exchange: exchange, leg: leg).spans(parent: parent, using: &identifiers)
    }

    private static let interval = Interval(start: Sample.start, milliseconds: 1)

    private static func file(_ kind: RequestKind) -> RequestTarget {
        .file(kind, of: module.versions[0], in: module, rank: 0)
    }

    @Test(
        "a hit reads storage once",
        arguments: [(RequestKind.info, "Info"), (.mod, "GoMod"), (.zip, "Zip")])
    func hit(kind: RequestKind, name: String) {
        let spans = Self.spans(Self.file(kind), .hit(read: Self.interval, protocol: Self.interval))
        #expect(spans.shape == ["proxy", "protocol.\(name)<proxy", "fs.\(name)<protocol.\(name)"])
        #expect(Set(spans.map(\.span.traceID)).count == 1)
    }

    @Test("a miss reads twice, and the fetch is a trace of its own")
    func miss() {
        let fetch = FetchWork(
            pool: Self.interval, stasher: Self.interval, download: Self.interval, save: Self.interval)
        let spans = Self.spans(
            Self.file(.zip),
            .miss(
                first: Self.interval, second: Self.interval,
                stash: StashWork(interval: Self.interval, fetch: fetch), protocol: Self.interval))
        #expect(
            spans.shape == [
                "proxy", "protocol.Zip<proxy", "fs.Zip<protocol.Zip", "fs.Zip<protocol.Zip",
                "singleflight.Stash", "stash.Pool<singleflight.Stash", "stasher.Stash<stash.Pool",
                "goGetFetcher.Fetch<stasher.Stash", "fs.Save<stasher.Stash",
            ])
        #expect(Set(spans.prefix(4).map(\.span.traceID)).count == 1)
        #expect(Set(spans.suffix(5).map(\.span.traceID)).count == 1)
        #expect(spans[0].span.traceID != spans[4].span.traceID)
    }

    @Test("a failed fetch saves nothing and reads once; a waiter has a lone stash span")
    func failureAndWaiter() {
        let fetch = FetchWork(
            pool: Self.interval, stasher: Self.interval, download: Self.interval, save: nil)
        let failed = Self.spans(
            Self.file(.info),
            .miss(
                first: Self.interval, second: nil, stash: StashWork(interval: Self.interval, fetch: fetch),
                protocol: Self.interval), status: 404)
        #expect(failed.named("fs.Info").count == 1)
        #expect(failed.named("fs.Save").isEmpty)
        #expect(failed[0].span.status == SpanStatus())
        let waiter = Self.spans(
            Self.file(.mod),
            .miss(
                first: Self.interval, second: Self.interval,
                stash: StashWork(interval: Self.interval, fetch: nil), protocol: Self.interval))
        #expect(
            waiter.shape == [
                "proxy", "protocol.GoMod<proxy", "fs.GoMod<protocol.GoMod", "fs.GoMod<protocol.GoMod",
                "singleflight.Stash",
            ])
    }

    @Test("list asks storage and repository, latest the repository, and the sum database leaves no trace")
    func listLatestAndSums() {
        let list = Self.spans(
            .list(of: Self.module, rank: 0),
            .list(read: Self.interval, versions: Self.interval, protocol: Self.interval))
        #expect(
            list.shape == [
                "proxy", "protocol.List<proxy", "fs.List<protocol.List", "vcsLister.List<protocol.List",
            ])
        let latest = Self.spans(
            .latest(of: Self.module, rank: 0), .latest(versions: Self.interval, protocol: Self.interval))
        #expect(
            latest.shape == ["proxy", "protocol.Latest<proxy", "vcsLister.List<protocol.Latest"])
        #expect(Self.spans(.sumdbSupported, .none).shape == ["proxy"])
    }

    @Test("only the server span has attributes, and only from status 500 on it is an error")
    func attributesAndErrors() {
        let parent = SpanContext(
            traceID: Array(repeating: 7, count: 16), spanID: Array(repeating: 8, count: 8))
        let spans = Self.spans(
            Self.file(.zip), .hit(read: Self.interval, protocol: Self.interval), status: 500, parent: parent)
        let root = spans[0].span
        #expect(root.kind == .server)
        #expect(root.traceID == parent.traceID)
        #expect(root.parentSpanID == parent.spanID)
        #expect(root.flags == SpanFlags.sampledRemote)
        #expect(root.status.code == .error)
        #expect(root.attributes.string(of: "url.path") == Self.file(.zip).path)
        #expect(root.attributes.int(of: "http.response.status_code") == 500)
        #expect(root.attributes.int(of: "http.response.body.size") == 100)
        for inner in spans.dropFirst() {
            #expect(inner.span.attributes.isEmpty)
            #expect(inner.span.status == SpanStatus())
            #expect(inner.span.kind == .internal)
            #expect(inner.scope == 1)
        }
    }

    @Test("an empty body has no size, and the resource is the service's name alone unless configured")
    func bareValues() {
        let spans = Self.spans(.health, .none, bytes: 0)
        #expect(!spans[0].keys.contains("http.response.body.size"))
        let fleet = Fleet(edgeCount: 6, regionCount: 3, fault: .none, seed: 1)
        let bare = TelemetrySource(node: fleet.proxies[2])
        #expect(bare.resource.attributes == [KeyValue("service.name", .string("proxy"))])
        let configured = TelemetrySource(node: fleet.proxies[0])
        #expect(configured.resource.attributes.string(of: "service.instance.id") == "athens-fra-1")
    }

    @Test("a stitched fetch begins right after the first read and ends right before the second")
    func fetchesFitTheirGap() {
        var seen = 0
        for (exchange, _) in Sample.all(Sample.stream(fault: .coldCache, seconds: 60)) {
            guard case .miss(let first, let second?, let stash, let handler)? = exchange.proxy?.work
            else { continue }
            seen += 1
            #expect(Interval(start: first.end, end: stash.interval.start).milliseconds < 5)
            #expect(Interval(start: stash.interval.end, end: second.start).milliseconds < 5)
            #expect(handler.start <= first.start && second.end <= handler.end)
        }
        #expect(seen > 100)
    }

    @Test("requests that arrive while a version is fetched wait for that fetch")
    func requestsCoalesce() {
        var proxy = ProxySimulator(
            node: Self.node,
            faults: ActiveFaults(Fleet(edgeCount: 1, regionCount: 1, fault: .coldCache, seed: 1), start: 0),
            seed: 1)
        var generator = SeededGenerator(seed: 4)
        let leader = proxy.serve(Self.file(.info), at: Sample.start, using: &generator)
        let waiter = proxy.serve(Self.file(.mod), at: Sample.start + 1_000_000, using: &generator)
        #expect(leader.stash?.fetch != nil)
        #expect(waiter.stash != nil)
        #expect(waiter.stash?.fetch == nil)
        #expect(waiter.interval.end > (leader.stash?.interval.end ?? .max))
        let later = proxy.serve(
            Self.file(.zip), at: leader.interval.end + 1_000_000_000, using: &generator)
        guard case .hit = later.work else {
            Issue.record("the version is stored by then")
            return
        }
    }
}
