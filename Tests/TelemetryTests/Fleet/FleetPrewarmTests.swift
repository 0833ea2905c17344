import Testing

@testable import Telemetry

@Suite("What caches should have had")
struct FleetPrewarmTests {
    @Test("a miss saves what it took beyond the median hit of its kind at its node")
    func saved() async throws {
        var fleet = try SpelledFleet()
        for node in ["edge-1", "edge-2"] {
            fleet.add(9) { request, _ in
                request.node = node
                request.cache = "HIT"
                request.millis = node == "edge-1" ? 10 : 50
            }
        }
        fleet.add(2) { request, number in
            request.path = "/github.com/x/cold/@v/v1.2.3.zip"
            request.client = "192.0.2.\(number + 1)"
            request.cache = "MISS"
            request.millis = 2_000
        }
        fleet.add(1) { request, _ in
            request.path = "/example.com/%21upper/@v/v2.0.0+incompatible.zip"
            request.node = "edge-2"
            request.cache = "EXPIRED"
            request.millis = 1_050
        }
        fleet.add(1) { request, _ in
            request.path = "/github.com/x/gone/@v/v1.0.0.zip"
            request.cache = "MISS"
            request.status = 502
            request.millis = 9_000
        }
        fleet.add(1) { request, _ in
            request.path = "/github.com/x/cold/@v/v1.2.3.mod"
            request.cache = "MISS"
            request.millis = 700
        }
        let result = try await fleet.reader().prewarm(FleetPrewarmQuery(window: .all))
        #expect(result.versions.map(\.name.module) == ["github.com/x/cold", "example.com/Upper"])
        #expect(result.versions.map(\.name.version) == ["v1.2.3", "v2.0.0+incompatible"])
        // Sketches are within 1 %.
        #expect(abs(result.versions[0].savedNanos - 3_980e6) < 1e6)
        #expect(abs(result.versions[1].savedNanos - 1_000e6) < 1e6)
        #expect(result.versions[0].misses == 3 && result.versions[0].clients == 2)
        #expect(result.incomparable == 1)
        #expect(result.misses == 4)
    }

    @Test("without anything to warm a sentence tells why")
    func nothing() async throws {
        var unknown = try SpelledFleet()
        unknown.add(10) { _, _ in }
        let nobodySays = try await unknown.reader().prewarm(FleetPrewarmQuery(window: .all))
        #expect(ResultTable.nothingToWarm(nobodySays).hasPrefix("of none of the 10 requests for files"))
        var warm = try SpelledFleet()
        warm.add(10) { request, _ in request.cache = "HIT" }
        let hits = try await warm.reader().prewarm(FleetPrewarmQuery(window: .all))
        #expect(ResultTable.nothingToWarm(hits).hasPrefix("nothing to warm: caches answered all of the 10"))
        var cold = try SpelledFleet()
        cold.add(20) { request, number in
            request.cache = number == 0 ? "MISS" : "HIT"
            request.millis = number == 0 ? 4_000 : 20
        }
        let little = try await cold.reader().prewarm(
            FleetPrewarmQuery(window: .all, minSavedNanos: 3_600_000_000_000))
        #expect(little.versions.isEmpty)
        #expect(ResultTable.nothingToWarm(little).hasPrefix("nothing to warm: 1 version would save time"))
    }
}
