import OTLPModel
import Testing

@testable import Telemetry

@Suite("Why requests are slow, fail or miss")
struct FleetWhyTests {
    /// Requests at eight nodes of four regions for ten hosts, of which a twentieth is slow for no reason.
    private func fleet(_ change: (inout SpelledFleet.Request, Int) -> Void) throws -> SpelledFleet {
        var fleet = try SpelledFleet()
        fleet.add(2_000) { request, number in
            let chance = Int(SeededRandom.mixed(UInt64(number)) % 10_000)
            request.node = "edge-\(chance % 8)"
            request.region = "region-\(chance % 8 / 2)"
            request.path = "/host\(chance / 8 % 10).example/m\(number % 50)/@v/v1.0.0.zip"
            request.client = "192.0.2.\(chance / 80 % 100)"
            request.attributes = [
                KeyValue("tls.version", .string("1.\(2 + chance / 3 % 2)")),
                KeyValue("request.id", .string("id-\(number)")),
            ]
            request.millis = SeededRandom.mixed(UInt64(number) &+ 5_000_000) % 20 == 0 ? 4_000 : 20
            change(&request, number)
        }
        return fleet
    }

    @Test("what was planted is found first, with what goes together in one row")
    func planted() async throws {
        let fleet = try fleet { request, number in
            guard request.node == "edge-5", number % 2 == 0 else { return }
            request.millis = 8_000
        }
        let query = FleetWhyQuery(window: .all, selection: .slow(minNanos: nil))
        let result = try await fleet.reader().why(query)
        let first = try #require(result.findings.first)
        #expect(first.attribute == "node" && first.value == "edge-5")
        #expect(first.also.contains("service=service-of-edge-5"))
        #expect(first.lift > 3 && first.explained > 0.3 && first.falseDiscoveryRate < 0.0001)
        // Half of the node's eighth of all, 8 s each.
        #expect(first.explainedNanos > 600e9 && first.explainedNanos < 1_200e9)
        // Its region has another node besides, and explains nothing more.
        #expect(!result.findings.contains { $0.attribute == "region" })
        #expect(result.leftOut == ["request.id"])
        #expect(result.findings.count == 1, "\(result.findings.map { $0.attribute + "=" + $0.value })")
    }

    @Test("what is an id hangs on all requests, not on how they lie in segments", arguments: [300, 2_100])
    func ids(segmentSpans: Int) async throws {
        var fleet = try fleet { request, number in
            request.attributes.append(KeyValue("tenant.id", .string("t\(number % 20)")))
            if number % 20 == 1 { request.millis = 8_000 }
        }
        // Last, and in small segments by themselves: of these each has a tenant of its own.
        fleet.add(210) { request, number in
            request.startMillis += 1_000_000
            request.path = "/host1.example/m\(number % 50)/@v/v1.0.0.zip"
            request.attributes = [KeyValue("tenant.id", .string("n\(number)"))]
        }
        let query = FleetWhyQuery(window: .all, selection: .slow(minNanos: nil))
        let result = try await fleet.reader(segmentSpans: segmentSpans).why(query)
        #expect(result.findings.first?.attribute == "tenant.id" && result.findings.first?.value == "t1")
        #expect(result.leftOut == ["request.id"])
    }

    @Test("of a span with thousands of attributes the first are looked at, and a note says so")
    func hugeSpan() async throws {
        var fleet = try fleet { request, number in
            guard number % 4 == 0 else { return }
            request.status = 500
            request.attributes.append(KeyValue("cause", .string("planned")))
        }
        fleet.add(1) { request, _ in
            request.status = 500
            request.attributes = (0..<200_000).map { KeyValue("key.\($0)", .int(Int64($0))) }
        }
        let query = FleetWhyQuery(window: .all, selection: .errors(nil))
        let result = try await fleet.reader().why(query)
        #expect(result.findings.first?.attribute == "cause")
        let note = try #require(result.notes.first { $0.code == "many_attributes" })
        #expect(note.message.hasSuffix("of a single span the first 1,024"))
    }

    @Test(
        "attributes without a column are found where they lie, the last of equal keys, and so many of a span")
    func overflow() throws {
        var sample = Sample.span(
            trace: 1, id: 1, attributes: (0..<100_000).map { KeyValue("k\($0)", .int(1)) })
        sample.attributes += [KeyValue("twice", .int(1)), KeyValue("twice", .int(2))]
        let body = Sample.request([sample]).protobufBytes()
        let limits = DecodeLimits()
        let batch = try DecodedTraces.fromProtobuf(body.span, arrival: someArrival, limits: limits).batch
        let view = SegmentView(SegmentBuilder([batch]).build())
        let all = try OverflowAttributes(view, perSpanMax: .max)
        #expect(!all.isCut && all["twice"].map { $0.value } == [AnyValue.int(2)] && all["nothing"].isEmpty)
        let few = try OverflowAttributes(view, perSpanMax: 10)
        #expect(few.isCut && few["twice"].isEmpty)
        let tables = try view.tables()
        let operations = try view.operationIndexes()
        for key in ["k0", "k99999", "twice", "nothing"] {
            let slow = try AttributeRows(view, tables, operations).coded(key)
            let fast = try AttributeRows(view, tables, operations, overflow: all).coded(key)
            #expect(slow?.codes == fast?.codes && (slow == nil) == (key == "nothing"))
            if let slow, let fast { #expect(slow.value(of: slow.codes[0]) == fast.value(of: fast.codes[0])) }
        }
    }

    @Test("two causes are two rows")
    func twoCauses() async throws {
        let fleet = try fleet { request, number in
            if request.node == "edge-2", number % 2 == 0 { request.millis = 8_000 }
            if request.path.hasPrefix("/host7."), number % 3 == 0 { request.millis = 6_000 }
        }
        let result = try await fleet.reader().why(
            FleetWhyQuery(window: .all, selection: .slow(minNanos: 2_000_000_000)))
        let found = result.findings.map { $0.attribute + "=" + $0.value }
        #expect(Set(found.prefix(2)) == ["node=edge-2", "upstream=host7.example"], "\(found)")
    }

    @Test("where one kind of request fails, and most of it at one node, both are named")
    func kindAtANode() async throws {
        let fleet = try fleet { request, number in
            guard number % 3 == 0 else { return }
            request.path = request.path.replacing(".zip", with: ".info")
            let chance = SeededRandom.mixed(UInt64(number) &+ 9_000_000) % 100
            request.status = chance < (request.node == "edge-5" ? 80 : 6) ? 500 : 200
        }
        let result = try await fleet.reader().why(
            FleetWhyQuery(window: .all, selection: .errors(nil)))
        let names = result.findings.map { $0.attribute + "=" + $0.value }
        #expect(names == ["module_kind=info", "node=edge-5"])
    }

    @Test("says so when nothing explains them", arguments: [WhySelection.slow(minNanos: nil), .errors(nil)])
    func nothing(selection: WhySelection) async throws {
        let fleet = try fleet { request, number in
            if SeededRandom.mixed(UInt64(number) &+ 77_777) % 20 == 0 { request.status = 500 }
        }
        let query = FleetWhyQuery(window: .all, selection: selection)
        let result = try await fleet.reader().why(query)
        #expect(result.selected > 50)
        #expect(result.findings.isEmpty, "\(result.findings.map { $0.attribute + "=" + $0.value })")
        let words = ResultTable.why(result, query, target: nil, zone: .utc).summary.joined(separator: " ")
        #expect(words.contains("nothing explains them"))
    }

    @Test("errors and misses are told from the rest without what they were chosen by")
    func errorsAndMisses() async throws {
        let fleet = try fleet { request, number in
            request.cache = "HIT"
            if request.path.hasPrefix("/host3."), number % 2 == 0 {
                request.status = 502
                request.attributes.append(KeyValue("error.type", .string("502")))
            }
            if request.region == "region-1", number % 2 == 1 { request.cache = "MISS" }
        }
        let reader = try await fleet.reader()
        let errors = try reader.why(FleetWhyQuery(window: .all, selection: .errors(nil))).findings
        #expect(errors.map { $0.attribute + "=" + $0.value } == ["upstream=host3.example"])
        let misses = try reader.why(FleetWhyQuery(window: .all, selection: .misses)).findings
        #expect(misses.first.map { $0.attribute + "=" + $0.value } == "region=region-1")
        #expect(!misses.contains { $0.attribute.contains("cache") })
    }

    @Test("a fact is one attribute, whatever name a node's emitter gives it")
    func oldNames() async throws {
        let fleet = try fleet { request, number in
            let isOld = request.node == "edge-2"
            if isOld, number % 2 == 0 { request.millis = 8_000 }
            request.attributes.append(KeyValue(isOld ? "http.scheme" : "url.scheme", .string("https")))
            // One that sends both names is counted once.
            request.attributes.append(KeyValue("http.method", .string("get")))
        }
        let result = try await fleet.reader().why(
            FleetWhyQuery(window: .all, selection: .slow(minNanos: nil)))
        let first = try #require(result.findings.first)
        #expect(first.attribute == "node" && first.value == "edge-2")
        let names = result.findings.flatMap { [$0.attribute + "=" + $0.value] + $0.also }
        #expect(!names.contains { $0.contains("scheme") || $0.contains("method") }, "\(names)")
    }

    @Test("what a request carries because it missed explains no misses, what its client asked for does")
    func consequences() async throws {
        let fleet = try fleet { request, number in
            let isMiss = number % 4 == 0
            request.cache = isMiss ? "MISS" : "HIT"
            guard isMiss else { return }
            request.attributes += [
                KeyValue("nginx.upstream_addr", .string("10.0.0.1:443")),
                KeyValue("proxy.origin.fetch", .bool(true)),
            ]
            if number % 8 == 0 {
                request.attributes.append(KeyValue("http.request.header.cache_control", .string("no-cache")))
            }
        }
        let misses = try await fleet.reader().why(FleetWhyQuery(window: .all, selection: .misses)).findings
        let names = misses.flatMap { [$0.attribute + "=" + $0.value] + $0.also }
        #expect(names == ["http.request.header.cache-control=no-cache"])
    }

    @Test("what every failure says of itself explains none, nor what an emitter says of all")
    func tautologies() async throws {
        let fleet = try fleet { request, number in
            // Half of the nodes have an emitter that says more.
            let isTold = ["edge-0", "edge-1", "edge-2", "edge-3"].contains(request.node)
            let fails = request.path.hasPrefix("/host3.") && number % 2 == 0
            if fails { request.status = 504 }
            request.cache = isTold && number % 3 > 0 || number % 20 == 0 ? "MISS" : "HIT"
            guard isTold else { return }
            request.attributes += [
                KeyValue("nginx.upstream_status", .string(fails ? "504" : "200")),
                KeyValue("response_flags", .string(fails ? "UT" : "-")),
                KeyValue("http.request.body.size", .int(0)), KeyValue("http.route", .string("/")),
            ]
        }
        let reader = try await fleet.reader()
        func names(_ selection: WhySelection) throws -> [String] {
            try reader.why(FleetWhyQuery(window: .all, selection: selection)).findings
                .flatMap { [$0.attribute + "=" + $0.value] + $0.also }
        }
        let errors = try names(.errors(nil))
        #expect(errors == ["upstream=host3.example"])
        let misses = try names(.misses)
        #expect(!misses.contains { $0.contains("body.size") || $0.contains("http.route") }, "\(misses)")
        #expect(misses.contains { $0.hasPrefix("region=") || $0.hasPrefix("node=") }, "\(misses)")
    }

    @Test("a trace: its own trouble, and only what it has itself")
    func trace() async throws {
        let fleet = try fleet { request, number in
            if request.node == "edge-2", number % 2 == 0 { request.millis = 8_000 }
            if request.path.hasPrefix("/host7."), number % 3 == 0 { request.status = 502 }
        }
        let reader = try await fleet.reader()
        let errors = try reader.errors(FleetErrorsQuery(window: .all))
        let id = try #require(errors.causes.first?.exampleTrace)
        let target = try #require(try reader.target(id, window: .all))
        #expect(target.selection == .errors(.upstreamError))
        var query = FleetWhyQuery(window: .all, selection: .errors(.upstreamError))
        query.trace = id
        let findings = try reader.why(query).findings
        #expect(findings.map { $0.attribute + "=" + $0.value } == ["upstream=host7.example"])
    }

    @Test("of very many attributes those are looked at that most requests have, and a note says so")
    func manyAttributes() async throws {
        var fleet = try SpelledFleet()
        fleet.add(600) { request, number in
            request.millis = number % 10 == 0 ? 5_000 : 10
            request.attributes = [
                KeyValue("build.pool", .string(number % 10 == 0 ? "old" : "new")),
                KeyValue("rare.\(number)", .string("x")),
            ]
        }
        let query = FleetWhyQuery(window: .all, selection: .slow(minNanos: nil))
        let result = try await fleet.reader(segmentSpans: 600).why(query)
        #expect(result.notes.map(\.code).contains("many_attributes"))
        #expect(result.findings.first.map { $0.attribute + "=" + $0.value } == "build.pool=old")
    }

    @Test("too few requests tell nothing")
    func tooFew() async throws {
        var fleet = try SpelledFleet()
        fleet.add(30) { request, number in request.millis = number < 9 ? 5_000 : 10 }
        let query = FleetWhyQuery(window: .all, selection: .slow(minNanos: nil))
        let result = try await fleet.reader().why(query)
        #expect(result.isTooSmall && result.findings.isEmpty)
        let words = ResultTable.why(result, query, target: nil, zone: .utc).summary.joined(separator: " ")
        #expect(words.contains("nothing can be told"))
    }
}
