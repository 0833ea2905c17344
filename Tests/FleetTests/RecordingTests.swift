import FleetSupport
import Foundation
import OTLPModel
import Telemetry
import TestSupport
import Testing

@testable import fleetgen

@Suite("Recordings of a fleet", .timeLimit(.minutes(15)))
struct RecordingTests {
    private static let recording = FieldSample.recording

    @Test("the same seed and start give the same bytes and the same truth")
    func determinism() {
        func made() -> FleetRecording {
            FleetRecording.made(.field, seed: 3, start: Sample.start, seconds: 300, rate: 5)
        }
        let first = made()
        let second = made()
        #expect(first.deliveries.count > 500)
        #expect(first.deliveries.map(\.body) == second.deliveries.map(\.body))
        #expect(first.deliveries.map(\.arrivalNanos) == second.deliveries.map(\.arrivalNanos))
        #expect(first.truth.requests == second.truth.requests)
        #expect(first.truth.nodes == second.truth.nodes)
    }

    @Test("deliveries come in the order of their arrival and hold every span that is to arrive")
    func deliveries() {
        let deliveries = Self.recording.deliveries
        #expect(zip(deliveries, deliveries.dropFirst()).allSatisfy { $0.arrivalNanos <= $1.arrivalNanos })
        let spans = deliveries.filter { $0.signal == .traces }.reduce(0) { $0 + $1.items }
        #expect(spans == FieldSample.truth.run.deliveredSpans)
        #expect(spans < FieldSample.truth.run.spans)
        #expect(FieldSample.truth.run.spans == FieldSample.requests.reduce(0) { $0 + $1.spans.count })
        let known = Set(FieldSample.truth.nodes.map(\.address))
        #expect(deliveries.allSatisfy { known.contains($0.peerAddress) })
    }

    @Test("spans arrive within the interval of the exporter, but for the node that had no link")
    func arrivals() throws {
        var late = 0
        for node in FieldSample.truth.nodes {
            guard let lag = node.arrivalLag, node.deliveredSpans > 0 else { continue }
            guard let until = node.lateUntilNs, let from = node.lateFromNs else {
                #expect(lag.maxNs <= 5_100_000_000, "\(node.instance)")
                continue
            }
            late += 1
            #expect(until - from == 300_000_000_000)
            #expect(lag.maxNs > 200_000_000_000)
            let here = Self.recording.deliveries.filter { $0.instance == node.instance }
            #expect(!here.contains { $0.arrivalNanos > from + 100_000_000 && $0.arrivalNanos < until })
        }
        #expect(late == 1)
    }

    @Test("the silent node serves on and tells nothing any more, not even that it is alive")
    func silence() throws {
        let node = try #require(FieldSample.truth.nodes.first { $0.silentFromNs != nil })
        let from = try #require(node.silentFromNs)
        #expect(node.requests > node.deliveredRequests && node.deliveredRequests > 20)
        let last = try #require(node.arrivalLag?.lastArrivalNs)
        #expect(last < from + 6_000_000_000)
        #expect(Self.recording.deliveries.last { $0.instance == node.instance }?.arrivalNanos == last)
        let other = try #require(FieldSample.nodes["edge-fra-01"])
        #expect(node.heartbeats > 0 && 2 * node.heartbeats <= other.heartbeats + 2)
        #expect(
            FieldSample.truth.requests.contains { $0.edge == node.instance && $0.edgeIsDelivered == false })
    }

    @Test("children of a node with a wrong clock are off by what the truth says")
    func clocks() throws {
        var checked: Set<String> = []
        for (exchange, spans) in FieldSample.requests {
            guard let edge = exchange.edge, let proxy = exchange.proxy, edge.node.setup.propagates,
                let server = spans.first(where: { $0.span.name == "proxy" })
            else { continue }
            let truth = try #require(FieldSample.nodes[edge.node.instance])
            let origin = try #require(FieldSample.nodes[proxy.node.instance])
            // Corrected by both offsets the child lies inside its parent, but for nginx's milliseconds.
            let parent = Int64(spans[0].span.startTimeUnixNano) - truth.clockOffsetNs
            let child = Int64(server.span.startTimeUnixNano) - origin.clockOffsetNs
            #expect(child >= parent - 1_000_000)
            checked.insert(edge.node.instance)
        }
        #expect(checked.count > 8)
        let offsets = FieldSample.truth.nodes.filter { abs($0.clockOffsetNs) > 100_000_000 }
        #expect(offsets.map(\.clockOffsetNs).sorted() == [-340_000_000, 120_000_000, 1_700_000_000])
    }

    @Test("configurations: reported with what is sent from the moment that the truth names")
    func configurations() throws {
        let versions = FieldSample.truth.nodes.map { $0.configurations.count }
        #expect(versions.contains(2), "most nodes adopt the new one")
        let sources = FieldSample.fleet.nodes.map(TelemetrySource.init(node:))
        #expect(sources.allSatisfy { $0.resource.attributes.string(of: "edge.config.version") == nil })
        for node in FieldSample.truth.nodes where node.configurations.count == 2 {
            #expect(node.configurations[0].version != node.configurations[1].version)
            #expect(node.configurations[1].sinceNs > FieldSample.plan.start)
        }
    }

    @Test("published versions: refused before a proxy sees them, served after, and bracketed at the edges")
    func publications() throws {
        #expect(FieldSample.truth.publications.count == 6)
        var bracketed = 0
        for publication in FieldSample.truth.publications {
            for node in publication.nodes {
                if let visible = node.visibleNs {
                    #expect(visible > publication.publishedNs)
                    if let first = node.firstSuccessEndNs { #expect(first >= visible) }
                }
                guard let refusal = node.lastRefusalStartNs, let success = node.firstSuccessEndNs else {
                    continue
                }
                #expect(publication.publishedNs <= refusal && refusal < success)
                bracketed += 1
            }
            // The list grows by the new version, everywhere in the end.
            let lists = FieldSample.truth.requests.filter {
                $0.kind == "list" && $0.module == publication.module && $0.status == 200
            }
            let sizes = Set(lists.map(\.bodyBytes))
            let smallest = try #require(sizes.min())
            #expect(sizes == [smallest, smallest + publication.listBytes])
        }
        #expect(bracketed > 40)
    }

    @Test("the files of a recording: bodies, arrivals, the index and a truth that is read back")
    func files() throws {
        let folder = try TemporaryDirectory()
        let recording = FleetRecording.made(.field, seed: 4, start: Sample.start, seconds: 120, rate: 5)
        try RecordingFolder.write(recording, to: folder.file("recording"))
        func lines(_ name: String) throws -> [JSONValue] {
            try String(contentsOfFile: folder.file("recording/\(name)"), encoding: .utf8)
                .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        }
        let truth = try lines("truth.ndjson")
        #expect(truth.first?["format"]?.text == "fleetgen.truth/1")
        let types = Dictionary(grouping: truth) { $0["type"]?.text ?? "" }.mapValues(\.count)
        #expect(types["run"] == 1)
        #expect(types["node"] == recording.truth.nodes.count)
        #expect(types["publication"] == 6)
        #expect(types["session"] == recording.truth.sessions.count)
        #expect(types["fetch"] == recording.truth.fetches.count)
        #expect(types["request"] == recording.truth.requests.count)
        let request = try #require(truth.first { $0["type"]?.text == "request" })
        #expect(request["stages"]?["network_ns"]?.number != nil)
        #expect(request["trace_ids"]?.elements.isEmpty == false)
        #expect(try lines("deliveries.ndjson").count == recording.deliveries.count)
        let index = try lines("index.ndjson")
        #expect(index.count == 6)
        #expect(index[0]["Timestamp"]?.text?.hasPrefix("2026-11-01T00:00:") == true)
    }

    @Test("in a database: every span with its time of arrival and its sender")
    func database() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("telemetry.db")
        let recording = FleetRecording.made(.field, seed: 5, start: Sample.start, seconds: 120, rate: 5)
        try await RecordedDatabase.write(recording, to: path)
        var query = SlowestQuery(window: .all, limit: 10_000)
        query.minDurationNanos = 0
        let result = try TelemetryReader(path: path).slowest(query)
        // Without propagation the proxy's part of a request stands for itself.
        let atLeast = recording.truth.requests.filter { $0.edgeIsDelivered ?? $0.proxyIsDelivered ?? false }
        #expect(result.rows.count >= atLeast.count)
        let names = Set(recording.truth.nodes.map(\.name))
        #expect(Set(result.rows.map(\.node.name)).isSubset(of: names))
        #expect(result.rows.contains { $0.node.source == .peerAddress })
        try RecordedDatabase.addIndex(of: recording.truth, to: path)
        #expect(try TelemetryReader(path: path).publications(in: .all).count == 6)
    }
}
