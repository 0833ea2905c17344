package import OTLPModel

/// What a look at a request shows of one resource in it and of how its telemetry is made: facts, from which somebody
/// else concludes what its sender could do better.
package struct OriginInspection: Hashable, Sendable {
    /// A unit that a time was written in instead of nanoseconds.
    package enum TimeUnit: String, Hashable, Sendable, CaseIterable {
        case seconds, milliseconds, microseconds

        /// The unit of a time since 1970 that lies, in nanoseconds, before 1971: no telemetry is from then, and in
        /// these units every moment from 1971 to 2286 falls into one range each.
        package init?(unixTime time: UInt64) {
            switch time {
            case 31_536_000..<10_000_000_000: self = .seconds
            case 31_536_000_000..<10_000_000_000_000: self = .milliseconds
            case 31_536_000_000_000..<10_000_000_000_000_000: self = .microseconds
            default: return nil
            }
        }

        /// The unit of either time of a span.
        package init?(start: UInt64, end: UInt64) {
            guard let unit = TimeUnit(unixTime: start) ?? TimeUnit(unixTime: end) else { return nil }
            self = unit
        }

        /// No time from here on is taken for one in another unit: in nanoseconds, April 1970.
        package static let nanosecondsMin: UInt64 = 10_000_000_000_000_000
    }

    /// `service.name`; nil where it is missing or empty.
    package var serviceName: String?
    /// How often the resource has it.
    package var serviceNameCount: Int
    /// What tells one instance from another; nil where nothing does.
    package var node: String?
    /// `telemetry.sdk.language`, `telemetry.sdk.name` and `webengine.name`, as far as they are there.
    package var language: String?
    package var sdkName: String?
    package var webEngine: String?
    /// Names of instrumentation scopes, some.
    package var scopes: [String] = []

    /// Spans of the resource that were looked at.
    package var spans = 0
    /// By unit: those whose start or end is not in nanoseconds.
    package var timesInUnit: [TimeUnit: Int] = [:]
    package var withoutStart = 0
    package var endingBeforeStart = 0
    /// The last end among those whose times can be believed.
    package var lastEnd: UnixNanos?
    /// When the request came.
    package var receivedAt: UnixNanos
    /// Server spans, and those of them that have a parent.
    package var serverSpans = 0
    package var continuedServerSpans = 0
    package var clientSpans = 0
    /// Keys of attributes whose value is an empty text, some.
    package var emptyKeys: [String] = []
    /// Keys of attributes whose names OpenTelemetry gave up, some.
    package var oldKeys: [String] = []
    /// Texts in the request, of whichever resource, that were not UTF-8.
    package var mendedTexts = 0

    /// How many keys and scopes are listed.
    package static let listedMax = 5

    /// What the resource itself shows.
    package init(_ resource: Resource, receivedAt: UnixNanos) {
        self.receivedAt = receivedAt
        let names = resource.attributes.filter { $0.key == "service.name" }
        serviceNameCount = names.count
        let attributes = resource.attributes
        func text(_ key: String) -> String? { attributes.string(of: key).flatMap { $0.isEmpty ? nil : $0 } }
        serviceName = text("service.name")
        let identity = NodeIdentity(resource: resource, peerAddress: "")
        node = identity.source == .peerAddress ? nil : identity.name
        language = text("telemetry.sdk.language")
        sdkName = text("telemetry.sdk.name")
        webEngine = text("webengine.name")
    }

    /// Whether the name is one that an SDK made up because nobody gave one.
    package var hasNameOfItsOwn: Bool {
        guard let serviceName else { return false }
        return serviceName != "unknown_service" && !serviceName.hasPrefix("unknown_service:")
    }
}
