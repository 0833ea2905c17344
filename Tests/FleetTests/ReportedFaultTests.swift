import ArgumentParser
import OTLPModel
import Testing

@testable import fleetgen

@Suite("Faults of versions, of what caches keep, and of how telemetry arrives", .serialized)
struct ReportedFaultTests {
    private static func fleet(_ fault: String) throws -> Fleet {
        Fleet(
            edgeCount: 6, regionCount: 2, faults: [try #require(PlannedFault(argument: fault))], seed: 3)
    }

    private static func recording(_ fault: String, seconds: Double = 240) throws -> FleetRecording {
        FleetRecording(
            fleet: try fleet(fault), plan: Sample.plan(seconds: seconds, rate: 30), seed: 3)
    }

    private static func exchanges(_ fault: String, seconds: Double) throws -> [Exchange] {
        var stream = SpanStream(
            fleet: try fleet(fault), plan: Sample.plan(seconds: seconds, rate: 10), seed: 3)
        var found: [Exchange] = []
        while let next = stream.next(until: .max) { found.append(next.exchange) }
        return found.sorted { $0.start < $1.start }
    }

    @Test("version-regression: node after node says another version while it fails, then the old one again")
    func versions() throws {
        let fleet = try Self.fleet("version-regression:after=60s,for=120s,at=edges")
        var stream = SpanStream(fleet: fleet, plan: Sample.plan(seconds: 240, rate: 30), seed: 3)
        let sources = stream.sources
        let order = fleet.edges.filter(\.isIdentified).map(\.index)
        var seen: [String: Int] = [:]
        while let (exchange, spans) = stream.next(until: .max) {
            for emitted in spans {
                let node = sources[emitted.source].node
                let version = sources[emitted.source].resource.attributes.first {
                    $0.key == "service.version"
                }
                guard let place = order.firstIndex(of: node.index) else {
                    #expect((version == nil) == !node.isIdentified)
                    continue
                }
                let begin = Sample.start + 60_000_000_000 + UInt64(place) * 20_000_000_000
                let isNew = exchange.start >= begin && exchange.start < Sample.start + 180_000_000_000
                #expect(version?.value == .string(isNew ? "1.1.0" : "1.0.0"))
                seen["\(node.index) \(isNew)", default: 0] += 1
            }
        }
        #expect(order.count == 4 && seen.count == 8)
    }

    @Test("version-regression: above 1 it is slower, and may be one of proxies")
    func slowVersion() throws {
        let all = try Self.exchanges("version-regression:strength=20,at=proxies", seconds: 240)
        let named = all.filter { $0.proxy?.node.isIdentified == true }
        #expect(named.count { $0.proxy?.status == 500 } * 50 < named.count)
        func median(_ isIdentified: Bool) -> Double {
            let times = all.compactMap { exchange -> Double? in
                guard let leg = exchange.proxy, leg.node.isIdentified == isIdentified,
                    case .hit(let read, _) = leg.work
                else { return nil }
                return read.milliseconds
            }.sorted()
            return times.isEmpty ? 0 : times[times.count / 2]
        }
        #expect(median(false) > 0 && median(true) > 10 * median(false))
    }

    @Test("what is recorded of new versions is counted for their nodes")
    func truth() throws {
        let recording = try Self.recording("version-regression:after=60s")
        let truth = recording.truth
        #expect(truth.nodes.count == 8)
        #expect(truth.nodes.reduce(0) { $0 + $1.spans } == truth.run.spans)
        #expect(truth.nodes.reduce(0) { $0 + $1.deliveredSpans } == truth.run.deliveredSpans)
        #expect(recording.deliveries.reduce(0) { $0 + $1.items } == truth.run.deliveredSpans)
        #expect(truth.run.faults.first?.kind == "version-regression")
        #expect(truth.run.faults.first?.places.count == 4)
    }

    @Test("node-lost: nothing of it arrives from then on, and all of others does")
    func lost() throws {
        let recording = try Self.recording("node-lost:after=100s,at=edge-fra-02")
        let begin = Sample.start + 100_000_000_000
        let last = recording.deliveries.filter { $0.instance == "edge-fra-02" }.map(\.arrivalNanos).max()
        // What ended before is sent within five seconds.
        #expect(try #require(last) < begin + 6_000_000_000)
        for node in recording.truth.nodes {
            #expect((node.deliveredSpans < node.spans) == (node.instance == "edge-fra-02"))
        }
        #expect(recording.truth.run.faults.first?.places == ["edge-fra-02"])
    }

    @Test("late-telemetry: what a node tells comes so many seconds later")
    func late() throws {
        let recording = try Self.recording("late-telemetry:strength=90,at=athens-fra-1")
        for node in recording.truth.nodes {
            let lag = try #require(node.arrivalLag)
            #expect((lag.minNs >= 90_000_000_000) == (node.instance == "athens-fra-1"))
            #expect(lag.maxNs < 100_000_000_000)
        }
    }

    @Test("negative-cache: an edge refuses what others have had for a minute")
    func negativeCache() throws {
        let all = try Self.exchanges("negative-cache:after=60s", seconds: 900)
        var given: [String: UInt64] = [:]
        var refused: Set<String> = []
        var kept: [Int: Int] = [:]
        for exchange in all where exchange.target.kind.isVersionFile {
            guard let edge = exchange.edge else { continue }
            let path = exchange.target.wirePath
            if edge.status == 200 {
                given[path] = min(given[path] ?? .max, edge.interval.end)
            } else if edge.status == 404 {
                let isFirst = refused.insert("\(edge.node.index) \(path)").inserted
                if !isFirst, let time = given[path], time + 60_000_000_000 < exchange.start {
                    kept[edge.node.index, default: 0] += 1
                }
            }
        }
        #expect(kept[1, default: 0] >= 20)
        #expect(kept.filter { $0.key != 1 }.values.reduce(0, +) * 5 < kept[1, default: 0], "\(kept)")
    }

    @Test("stale-list: an edge gives lists that others had longer five minutes before")
    func staleList() throws {
        let all = try Self.exchanges("stale-list:after=60s", seconds: 1_200)
        var largest: [String: [(time: UInt64, bytes: Int64)]] = [:]
        var stale: [Int: Int] = [:]
        for exchange in all where exchange.target.kind == .list && exchange.status == 200 {
            guard let edge = exchange.edge else { continue }
            let path = exchange.target.wirePath
            let before = largest[path, default: []].filter { $0.time + 300_000_000_000 <= exchange.start }
            if before.contains(where: { $0.bytes > edge.bodyBytes }) {
                stale[edge.node.index, default: 0] += 1
            }
            largest[path, default: []].append((edge.interval.end, edge.bodyBytes))
        }
        #expect(stale[1, default: 0] >= 20)
        #expect(stale.filter { $0.key != 1 }.isEmpty, "\(stale)")
    }

    @Test(
        "what is of the arrival of telemetry, or of metrics, is for recordings",
        arguments: ["node-lost", "late-telemetry", "disk-full", "node-flapping", "slow-recovery"])
    func recordings(fault: String) {
        #expect(throws: (any Error).self) { try RunCommand.parse(["--fault", fault]) }
        #expect(throws: Never.self) { try RunCommand.parse(["--fault", fault, "--record", "folder"]) }
    }

    @Test("there are at least 25 faults, each with a name of its own, that can be had")
    func kinds() {
        let kinds = Fault.allCases.filter { $0 != .none }
        #expect(kinds.count >= 25)
        #expect(kinds.allSatisfy { PlannedFault(argument: $0.rawValue)?.kind == $0 })
    }
}
