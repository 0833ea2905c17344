import OTLPModel
import Testing

@testable import fleetgen

@Suite("Faults show in the spans")
struct FaultTests {
    private typealias Request = (exchange: Exchange, spans: [EmittedSpan])

    private static func requests(_ fault: Fault) -> [Request] {
        Sample.all(Sample.stream(fault: fault, seconds: 150))
    }

    private static let healthy = requests(.none)

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    private static func share(_ requests: [Request], of condition: (Request) -> Bool) -> Double {
        Double(requests.filter(condition).count) / Double(max(1, requests.count))
    }

    @Test("slow-upstream: version lists take many times longer, cached files do not")
    func slowUpstream() {
        func listers(_ requests: [Request]) -> [Double] {
            requests.flatMap { $0.spans.named("vcsLister.List").map(\.milliseconds) }
        }
        func reads(_ requests: [Request]) -> [Double] {
            requests.flatMap { $0.spans.named("fs.GoMod").map(\.milliseconds) }
        }
        let slow = Self.requests(.slowUpstream)
        #expect(Self.median(listers(slow)) > 5 * Self.median(listers(Self.healthy)))
        #expect(Self.median(reads(slow)) < 2 * Self.median(reads(Self.healthy)))
    }

    @Test("slow-node: one edge node is slow where it answers alone, its neighbours are not")
    func slowNode() {
        let requests = Self.requests(.slowNode).filter { $0.exchange.proxy == nil }
        func hits(at node: Int) -> [Double] {
            requests.filter { $0.exchange.edge?.node.index == node && $0.exchange.target.kind == .zip }
                .flatMap { $0.spans.map(\.milliseconds) }
        }
        #expect(Self.median(hits(at: 1)) > 4 * Self.median(hits(at: 0)))
        #expect(Self.median(hits(at: 1)) > 4 * Self.median(hits(at: 2)))
    }

    @Test("cold-cache: far more requests wait for a fetch")
    func coldCache() {
        func isFetch(_ request: Request) -> Bool { !request.spans.named("singleflight.Stash").isEmpty }
        let usual = Self.share(Self.healthy, of: isFetch)
        let cold = Self.share(Self.requests(.coldCache), of: isFetch)
        #expect(cold > 3 * usual)
    }

    @Test("edge-errors: the edges of one region fail, those of the others hardly ever")
    func edgeErrors() {
        let requests = Self.requests(.edgeErrors)
        func failures(in region: String) -> Double {
            let here = requests.filter { $0.exchange.edge?.node.region.name == region }
            return Self.share(here) { $0.exchange.status >= 500 }
        }
        #expect(failures(in: "eu-central-1") > 0.05)
        #expect(failures(in: "us-east-1") < 0.02)
        let marked = requests.flatMap(\.spans).filter { $0.span.status.code == .error }
        #expect(marked.count > 50)
    }

    @Test("clock-skew: children seem to begin long before their parents")
    func clockSkew() {
        func worst(_ requests: [Request]) -> Double {
            requests.map { request in
                guard request.exchange.edge != nil, request.exchange.proxy != nil else { return 0 }
                let edge = Int64(bitPattern: request.spans[0].span.startTimeUnixNano)
                let proxy = Int64(bitPattern: request.spans[1].span.startTimeUnixNano)
                return Double(edge - proxy) / 1e9
            }.max() ?? 0
        }
        #expect(worst(Self.healthy) < 0.01)
        #expect(worst(Self.requests(.clockSkew)) > 40)
    }
}
