import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Incidents that show next to other requests, or in what arrives", .serialized)
struct IncidentRuleTests {
    private static let trouble = 80..<100

    private static func rules(_ change: (inout IncidentFleet.Request) -> Void) async throws -> [String] {
        let result = try await IncidentFleet { request in
            if trouble.contains(request.minute) { change(&request) }
        }.incidents()
        return result.incidents.map { incident in
            ([incident.rule] + incident.subject.members.map(\.value)).joined(separator: " ")
        }
    }

    @Test("each rule is in the documentation's table, and no other")
    func documented() throws {
        let page = try String(
            decoding: Data(contentsOf: Repository.root.appending(path: "docs/incidents.md")), as: UTF8.self)
        let section = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("Rules\n") })
        var named: Set<String> = []
        for line in section.split(separator: "\n") where line.hasPrefix("| `") {
            let cell = line.dropFirst(2).prefix { $0 != "|" }
            named.formUnion(
                cell.split(separator: "`").map(String.init).filter {
                    $0.contains("-") || ["stampede", "truncated", "misrouted", "withdrawn"].contains($0)
                })
        }
        #expect(named == Set(IncidentRules.names))
    }

    @Test("empty-zip and client-aborts: at the node that they are of")
    func archives() async throws {
        let empty = try await Self.rules { request in
            if request.spelled.node == "edge-1", request.number % 3 == 0 { request.spelled.bytes = 0 }
        }
        #expect(empty.first == "empty-zip edge-1", "\(empty)")
        let left = try await Self.rules { request in
            if request.spelled.node == "edge-1", request.number % 3 == 0 { request.spelled.status = 499 }
        }
        #expect(left.first == "client-aborts edge-1", "\(left)")
    }

    @Test("stampede: one version is fetched many times at once")
    func stampede() async throws {
        let found = try await Self.rules { request in
            guard request.number % 4 != 0 else { return }
            request.spelled.path = "/github.com/a/wanted\(request.number / 30)/@v/v3.0.0.zip"
            request.spelled.cache = "MISS"
            request.spelled.millis = 20_000
        }
        #expect(found.contains { $0.hasPrefix("stampede") }, "\(found)")
    }

    @Test("edge-timeout-cold: given up, and had by who asks a little later")
    func givenUp() async throws {
        let found = try await Self.rules { request in
            guard request.number % 4 == 0 else { return }
            request.spelled.path = "/github.com/a/large\(request.number / 8)/@v/v3.0.0.zip"
            request.spelled.cache = "MISS"
            let isFirst = request.number % 8 == 0
            request.spelled.status = isFirst ? 504 : 200
            request.spelled.millis = isFirst ? 60_000 : 900
        }
        #expect(found.contains { $0.hasPrefix("edge-timeout-cold") }, "\(found)")
    }

    @Test("stale-list: a node goes on telling of fewer versions than others")
    func staleList() async throws {
        let result = try await IncidentFleet { request in
            guard request.number % 4 == 1 else { return }
            request.spelled.path = "/github.com/a/growing/@v/list"
            request.spelled.cache = nil
            request.spelled.millis = 5
            let isOld = request.minute < 70 || request.spelled.node == "edge-2" && request.minute < 100
            request.spelled.bytes = isOld ? 500 : 900
        }.incidents()
        let incident = try #require(result.incidents.first { $0.rule == "stale-list" })
        #expect(incident.subject.node == "edge-2")
    }

    @Test("node-lost: nothing comes from one any more, while others go on")
    func lost() async throws {
        let found = try await arrivals { node, minute in
            node == 3 && minute >= 20 ? nil : minute * 60_000 + 1_000
        }
        #expect(found == ["node-lost edge-3 eu"])
    }

    @Test("where all stop at once it is what was recorded that ends, and where all are late it is no node")
    func together() async throws {
        #expect(try await arrivals { _, minute in minute >= 20 ? nil : minute * 60_000 + 1_000 } == [])
        #expect(try await arrivals { _, minute in 60 * 60_000 + minute * 100 } == [])
    }

    @Test("late-telemetry: what one tells comes long after that of others")
    func late() async throws {
        let found = try await arrivals { node, minute in
            minute * 60_000 + (node == 2 ? 400_000 : 1_000)
        }
        #expect(found == ["late-telemetry edge-2"])
    }

    /// Four nodes that send ten spans a minute for an hour.
    /// - Parameter arrival: of the spans of a node's minute, in milliseconds after the begin; nil for never
    private func arrivals(_ arrival: (Int, UInt64) -> UInt64?) async throws -> [String] {
        let folder = try TemporaryDirectory()
        var sample = FleetSample()
        for minute in UInt64(0)..<60 {
            for node in 0..<4 {
                guard let received = arrival(node, minute) else { continue }
                let spans = (0..<UInt64(10)).map { second in
                    Sample.span(
                        trace: 1 + minute * 100 + UInt64(node) * 10 + second, id: 1,
                        startMillis: minute * 60_000 - min(minute, 1) * 30_000 + second * 100, millis: 5,
                        attributes: FleetSample.attributes(
                            "/github.com/a/b\(second)/@v/v1.0.0.zip", FleetSample.cache("HIT")))
                }
                sample.add(
                    FleetSample.Node(name: "edge-\(node)", service: "nginx", scope: "nginx", region: "eu"),
                    receivedMillis: received, spans)
            }
        }
        let hour = UnixNanos(clamping: Sample.baseNanos + 3_600_000_000_000)
        let query = IncidentQuery(
            window: TimeWindow(since: UnixNanos(clamping: Sample.baseNanos), until: hour), baselineNanos: 0,
            now: hour.advanced(byNanos: 600_000_000_000))
        return try await sample.reader(at: folder.file("arrivals.db")).incidents(query).causesFound
    }
}
