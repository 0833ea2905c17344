import OTLPModel
import Testing

@testable import fleetgen

@Suite("Traffic")
struct TrafficTests {
    @Test("the same seed and start give the same spans")
    func sameSeedSameSpans() {
        let first = Sample.all(Sample.stream(seed: 7, seconds: 20))
        let second = Sample.all(Sample.stream(seed: 7, seconds: 20))
        #expect(first.count > 500)
        #expect(first.flatMap(\.spans) == second.flatMap(\.spans))
    }

    @Test("another seed gives other requests and other ids")
    func otherSeedOtherSpans() {
        let first = Sample.all(Sample.stream(seed: 1, seconds: 10)).flatMap(\.spans)
        let second = Sample.all(Sample.stream(seed: 2, seconds: 10)).flatMap(\.spans)
        #expect(first != second)
        let shared = Set(first.map(\.span.spanID)).intersection(second.map(\.span.spanID))
        #expect(shared.isEmpty)
    }

    @Test("asking in small steps of time gives the same spans as asking once")
    func stepsDoNotMatter() {
        let whole = Sample.all(Sample.stream(seconds: 15)).flatMap(\.spans)
        var stream = Sample.stream(seconds: 15)
        var stepped: [EmittedSpan] = []
        for step in 0...40 {
            let time = Sample.start + UInt64(seconds: Double(step) * 0.5)
            while let (exchange, spans) = stream.next(until: time) {
                #expect(exchange.finished <= time)
                stepped += spans
            }
        }
        #expect(stepped == whole)
    }

    @Test("requests come in the order of their starts, inside the plan's time and near its rate")
    func requestsKeepToThePlan() {
        let fleet = Fleet(edgeCount: 6, regionCount: 2, fault: .none, seed: 3)
        let plan = Sample.plan(seconds: 300, rate: 40)
        var traffic = TrafficGenerator(fleet: fleet, plan: plan, seed: 3)
        var starts: [UInt64] = []
        while let exchange = traffic.next() { starts.append(exchange.start) }
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(starts.allSatisfy { $0 >= plan.start && $0 < plan.end })
        #expect((9_000...15_000).contains(starts.count), "\(starts.count) requests instead of about 12000")
    }

    @Test("few modules get most of the requests")
    func popularityIsZipf() {
        let requests = Sample.all(Sample.stream(seconds: 300, rate: 60))
        var counts: [Int: Int] = [:]
        for (exchange, _) in requests where exchange.target.kind == .mod {
            counts[exchange.target.popularityRank, default: 0] += 1
        }
        let total = counts.values.reduce(0, +)
        let ordered = counts.values.sorted(by: >)
        #expect(total > 2_000)
        #expect(Double(ordered[0]) > 0.05 * Double(total))
        #expect(Double(ordered.prefix(20).reduce(0, +)) > 0.4 * Double(total))
        #expect(counts.count > 150, "the long tail is there, too")
    }

    @Test("healthy probe 404s of path prefixes are there")
    func probesAreThere() {
        let requests = Sample.all(Sample.stream())
        let probes = requests.filter { !$0.exchange.target.exists }
        #expect(Double(probes.count) > 0.02 * Double(requests.count))
        #expect(probes.contains { $0.exchange.target.wirePath == "/github.com/@v/list" })
        #expect(probes.allSatisfy { $0.exchange.target.wirePath.hasSuffix("/@v/list") })
        #expect(probes.filter { $0.exchange.status == 404 }.count * 100 > probes.count * 95)
    }

    @Test("every kind of request occurs, and failures are few")
    func everyKindOccurs() {
        let requests = Sample.all(Sample.stream(seconds: 300))
        #expect(Set(requests.map(\.exchange.target.kind)) == Set(RequestKind.allCases))
        let failures = requests.filter { $0.exchange.status >= 500 }
        #expect(!failures.isEmpty)
        #expect(failures.count * 50 < requests.count)
    }

    @Test("a client asks for info, mod, checksums and zip of a version one after the other")
    func sessionsAreSerial() throws {
        let fleet = Fleet(edgeCount: 3, regionCount: 1, fault: .none, seed: 5)
        var planner = SessionPlanner(fleet: fleet, catalogue: .standard, seed: 5)
        let plans = (0..<400).map { _ in planner.next() }
        let withSums = plans.filter { $0.client?.hasChecksums == false }
        let kinds = withSums.map { $0.stages.map { $0[0].kind } }
        #expect(
            kinds.contains {
                $0.starts(with: [.info, .mod, .sumdbSupported, .sumdbLookup, .sumdbTile, .zip])
            })
        for plan in plans where plan.client?.hasChecksums == true {
            let asked = plan.stages.joined().map(\.kind)
            #expect(!asked.contains(.sumdbSupported))
        }
        let probing = try #require(plans.first { $0.stages[0].contains { !$0.exists } })
        #expect(probing.stages[0].count > 1, "prefixes are probed at the same time")
    }

    @Test("only the first request of a version pays for fetching it")
    func coldCostIsPaidOnce() {
        let requests = Sample.all(Sample.stream(fault: .coldCache, seconds: 200))
        var leaders: [String: Int] = [:]
        for (exchange, _) in requests {
            guard let fetch = exchange.proxy?.stash?.fetch, fetch.save != nil,
                exchange.target.kind.isVersionFile, let node = exchange.proxy?.node
            else { continue }
            leaders["\(node.instance) \(exchange.target.versionKey)", default: 0] += 1
        }
        #expect(leaders.count > 100)
        #expect(leaders.values.allSatisfy { $0 == 1 })
    }
}
