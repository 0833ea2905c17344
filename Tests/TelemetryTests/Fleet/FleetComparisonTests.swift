import OTLPModel
import Testing

@testable import Telemetry

@Suite("Comparisons")
struct FleetComparisonTests {
    /// Sessions of clients that ask a mirror for two files each; lengths in milliseconds.
    private func add(_ host: String, _ lengths: [UInt64], to fleet: inout SpelledFleet, firstClient: Int) {
        for (number, length) in lengths.enumerated() {
            for part in 0..<2 {
                var request = SpelledFleet.Request()
                request.client = "192.0.2.\(firstClient + number)"
                request.attributes = [KeyValue("server.address", .string(host))]
                request.startMillis = UInt64(part) * (length - 100)
                request.millis = 100
                fleet.add(request)
            }
        }
    }

    @Test("3.1: sessions of 28.4 s and 6.2 s in the mean are an improvement of 78.2 %")
    func mirrors() async throws {
        var fleet = try SpelledFleet()
        // A pause of more than 15 s would make two sessions of one: others lie between.
        let slow = (0..<40).map { UInt64(28_400 + ($0 % 2 == 0 ? 2_000 : -2_000)) }
        add("proxy.golang.org", slow, to: &fleet, firstClient: 1)
        for client in 1...40 {
            for start: UInt64 in [10_000, 20_000] {
                var request = SpelledFleet.Request()
                request.client = "192.0.2.\(client)"
                request.attributes = [KeyValue("server.address", .string("proxy.golang.org:443"))]
                request.startMillis = start
                fleet.add(request)
            }
        }
        add(
            "mirrors.aliyun.com", (0..<40).map { UInt64(6_200 + ($0 % 2 == 0 ? 500 : -500)) }, to: &fleet,
            firstClient: 101)
        let query = FleetComparisonQuery(
            window: .all, key: .host, unit: .session, baseline: "proxy.golang.org")
        let result = try await fleet.reader().compare(query)
        try #require(result.groups.map(\.name) == ["proxy.golang.org", "mirrors.aliyun.com"])
        #expect(result.groups.map(\.units) == [40, 40])
        #expect(result.groups.map(\.meanNanos) == [28.4e9, 6.2e9])
        #expect(ResultTable.tenths(result.groups[1].improvement ?? 0) == "78.2 %")
        #expect(result.groups[1].verdict == .better)
        let interval = try #require(result.groups[1].improvementInterval)
        #expect(interval.contains(0.7817) && interval.upperBound - interval.lowerBound < 0.05)
        let table = ResultTable.comparison(result, query, zone: .utc)
        #expect(table.row(1).contains(.identifier("78.2 %")))
    }

    @Test(
        "clients of one address are one group, whatever they call themselves",
        arguments: [(ComparisonUnit.request, 60), (.fetch, 12), (.session, 4)])
    func clients(unit: ComparisonUnit, units: Int) async throws {
        var fleet = try SpelledFleet()
        // Two that share an address ask by turns, for a minute and, after a pause, for another one; the third is alone.
        fleet.add(120) { request, number in
            request.client = number % 2 == 0 ? "192.0.2.1" : "192.0.2.2"
            if number % 4 == 0 { request.userAgent = "goproxy/0.24" }
            request.path = "/github.com/a/b/@v/v1.0.\(number % 6 / 2).zip"
            request.startMillis = UInt64(number) * 1_000 + (number < 60 ? 0 : 60_000)
            request.millis = number % 2 == 0 ? 100 : 200
            request.status = number == 0 ? 502 : 200
        }
        let query = FleetComparisonQuery(
            window: .all, key: .dimension(.client), unit: unit, baseline: "192.0.2.2")
        let result = try await fleet.reader(segmentSpans: 50).compare(query)
        let groups = Dictionary(uniqueKeysWithValues: result.groups.map { ($0.name, $0) })
        #expect(groups.keys.sorted() == ["192.0.2.1", "192.0.2.2"] && result.unnamed == 0)
        let shared = try #require(groups["192.0.2.1"])
        #expect(shared.requests == 60 && groups["192.0.2.2"]?.requests == 60)
        #expect(shared.availability == 59.0 / 60)
        #expect(shared.units == units)
        guard unit == .request else { return }
        #expect(shared.meanNanos == 100e6 && groups["192.0.2.2"]?.meanNanos == 200e6)
        #expect(shared.verdict == .better && shared.improvement == 0.5)
    }

    @Test(
        "what takes ten times as long is told as a factor",
        arguments: [
            (-8.99, "-899.0 %"), (-9, "10.0× slower"), (-25.4, "26.4× slower"), (-1e6, "1,000,001× slower"),
            (-0.5, "-50.0 %"), (0.782, "78.2 %"), (1, "100.0 %"),
        ])
    func factors(improvement: Double, text: String) {
        #expect(ResultTable.improvementText(improvement) == text)
    }

    @Test("an improvement without an end is told, too") func endless() {
        #expect(ResultTable.improvementText(-.infinity).hasSuffix("× slower"))
        #expect(ResultTable.improvementText(-1e300).hasSuffix("× slower"))
    }

    @Test("who fails fast is marked and told of, though its mean is better")
    func failing() async throws {
        var fleet = try SpelledFleet()
        fleet.add(400) { request, number in
            request.node = number < 200 ? "edge-1" : "edge-2"
            request.millis = number < 200 ? 50 : 2
            request.status = number >= 200 && number % 10 > 0 ? 502 : 200
        }
        let query = FleetComparisonQuery(window: .all, key: .dimension(.node), baseline: "edge-1")
        let result = try await fleet.reader().compare(query)
        #expect(result.failingGroups.map(\.name) == ["edge-2"])
        #expect(result.groups.last?.verdict == .better)
        let table = ResultTable.comparison(result, query, zone: .utc)
        #expect(table.notes.first { $0.code == "availability" }?.message.contains("edge-2 (10.00 %)") == true)
        let style = RenderStyle(width: 60)
        var text = ""
        var (output, diagnostics) = (OutputBuffer { text += $0 }, OutputBuffer { _ in })
        table.write(as: .table, style: style, to: &output, diagnostics: &diagnostics)
        output.flush()
        #expect(text.contains("! 10.00 %"), "however narrow")
    }

    @Test("what may be chance is not distinguishable, and too few requests have no verdict")
    func chance() async throws {
        var fleet = try SpelledFleet()
        fleet.add(400) { request, number in
            request.node = number < 200 ? "edge-1" : "edge-2"
            request.millis = UInt64(10 + number * 7_919 % 200)
        }
        fleet.add(19) { request, _ in
            request.node = "edge-3"
            request.millis = 5
        }
        let result = try await fleet.reader().compare(
            FleetComparisonQuery(window: .all, key: .dimension(.node)))
        #expect(result.groups.map(\.name) == ["edge-1", "edge-2", "edge-3"])
        #expect(result.groups.map(\.verdict) == [.baseline, .indistinguishable, .tooFew])
    }

    @Test("availability, hits and MB/s are those of the group, without probes and what clients gave up")
    func figures() async throws {
        var fleet = try SpelledFleet()
        fleet.add(100) { request, number in
            request.region = "eu"
            request.cache = number < 60 ? "HIT" : "MISS"
            request.status = number < 5 ? 502 : 200
            request.bytes = 2_000_000
            request.millis = 100
        }
        fleet.add(10) { request, _ in
            request.region = "eu"
            request.status = 499
            request.millis = 60_000
        }
        fleet.add(30) { request, _ in request.node = "edge-nowhere" }
        let result = try await fleet.reader().compare(
            FleetComparisonQuery(window: .all, key: .dimension(.region)))
        let group = try #require(result.groups.first)
        #expect(result.groups.count == 1 && result.unnamed == 30)
        #expect(group.units == 100 && group.meanNanos == 100e6)
        #expect(group.availability == 0.95)
        #expect(group.hitRatio == 0.6 && group.lookups == 100)
        #expect(abs((group.bytesPerSecond ?? 0) - 20e6) < 1)
    }

    @Test("2.4: encodings are compared with the same files without one, at nodes that say how they encode")
    func encodings() async throws {
        var fleet = try SpelledFleet()
        let header = "http.response.header.content-encoding"
        fleet.add(60) { request, number in
            request.path = "/github.com/a/b\(number % 20)/@v/v1.0.0.mod"
            request.bytes = 1_000
            request.millis = 10
            switch number / 20 {
            case 0: break
            case 1:
                request.attributes = [KeyValue(header, .array([.string("gzip")]))]
                request.bytes = 300
                request.millis = 25
            default:
                request.attributes = [KeyValue(header, .array([.string("br")]))]
                request.bytes = 220
                request.millis = 35
            }
        }
        fleet.add(50) { request, _ in request.node = "edge-silent" }
        let result = try await fleet.reader().compare(
            FleetComparisonQuery(window: .all, key: .encoding, baseline: "none"))
        #expect(result.groups.map(\.name) == ["none", "br", "gzip"])
        #expect(result.groups.map(\.units) == [20, 20, 20])
        #expect(result.groups.map(\.meanNanos) == [10e6, 35e6, 25e6])
        #expect(ResultTable.tenths(result.groups[1].sizeSaved ?? 0) == "78.0 %")
        #expect(ResultTable.tenths(result.groups[2].sizeSaved ?? 0) == "70.0 %")
        #expect(result.unnamed == 50)
    }

    @Test("two windows: each group with itself")
    func windows() async throws {
        var fleet = try SpelledFleet()
        fleet.add(100) { request, number in
            request.node = "edge-\(number % 2)"
            // Ten seconds in all; the second half is slower at one node.
            request.millis = number >= 50 && number % 2 == 1 ? 40 : 20
        }
        let middle = UnixNanos(clamping: Sample.baseNanos + 5_000_000_000)
        var query = FleetComparisonQuery(
            window: TimeWindow(since: middle, until: .distantFuture),
            baselineWindow: TimeWindow(since: .distantPast, until: middle), key: .dimension(.node))
        let reader = try await fleet.reader()
        let groups = try reader.compare(query).groups
        #expect(groups.map(\.name) == ["edge-0", "edge-1"])
        #expect(groups.map(\.baselineMeanNanos) == [20e6, 20e6])
        #expect(groups.map(\.improvement) == [0, -1])
        #expect(groups.map(\.verdict) == [.indistinguishable, .worse])
        query.key = .dimension(.all)
        #expect(try reader.compare(query).groups.map(\.name) == ["baseline window", "window"])
    }
}
