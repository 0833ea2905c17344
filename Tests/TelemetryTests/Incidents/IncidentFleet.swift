import OTLPModel
import TestSupport

@testable import Telemetry

/// Two hours of a small healthy fleet, of which the second is asked for: four nodes in two regions, modules of three hosts,
/// and of ten requests nine that a cache answers.
struct IncidentFleet {
    static let hosts = ["github.com", "gitlab.com", "codeberg.org"]
    static let minute: UInt64 = 60_000
    /// Of every request.
    private static let stepMillis: UInt64 = 2_000
    static let count = 3_600

    /// What a test may change of a request.
    struct Request {
        var number: Int
        var spelled: SpelledFleet.Request
        var isMiss: Bool
        var host: String
        /// After the begin of the first hour.
        var minute: Int
        /// Nobody asked.
        var isLeftOut = false
    }

    var fleet: SpelledFleet

    init(_ change: (inout Request) -> Void = { _ in }) throws {
        fleet = try SpelledFleet()
        for number in 0..<Self.count {
            let chance = SeededRandom.mixed(UInt64(number))
            var spelled = SpelledFleet.Request()
            spelled.node = "edge-\(chance % 4)"
            spelled.region = chance % 4 < 2 ? "eu" : "us"
            spelled.startMillis = UInt64(number) * Self.stepMillis
            spelled.client = "192.0.2.\((chance >> 8) % 60)"
            spelled.bytes = 40_000
            let isMiss = (chance >> 16) % 10 == 0
            let host = Self.hosts[Int((chance >> 24) % 3)]
            // What is missed is new, what is hit is one of forty.
            let name = isMiss ? "new\(number)" : "old\((chance >> 32) % 40)"
            spelled.path = "/\(host)/a/\(name)/@v/v1.0.0.zip"
            spelled.cache = isMiss ? "MISS" : "HIT"
            spelled.millis = isMiss ? 600 + (chance >> 40) % 900 : 3 + (chance >> 40) % 4
            var request = Request(
                number: number, spelled: spelled, isMiss: isMiss, host: host,
                minute: Int(spelled.startMillis / Self.minute))
            change(&request)
            if !request.isLeftOut { fleet.add(request.spelled) }
        }
    }

    /// The second hour, with the first to say what is normal.
    static let window = TimeWindow(
        since: UnixNanos(clamping: Sample.baseNanos + 60 * minute * 1_000_000),
        until: UnixNanos(clamping: Sample.baseNanos + 120 * minute * 1_000_000))

    static func query(baseline: Int64 = 3_600_000_000_000) -> IncidentQuery {
        IncidentQuery(window: window, baselineNanos: baseline, now: window.until)
    }

    func incidents(baseline: Int64 = 3_600_000_000_000) async throws -> IncidentResult {
        try await fleet.reader().incidents(Self.query(baseline: baseline))
    }
}

extension IncidentResult {
    /// Causes, each as `rule subject`. Without those of clocks: all spans of the sample arrive at once, before most of them
    /// end.
    var causesFound: [String] {
        incidents.filter { causes[$0.id] == nil && $0.rule != "clock-skew" }.map { incident in
            ([incident.rule] + incident.subject.members.map(\.value)).joined(separator: " ")
        }
    }

    var consequences: [String] { incidents.filter { causes[$0.id] != nil }.map(\.rule) }
}
