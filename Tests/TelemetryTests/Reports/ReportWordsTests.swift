import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A report says of what is no trouble with requests what it is", .serialized)
struct ReportWordsTests {
    /// - Throws: a failed expectation where the rule has found nothing
    private func report(_ rule: String, _ reader: TelemetryReader) throws -> (Incident, String) {
        let incident = try #require(
            try reader.incidents(IncidentFleet.query()).incidents.first { $0.rule == rule })
        let document = try ReportSample.document(reader, ReportSample.query(incident: incident.id))
        return (incident, document.text(as: .markdown, human: ReportHumanTexts(), zone: .utc))
    }

    @Test("requests that are merely many are not called slow or wrong, and clients are counted in one way")
    func load() async throws {
        var fleet = try IncidentFleet().fleet
        for number in 0..<9_000 {
            var request = SpelledFleet.Request()
            (request.node, request.region) = ("edge-1", "eu")
            request.startMillis = 90 * IncidentFleet.minute + UInt64(number) * 66
            // Two user agents of one address are one client.
            request.client = "198.51.\(number % 1_500 / 250).\(number % 250)"
            request.userAgent = number % 2 == 0 ? "Go-http-client/2.0" : "Go-http-client/1.1"
            request.path = "/github.com/a/old\(number % 40)/@v/v1.0.0.zip"
            (request.cache, request.bytes, request.millis) = ("HIT", 40_000, 4)
            fleet.add(request)
        }
        let (incident, text) = try report("rate-anomaly", try await fleet.reader())
        let clients = HumanUnits.count(Int64(incident.impact.clients))
        #expect(incident.impact.clients > 1_000)
        #expect(incident.explanation.contains(clients), "\(incident.explanation)")
        #expect(incident.impact.budgetMinutes == 0)
        #expect(text.contains("of \(clients) clients"))
        #expect(text.contains("need be neither slow nor wrong"))
        for words in [
            "slow or wrong |", "Waited longer", "everything had failed", "The worst", "bad requests",
        ] {
            #expect(!text.contains(words), "\(words)")
        }
        #expect(text.contains("traceq stats --since 2"))
        #expect(text.contains("--by client.address"))
    }

    @Test("a disk that is full is checked at its metric, and not by what is slow")
    func disk() async throws {
        var sample = GaugeSample()
        sample.add("edge-1", "goproxy.storage.usage") { $0 < 90 ? 5e8 : 9.5e8 }
        sample.add("edge-1", "goproxy.storage.limit") { _ in 1e9 }
        let folder = try TemporaryDirectory()
        let (_, text) = try report("disk-full", try await sample.reader(at: folder.file("gauges.db")))
        #expect(text.contains("traceq metrics goproxy.storage.usage --where node=edge-1 --since 2"))
        #expect(text.contains("traceq nodes --since 2026-09-21T15:43:35Z --until 2026-09-21T16:13:20Z"))
        #expect(text.contains("what fills the storage of node edge-1"))
        let next = try #require(text.firstRange(of: "## Next checks")).upperBound
        #expect(!text[next...].prefix(1_500).contains("traceq why"))
    }

    @Test("what no shell would take as it is stays out of commands")
    func words() {
        #expect(ShellWord.metrics("a.b", where: "node", "edge-1") == "metrics a.b --where node=edge-1")
        #expect(ShellWord.metrics("a.b", where: "node", "x; rm -rf $HOME") == "metrics a.b")
        #expect(ShellWord.metrics("a'b", where: "node", "edge-1") == nil)
        #expect(!ShellWord.isPlain("") && !ShellWord.isPlain("ä") && !ShellWord.isPlain("a b"))
    }

    @Test("nodes of one name are told apart by what they do, as in traceq nodes")
    func sharedNames() async throws {
        let fleet = try IncidentFleet { request in
            request.spelled.service = "caddy-\(request.spelled.node)"
            let isBad =
                request.spelled.node == "edge-1" && request.number % 3 == 0
                && ReportSample.trouble.contains(request.minute)
            if isBad { request.spelled.status = 500 }
            request.spelled.node = "import"
        }
        let (incident, text) = try report("node-errors", try await fleet.fleet.reader())
        #expect(incident.subject.node == "import" && incident.subject.service == "caddy-edge-1")
        #expect(incident.explanation.contains("at import (caddy-edge-1)"), "\(incident.explanation)")
        #expect(text.contains("node-errors: node import (caddy-edge-1), "))
        #expect(!text.contains("caddy-edge-1) (caddy-edge-1)"))
        let members = incident.subject.members.map { "\($0.key)=\($0.value)" }
        #expect(members == ["node=import", "service=caddy-edge-1"])
        // Marked is the one, and not those that have its name.
        #expect(
            text.split(separator: "\n").count { $0.hasPrefix("| import") && $0.contains("| **yes** |") } == 1)
    }
}
