import OTLPModel
import Testing

@testable import Telemetry

@Suite("Times that explain requests")
struct WhyTimesTests {
    /// A request every 1.8 s for an hour, at four nodes.
    private func hour(_ change: (inout SpelledFleet.Request, _ minute: Int, _ chance: UInt64) -> Void) throws
        -> SpelledFleet
    {
        var fleet = try SpelledFleet()
        fleet.add(2_000) { request, number in
            let chance = SeededRandom.mixed(UInt64(number))
            // From 14:14 on: the samples begin at 14:13:20.
            request.startMillis = 40_000 + UInt64(number) * 1_800
            request.node = "edge-\(chance % 4)"
            request.client = "192.0.2.\(chance / 4 % 100)"
            change(&request, number * 1_800 / 60_000, chance / 400)
        }
        return fleet
    }

    private func names(_ fleet: SpelledFleet, _ selection: WhySelection) async throws -> [String] {
        try await fleet.reader().why(FleetWhyQuery(window: .all, selection: selection)).findings
            .map { $0.attribute + "=" + $0.value }
    }

    @Test("periods beside each other are one time, which explains more than what began later")
    func fault() async throws {
        let fleet = try hour { request, minute, chance in
            request.attributes = [
                KeyValue("build", .string(minute < 28 ? "1.4" : "1.5"))
            ]
            if (20..<40).contains(minute), chance % 3 == 0 { request.millis = 5_000 }
        }
        #expect(try await names(fleet, .slow(minNanos: nil)) == ["time=2026-09-21 14:34 to 14:54 UTC"])
    }

    @Test("two times are two rows, and what lies between them is in none")
    func twoFaults() async throws {
        let fleet = try hour { request, minute, chance in
            if (6..<12).contains(minute) || (40..<48).contains(minute), chance % 2 == 0 {
                request.status = 502
            }
        }
        let found = try await names(fleet, .errors(nil))
        #expect(found == ["time=2026-09-21 14:54 to 15:02 UTC", "time=2026-09-21 14:20 to 14:26 UTC"])
    }

    @Test(
        "what comes all the time has none, however many stretches there are to choose from", arguments: 0..<8)
    func noTime(seed: UInt64) async throws {
        let fleet = try hour { request, _, chance in
            if SeededRandom.mixed(chance &+ seed &* 7_919) % 30 == 0 { request.status = 502 }
        }
        #expect(try await names(fleet, .errors(nil)) == [])
    }

    @Test("times that cannot be are told as far as times go")
    func absurdTime() async throws {
        var fleet = try hour { _, _, _ in }
        fleet.add(200) { request, number in
            request.startMillis = 16_000_000_000_000 + UInt64(number)
            request.status = 502
        }
        let found = try await names(fleet, .errors(nil))
        #expect(found.count { $0.hasPrefix("time=2262-") } <= 1)
    }

    @Test("what one node does at one time is told of both")
    func nodeAtATime() async throws {
        let fleet = try hour { request, minute, chance in
            if request.node == "edge-2", (20..<40).contains(minute), chance % 2 == 0 {
                request.millis = 5_000
            }
        }
        let found = try await names(fleet, .slow(minNanos: nil))
        #expect(found == ["node=edge-2", "time=2026-09-21 14:34 to 14:54 UTC"])
    }
}
