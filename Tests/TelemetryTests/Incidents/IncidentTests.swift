import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Incidents name who is to blame", .serialized)
struct IncidentTests {
    /// From the twentieth to the fortieth minute of the window.
    private static let trouble = 80..<100

    @Test("a healthy fleet has none, with a time before to compare with and without", arguments: [0, 3_600])
    func healthy(baselineSeconds: Int64) async throws {
        let result = try await IncidentFleet().incidents(baseline: baselineSeconds * 1_000_000_000)
        #expect(result.causesFound == [])
        #expect(result.notes.contains { $0.code == "no_baseline" } == (baselineSeconds == 0))
    }

    @Test(
        "a clock that is off is told where something of the window comes from its node, and not where nothing does"
    )
    func clocks() async throws {
        // All spans arrive at once, before most of them end.
        let reader = try await IncidentFleet().fleet.reader()
        var query = IncidentFleet.query()
        #expect(try reader.incidents(query).incidents.contains { $0.rule == "clock-skew" })
        query.window.since = query.window.since.advanced(byNanos: 1)
        query.window.until = query.window.since.advanced(byNanos: 1)
        #expect(try reader.incidents(query).incidents.map(\.rule) == [])
    }

    @Test("slow-upstream: all that comes from one host takes long, whichever node fetches it")
    func slowUpstream() async throws {
        let result = try await IncidentFleet { request in
            if request.isMiss, request.host == "gitlab.com", Self.trouble.contains(request.minute) {
                request.spelled.millis *= 12
            }
        }.incidents()
        #expect(result.causesFound == ["slow-upstream gitlab.com"])
        let incident = try #require(result.incidents.first)
        #expect(incident.severity == .ticket)
        // When it began and ended, within a few minutes.
        let start = Int64(Sample.baseNanos) + 80 * 60_000_000_000
        #expect(abs(incident.start.rawValue - start) <= 120_000_000_000)
        let end = try #require(incident.end)
        #expect(abs(end.rawValue - start - 1_200_000_000_000) <= 180_000_000_000)
        #expect(incident.evidence.traceIDs.count == 5)
        #expect(incident.impact.requests > 10 && incident.impact.modules > 10)
        #expect(incident.explanation.contains("gitlab.com answers slowly"))
    }

    @Test("slow-list and sumdb-slow: lists alone, and the checksum database")
    func listsAndChecksums() async throws {
        func found(_ path: @Sendable (Int) -> String) async throws -> [String] {
            try await IncidentFleet { request in
                guard request.isMiss, request.number % 2 == 0 else { return }
                request.spelled.path = path(request.number)
                request.spelled.cache = nil
                request.spelled.bytes = 300
                if Self.trouble.contains(request.minute) { request.spelled.millis *= 15 }
            }.incidents().causesFound
        }
        let lists = try await found { "/github.com/a/listed\($0 % 9)/@v/list" }
        #expect(lists == ["slow-list github.com"])
        let lookups = try await found { "/sumdb/sum.golang.org/lookup/github.com/a/new\($0)@v1.0.0" }
        #expect(lookups == ["sumdb-slow sum.golang.org"])
    }

    @Test("slow-node: one node takes long for what its cache has")
    func slowNode() async throws {
        let result = try await IncidentFleet { request in
            if !request.isMiss, request.spelled.node == "edge-2", Self.trouble.contains(request.minute) {
                request.spelled.millis *= 8
            }
        }.incidents()
        #expect(result.causesFound == ["slow-node edge-2"])
    }

    @Test("slow-node: also where it was so all the time and nothing is known before, next to three others")
    func slowAlways() async throws {
        let fleet = try IncidentFleet { request in
            if !request.isMiss, request.spelled.node == "edge-2" { request.spelled.millis *= 8 }
        }
        #expect(try await fleet.incidents(baseline: 0).causesFound == ["slow-node edge-2"])
        // It was so in the hour before: that is how it is.
        #expect(try await fleet.incidents().causesFound == [])
    }

    @Test("node-errors and upstream-errors: by whom all of the failures have in common")
    func errors() async throws {
        let byNode = try await IncidentFleet { request in
            if request.spelled.node == "edge-1", request.number % 3 == 0,
                Self.trouble.contains(request.minute)
            {
                request.spelled.status = 500
            }
        }.incidents()
        #expect(byNode.causesFound == ["node-errors edge-1"])
        #expect(byNode.incidents.first?.severity == .page)
        let byHost = try await IncidentFleet { request in
            if request.host == "codeberg.org", request.number % 3 == 0, Self.trouble.contains(request.minute)
            {
                request.spelled.status = 502
            }
        }.incidents()
        #expect(byHost.causesFound == ["upstream-errors codeberg.org"])
    }

    @Test("failures of a few modules name these, each of which proves too little by itself")
    func fewModules() async throws {
        let result = try await IncidentFleet { request in
            guard request.number % 25 == 0, Self.trouble.contains(request.minute) else { return }
            request.spelled.path = "/broken.example/bad\(request.number / 25 % 3)/@v/v1.0.0.zip"
            request.spelled.status = 502
        }.incidents()
        let incident = try #require(result.incidents.first { $0.rule == "upstream-errors" })
        #expect(
            incident.explanation.hasSuffix(
                "; all of these are for broken.example/bad0@v1.0.0, broken.example/bad1@v1.0.0 and "
                    + "broken.example/bad2@v1.0.0"), "\(incident.explanation)")
    }

    @Test(
        "failures have the rule of what they are",
        arguments: [(429, 10, "rate-limited"), (404, 30_000, "masked-timeout")] as [(Int64, UInt64, String)])
    func kinds(status: Int64, millis: UInt64, rule: String) async throws {
        let result = try await IncidentFleet { request in
            if request.isMiss, request.host == "github.com", Self.trouble.contains(request.minute) {
                request.spelled.status = status
                request.spelled.millis = millis
            }
        }.incidents()
        #expect(result.causesFound.first == "\(rule) github.com")
    }

    @Test(
        "cache-degraded and cache-flush: what was there is no longer; new versions are no trouble of a cache")
    func caches() async throws {
        func fleet(_ nodes: Set<String>) throws -> IncidentFleet {
            try IncidentFleet { request in
                let isLost = (request.number / 7) % 2 == 0
                if nodes.contains(request.spelled.node), isLost, Self.trouble.contains(request.minute) {
                    request.spelled.cache = "MISS"
                    request.spelled.millis = 600 + UInt64(request.number % 900)
                }
            }
        }
        #expect(try await fleet(["edge-3"]).incidents().causesFound == ["cache-degraded edge-3"])
        let all: Set = ["edge-0", "edge-1", "edge-2", "edge-3"]
        #expect(try await fleet(all).incidents().causesFound == ["cache-flush"])
        let news = try await IncidentFleet { request in
            if !request.isMiss, request.number % 2 == 0, Self.trouble.contains(request.minute) {
                request.spelled.path = "/github.com/a/release\(request.number)/@v/v1.0.0.zip"
                request.spelled.cache = "MISS"
                request.spelled.millis = 600 + UInt64(request.number % 900)
            }
        }.incidents()
        #expect(news.causesFound == [])
    }

    @Test("negative-cache: a node goes on refusing what others have")
    func negativeCache() async throws {
        let result = try await IncidentFleet { request in
            guard Self.trouble.contains(request.minute), request.number % 4 == 0 else { return }
            request.spelled.path = "/github.com/a/fresh/@v/v2.0.0.zip"
            // Asked for before it is there; then one node goes on saying so.
            let isKept = request.minute < 82 || request.spelled.node == "edge-1"
            request.spelled.status = isKept ? 404 : 200
            request.spelled.bytes = isKept ? 40 : 40_000
            request.spelled.millis = 5
        }.incidents()
        #expect(result.causesFound.contains("negative-cache edge-1 github.com/a/fresh v2.0.0"))
    }

    @Test("size-divergence and truncated: one node's archives are others")
    func sizes() async throws {
        func found(_ bytes: @Sendable (Int) -> Int64) async throws -> [String] {
            try await IncidentFleet { request in
                if !request.isMiss, request.spelled.node == "edge-0", Self.trouble.contains(request.minute),
                    request.number % 5 == 0
                {
                    request.spelled.bytes = bytes(request.number)
                }
            }.incidents().causesFound
        }
        #expect(try await found { _ in 51_234 } == ["size-divergence edge-0"])
        #expect(try await found { 100 + Int64($0) } == ["truncated edge-0"])
    }

    @Test("a node that counts headers with bodies has no other archives")
    func measures() async throws {
        let result = try await IncidentFleet { request in
            if request.spelled.node == "edge-0" { request.spelled.bytes = 40_312 }
        }.incidents()
        #expect(result.causesFound == [])
    }

    @Test("a window that is six times as long as what is stored hides nothing that began of late")
    func longWindow() async throws {
        let fleet = try IncidentFleet { request in
            if request.number % 2 == 0, request.minute >= 95 { request.spelled.status = 502 }
        }
        var query = IncidentFleet.query(baseline: 0)
        query.window.since = query.window.until.advanced(byNanos: -12 * 3_600_000_000_000)
        let incident = try #require(try await fleet.fleet.reader().incidents(query).incidents.first)
        #expect(incident.severity == .page && incident.impact.requests >= 300)
        // What failed is no part of what is usual.
        #expect(incident.explanation.contains("where 0.2 % is usual"), "\(incident.explanation)")
        let begin = Int64(Sample.baseNanos) + 95 * 60_000_000_000
        #expect(abs(incident.start.rawValue - begin) <= 720_000_000_000)
    }

    @Test("failures of kinds with few requests each show without a time before, and are not usual for these")
    func smallGroups() async throws {
        // Of fetches one in fifty: lists, queries, files and checksums, twelve of each kind in the hour.
        let paths = [
            "/github.com/a/rare%/@v/list", "/github.com/a/rare%/@latest", "/github.com/a/rare%/@v/v1.0.0.mod",
            "/sumdb/sum.golang.org/lookup/github.com/a/rare%@v1.0.0",
        ]
        let result = try await IncidentFleet { request in
            if request.isMiss, request.number % 50 > 0 { (request.isMiss, request.isLeftOut) = (false, true) }
            guard request.number % 15 == 0 else { return }
            request.isLeftOut = false
            request.spelled.cache = "MISS"
            request.spelled.path = paths[request.number / 15 % 4].replacing("%", with: "\(request.number)")
            request.spelled.status =
                (80..<95).contains(request.minute) && request.number % 30 == 0 ? 502 : 200
        }.incidents(baseline: 0)
        #expect(
            result.incidents.contains { $0.rule == "upstream-errors" || $0.rule == "node-errors" },
            "\(result.causesFound)")
    }

    @Test("all that is stored is looked at, but for spans of wrong clocks far from the others")
    func openWindow() async throws {
        var fleet = try IncidentFleet()
        func window() async throws -> Range<UInt64> {
            var query = IncidentFleet.query(baseline: 0)
            query.window = TimeWindow(since: .distantPast, until: .distantFuture)
            let data = try await fleet.fleet.reader().investigation(query).data
            return data.since..<data.until
        }
        #expect(try await window().lowerBound == Sample.baseNanos)
        var wrong = SpelledFleet.Request()
        wrong.startMillis = 30 * 24 * 3_600_000
        fleet.fleet.add(wrong)
        #expect(try await window().upperBound < Sample.baseNanos + 3 * 3_600_000_000_000)
    }

    @Test("what nobody waited for stands behind what did harm, be it ever so sure")
    func aside() async throws {
        let result = try await IncidentFleet { request in
            if request.number % 9 == 0, Self.trouble.contains(request.minute) { request.spelled.status = 500 }
        }.incidents()
        let rules = result.incidents.map(\.rule)
        #expect(rules.contains("clock-skew") && rules.first != "clock-skew", "\(rules)")
    }

    @Test("two faults at once are told as two")
    func two() async throws {
        let result = try await IncidentFleet { request in
            guard Self.trouble.contains(request.minute) else { return }
            if request.isMiss, request.host == "gitlab.com" { request.spelled.millis *= 12 }
            if request.spelled.node == "edge-1", request.number % 3 == 0 { request.spelled.status = 500 }
        }.incidents()
        #expect(Set(result.causesFound) == ["slow-upstream gitlab.com", "node-errors edge-1"])
    }

    @Test("the same data twice give the same answer, however they lie in segments")
    func deterministic() async throws {
        let fleet = try IncidentFleet { request in
            if request.isMiss, request.host == "gitlab.com", Self.trouble.contains(request.minute) {
                request.spelled.millis *= 12
            }
        }
        func text(_ segmentSpans: Int) async throws -> String {
            let reader = try await fleet.fleet.reader(segmentSpans: segmentSpans)
            let query = IncidentFleet.query()
            var text = ""
            var (output, diagnostics) = (OutputBuffer { text += $0 }, OutputBuffer { _ in })
            ResultTable.incidents(try reader.incidents(query), query, zone: .utc)
                .write(as: .json, style: RenderStyle(width: 80), to: &output, diagnostics: &diagnostics)
            output.flush()
            return text
        }
        let first = try await text(400)
        #expect(first == (try await text(400)))
    }
}
