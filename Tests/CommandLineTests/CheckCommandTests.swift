import Foundation
import OTLPModel
import TestSupport
import Testing
import traceq

@testable import Telemetry

@Suite("traceq check says who breaks rules")
struct CheckCommandTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private static let minute: Int64 = 60_000_000_000

    /// Spans of one resource, one for each list of attributes, a minute apart; the last one is the newest.
    private func store(
        service: String = "edge", node: String = "edge-1", _ resource: [KeyValue] = [],
        spans: [[KeyValue]] = [[]], traceFrom: UInt64 = 1
    ) async throws {
        let now = InMemoryCommandLine.now.rawValue
        let list = spans.enumerated().map { number, attributes in
            var span = OTLPModel.Span()
            span.traceID = TraceID(high: 7, low: traceFrom + UInt64(number)).bytes
            span.spanID = SpanID(rawValue: traceFrom + UInt64(number)).bytes
            span.name = "GET"
            span.kind = .server
            span.startTimeUnixNano = UInt64(now - Int64(spans.count - number) * Self.minute)
            span.endTimeUnixNano = span.startTimeUnixNano + 1_000_000
            span.attributes = attributes
            return span
        }
        let body = ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(
                resource: Self.resource(service, node, resource), scopeSpans: [ScopeSpans(spans: list)])
        ]).protobufBytes()
        let batch = try DecodedTraces.fromProtobuf(body.span, arrival: Self.arrival).batch
        try await append(.spans(batch), body)
    }

    private func storePoints(
        node: String, _ metric: String, unit: String = "s", _ values: [Double], resource: [KeyValue] = []
    ) async throws {
        let now = UInt64(InMemoryCommandLine.now.rawValue)
        var gauge = Metric(
            metric, .gauge,
            values.enumerated().map { number, value in
                MetricPoint(.double(value), time: now - UInt64(values.count - number) * UInt64(Self.minute))
            })
        gauge.unit = unit
        let body = ExportMetricsServiceRequest(resourceMetrics: [
            ResourceMetrics(
                resource: Self.resource("agent", node, resource),
                scopeMetrics: [ScopeMetrics(metrics: [gauge])])
        ]).protobufBytes()
        let batch = try DecodedMetrics.fromProtobuf(body.span, arrival: Self.arrival).batch
        try await append(.points(batch), body)
    }

    private func append(_ batch: TelemetryBatch, _ body: [UInt8]) async throws {
        let store = try TelemetryStore.open(path: path, options: StoreOptions())
        _ = try await store.append(batch, digest: BodyDigest(of: body.span))
        await store.close()
    }

    private static let arrival = Arrival(receivedAt: InMemoryCommandLine.now, peerAddress: "192.0.2.7")

    private static func resource(_ service: String, _ node: String, _ more: [KeyValue]) -> Resource {
        Resource(
            attributes: [
                KeyValue("service.name", .string(service)), KeyValue("service.instance.id", .string(node)),
            ] + more)
    }

    private func ask(_ rules: String, _ words: String...) throws -> InMemoryCommandLine {
        try folder.write("rules:\n" + rules, to: "check.yaml")
        return InMemoryCommandLine(["check", folder.file("check.yaml"), "--db", path] + words)
    }

    private func document(_ rules: String) throws -> JSONValue {
        try JSONValue(parsing: try ask(rules, "--json").output)
    }

    private func rows(_ rules: String) throws -> [JSONValue] { try document(rules)["rows"]?.elements ?? [] }

    /// What is wrong with each subject, as `node: reason`.
    private func reasons(_ rules: String) throws -> [String] {
        try rows(rules).map { "\($0["subject"]?["node"]?.text ?? ""): \($0["reason"]?.text ?? "")" }
    }

    // MARK: Rules

    @Test("an image that is latest breaks the rule: who, how often of how many, since when, and an example")
    func latest() async throws {
        let tags = AnyValue.array([.string("1.4"), .string("latest")])
        try await store([KeyValue("container.image.tags", tags)], spans: [[], [], []])
        try await store(
            node: "edge-2", [KeyValue("container.image.tags", .array([.string("1.4")]))], traceFrom: 100)
        try await store(node: "edge-3", traceFrom: 200)
        let rules = """
              - name: pinned
                attribute: [resource.container.image.tags, resource.container.image.tag]
                not_matches: latest
                message: give it a version
            """
        let answer = try ask(rules)
        #expect(answer.status == .conditionFound, "\(answer.diagnostics)")
        #expect(answer.output.contains("give it a version"))
        #expect(answer.output.contains("1 rule broken"))
        let document = try document(rules)
        #expect(document["schema"]?.text == "traceq.check/1")
        let row = try #require(document["rows"]?.elements.first)
        #expect(document["rows"]?.elements.count == 1)
        #expect(row["severity"]?.text == "error" && row["rule"]?.text == "pinned")
        #expect(row["subject"]?["service"]?.text == "edge" && row["subject"]?["node"]?.text == "edge-1")
        #expect(row["broken"]?.number == 3 && row["checked"]?.number == 3)
        #expect(row["value"]?.text == "1.4, latest")
        #expect(row["reason"]?.text == "is \"latest\", which fits latest")
        #expect(row["first_seen"]?.text == "2026-08-21T09:57:00.000000000Z")
        #expect(row["last_seen"]?.text == "2026-08-21T09:59:00.000000000Z")
        #expect(row["trace_id"]?.text == "00000000000000070000000000000003")
        let outcome = document["rules"]?.elements.first
        #expect(outcome?["verdict"]?.text == "broken" && outcome?["subjects"]?.number == 2)
        #expect(outcome?["checked"]?.number == 4 && outcome?["broken_subjects"]?.number == 1)
    }

    @Test("all kept is exit code 0, and says how many rules that are")
    func kept() async throws {
        try await store([KeyValue("service.version", .string("v1.2.0"))])
        let answer = try ask("  - {name: known, attribute: resource.service.version, present: true}\n")
        #expect(answer.status == .success)
        #expect(answer.output.contains("1 rule kept"))
    }

    @Test("a note may be broken")
    func note() async throws {
        try await store()
        let rule = "attribute: resource.service.version, present: true"
        #expect(try ask("  - {name: x, severity: note, \(rule)}\n").status == .success)
        #expect(try ask("  - {name: x, severity: warning, \(rule)}\n").status == .conditionFound)
    }

    @Test(
        "each test of a value",
        arguments: [
            ("present: true", nil, "is missing"), ("present: true", "", "is missing"),
            ("present: false", "x", "is there: \"x\""), ("present: false", nil, nil),
            ("equals: prod", "dev", "is \"dev\" and not prod"), ("equals: prod", "prod", nil),
            ("equals: prod", nil, nil),
            ("one_of: [prod, staging]", "dev", "is \"dev\", none of prod, staging"),
            ("matches: ['v*', '1*']", "2.0", "is \"2.0\", which does not fit v*, 1*"),
            ("matches: 'v*'", "v2", nil),
            ("not_matches: '*:latest'", "a:latest", "is \"a:latest\", which fits *:latest"),
            ("at_most: 512MiB", "536870913", "is \"536870913\", more than 512MiB"),
            ("at_most: 512MiB", "536870912", nil), ("at_least: 2", "1", "is \"1\", less than 2"),
            ("at_least: 2", "many", "is \"many\", which is no number"),
            ("version_at_least: 1.24", "go1.24.1", nil),
            ("version_at_least: 1.24", "v1.24.0-rc.1", "older than 1.24"),
            ("version_at_least: 1.24", "1.9", "is \"1.9\", older than 1.24"),
            ("version_at_least: 1.24", "devel", "is \"devel\", which is no version"),
            ("age_at_most: 1h", "3600", nil), ("age_at_most: 1h", "3601", "is 1h00m old, more than 1h00m"),
            ("age_at_most: 1h", "90m", "is 1h30m old"), ("age_at_most: 1h", "old", "no age and no time"),
            ("age_at_most: 1h", "2026-08-21T07:59:00Z", "is 2h00m old"),
            ("age_at_most: 1h", "2026-08-21T09:00:00Z", nil), ("age_at_most: 1h", "1787306340", nil),
            ("age_at_most: 1h", "1787290000000", "old, more than"),
        ])
    func tests(test: String, value: String?, reason: String?) async throws {
        try await store(value.map { [KeyValue("x", .string($0))] } ?? [])
        let rows = try rows("  - name: x\n    attribute: resource.x\n    \(test)\n")
        #expect(rows.count == (reason == nil ? 0 : 1), "\(rows)")
        if let reason {
            #expect(rows.first?["reason"]?.text?.contains(reason) == true, "\(rows)")
        }
    }

    @Test("numbers are compared as numbers, whatever type they have")
    func numbers() async throws {
        try await store(spans: [
            [KeyValue("n", .int(5))], [KeyValue("n", .double(5))], [KeyValue("n", .int(6))],
        ])
        #expect(try rows("  - {name: x, attribute: n, equals: 5}\n").first?["broken"]?.number == 1)
        #expect(try rows("  - {name: x, attribute: n, at_most: 5.5}\n").first?["checked"]?.number == 3)
    }

    @Test(
        "GOPROXY asks allowed hosts only, and ends as it should; passwords are not shown",
        arguments: [
            ("https://proxy.example.com,direct", nil), ("https://a.mirror.example.com|direct", nil),
            ("https://evil.example.org,direct", "asks evil.example.org, which is not allowed"),
            ("https://me:secret@evil.example.org,direct", "asks evil.example.org, which is not allowed"),
            ("https://proxy.example.com", "ends with a proxy and not with direct"),
            ("https://proxy.example.com,off", "ends with off and not with direct"),
            ("https://proxy.example.com,direct,https://evil.example.org", nil),
            ("goproxycn,direct", "is no list that the go command takes"),
        ])
    func goproxy(list: String, reason: String?) async throws {
        try await store([KeyValue("process.environment_variable.GOPROXY", .string(list))])
        let rows = try rows(
            """
              - name: x
                attribute: resource.process.environment_variable.GOPROXY
                goproxy_hosts: [proxy.example.com, "*.mirror.example.com"]
                goproxy_ends: direct
            """)
        #expect(rows.first?["reason"]?.text == reason)
        #expect(!"\(rows)".contains("secret"))
    }

    @Test(
        "whatever a rule wants of GOPROXY, passwords in it are not shown",
        arguments: ["matches: x", "one_of: [direct]", "present: false", "at_most: 5", "age_at_most: 1h"])
    func passwords(test: String) async throws {
        let name = "process.environment_variable.GOPROXY"
        try await store([KeyValue(name, .string("https://user:se,cret@proxy.example.com,direct"))])
        let rows = try rows("  - {name: x, attribute: resource.\(name), \(test)}\n")
        #expect(rows.count == 1)
        #expect(!"\(rows)".contains("cret") && "\(rows)".contains("proxy.example.com"))
    }

    @Test("a metric's numbers are looked at in its unit, node by node")
    func metrics() async throws {
        try await storePoints(node: "edge-1", "edge.config.age", [60, 7_200, 30])
        try await storePoints(node: "edge-2", "edge.config.age", unit: "ms", [7_200_000, 60])
        try await storePoints(node: "edge-3", "edge.config.age", unit: "ms", [7_200])
        let rows = try rows("  - {name: fresh, metric: edge.config.age, age_at_most: 1h}\n")
        #expect(rows.map { $0["subject"]?["node"]?.text } == ["edge-1", "edge-2"])
        #expect(rows.map { $0["broken"]?.number } == [1, 1] && rows.map { $0["checked"]?.number } == [3, 2])
        #expect(rows.first?["reason"]?.text == "is 2h00m old, more than 1h00m")
        #expect(rows.first?["trace_id"] == .null)
    }

    @Test("an age below nothing is none, unless a clock was set by a minute at most")
    func negativeAge() async throws {
        try await storePoints(node: "edge-1", "edge.config.age", [-60, 0])
        try await storePoints(node: "edge-2", "edge.config.age", [-7_200])
        try await storePoints(node: "edge-3", "edge.config.age", unit: "ms", [-1e300])
        let rows = try rows("  - {name: fresh, metric: edge.config.age, age_at_most: 1h}\n")
        #expect(rows.map { $0["subject"]?["node"]?.text } == ["edge-2", "edge-3"])
        #expect(rows.allSatisfy { $0["reason"]?.text?.hasSuffix("which is no age and no time") == true })
    }

    @Test("a metric that has to be there is missed with those who send others, and nobody else")
    func missingMetric() async throws {
        let container = [KeyValue("k8s.container.name", .string("proxy"))]
        try await storePoints(node: "pod-1", "container.memory.usage", [5], resource: container)
        try await storePoints(node: "pod-1", "k8s.container.memory_limit", [9], resource: container)
        try await storePoints(node: "pod-2", "container.memory.usage", [5, 6], resource: container)
        try await storePoints(node: "host-1", "system.memory.usage", [5])
        let reasons = try reasons(
            """
              - name: limits
                metric: [k8s.container.memory.limit.desired, k8s.container.memory_limit]
                where: resource.k8s.container.name=*
                present: true
            """)
        #expect(reasons == ["pod-2: is missing"])
    }

    @Test("resources are those of whoever sends anything")
    func resources() async throws {
        try await store(node: "spans-1")
        try await storePoints(node: "points-1", "up", [1])
        let rule = "attribute: resource.service.version, present: true"
        #expect(
            try reasons("  - {name: x, \(rule)}\n").sorted() == [
                "points-1: is missing", "spans-1: is missing",
            ])
        #expect(try reasons("  - {name: x, of: spans, \(rule)}\n") == ["spans-1: is missing"])
    }

    @Test("conditions choose what is looked at, and subjects are told apart by what the rule says")
    func conditions() async throws {
        try await store(spans: [
            [KeyValue("http.route", .string("/a")), KeyValue("user", .string("x"))],
            [KeyValue("http.route", .string("/b")), KeyValue("user", .string("x"))],
            [KeyValue("http.route", .string("/b"))],
        ])
        let rows = try rows(
            "  - {name: x, attribute: user, where: ['http.route=/b', duration<1s], present: false, "
                + "subject: [http.route]}\n")
        #expect(rows.count == 1 && rows.first?["subject"]?["http.route"]?.text == "/b")
        #expect(rows.first?["broken"]?.number == 1 && rows.first?["checked"]?.number == 2)
    }

    @Test("a rule with nothing to look at is told, and breaks nothing")
    func nothing() async throws {
        try await store()
        let rules = "  - {name: typo, attribute: resource.service.verison, equals: x}\n"
        let answer = try ask(rules)
        #expect(answer.status == .success)
        #expect(answer.output.contains("1 rule without anything to check"))
        #expect(
            answer.output.contains(
                "note (nothing_to_check): rule \"typo\": nothing in the window has "
                    + "resource.service.verison"))
        #expect(try document(rules)["rules"]?.elements.first?["verdict"]?.text == "nothing_to_check")
    }

    @Test("what lies outside the window is not looked at")
    func window() async throws {
        try await store(spans: [[KeyValue("x", .string("bad"))], [KeyValue("x", .string("good"))]])
        let rule = "  - {name: x, attribute: x, equals: good}\n"
        #expect(try ask(rule).status == .conditionFound)
        #expect(try ask(rule, "--since", "90s").status == .success)
    }

    @Test("errors come before warnings, and --limit says how many rows are not shown")
    func order() async throws {
        for number in 1...3 { try await store(node: "edge-\(number)", traceFrom: UInt64(number) * 10) }
        let rules = """
              - {name: b, severity: warning, attribute: resource.service.version, present: true}
              - {name: a, attribute: resource.region, present: true}
            """
        #expect(try rows(rules).map { $0["rule"]?.text } == ["a", "a", "a", "b", "b", "b"])
        #expect(try ask(rules, "--limit", "2").output.contains("4 more rows; --limit shows them"))
    }

    @Test("config/check.yaml can be read, and finds what it is for")
    func shipped() async throws {
        try await store(
            service: "unknown_service:go", [KeyValue("container.image.tags", .array([.string("latest")]))])
        try await storePoints(node: "edge-9", "edge.config.age", [7_200])
        let file = Repository.root.appending(path: "config/check.yaml").path(percentEncoded: false)
        let answer = InMemoryCommandLine(["check", file, "--db", path, "--json"])
        #expect(answer.status == .conditionFound, "\(answer.diagnostics)")
        let document = try JSONValue(parsing: answer.output)
        let broken = document["rules"]?.elements.filter { $0["verdict"]?.text == "broken" }
            .compactMap { $0["rule"]?.text }
        #expect(
            broken == [
                "services have names", "versions are known", "environments are known", "images are pinned",
                "configurations are fresh",
            ])
    }

    @Test("without a file it says where one could be; an unreadable one is usage")
    func noFile() async throws {
        try await store()
        let answer = InMemoryCommandLine(["check", "--db", path])
        #expect(answer.status == .usage && answer.diagnostics.contains("there are no rules: name a file"))
        #expect(InMemoryCommandLine(["check", "/nonexistent/check.yaml", "--db", path]).status == .usage)
    }

    @Test("more subjects than memory is meant for end the check with what to do")
    func tooMany() async throws {
        try await store(spans: (0..<20).map { [KeyValue("x", .int(Int64($0)))] })
        let rule = CheckRule(
            name: "each", source: .spans, attributes: [.attribute("x")], tests: [.present],
            subject: [.attribute("x")])
        var query = CheckQuery([rule], window: .all)
        query.subjectsMax = 19
        let reader = try TelemetryReader(path: path)
        #expect(throws: StoreError.self) { _ = try reader.check(query) }
        query.subjectsMax = 20
        #expect(try reader.check(query).outcomes.first?.subjects == 20)
    }
}
