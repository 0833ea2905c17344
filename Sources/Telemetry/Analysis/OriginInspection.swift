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

    /// What the request is of.
    package var signal: Signal
    /// Spans, points or log records of the resource that were looked at.
    package var items = 0
    /// By unit: those with a time that is not in nanoseconds.
    package var timesInUnit: [TimeUnit: Int] = [:]
    /// Spans without a start.
    package var withoutStart = 0
    /// Points without a time, and log records with neither a time nor one at which they were observed.
    package var withoutTime = 0
    /// Spans that end before their start, and points whose start is after their time.
    package var endingBeforeStart = 0
    /// The last end among those whose times can be believed.
    package var lastEnd: UnixNanos?
    /// When the request came.
    package var receivedAt: UnixNanos
    /// Server spans, and those of them that have a parent.
    package var serverSpans = 0
    package var continuedServerSpans = 0
    package var clientSpans = 0
    /// Log records that say in which trace they were written.
    package var recordsWithTrace = 0
    /// Metrics that add up since a start and have points that do not say when that was, some.
    package var metricsWithoutStart: [String] = []
    /// Metrics that are either totals or differences, and which of them they are, some.
    package var temporalities: [MetricTemporality] = []
    /// Keys of attributes whose value is an empty text, some.
    package var emptyKeys: [String] = []
    /// Keys of attributes whose names OpenTelemetry gave up, some.
    package var oldKeys: [String] = []
    /// Texts in the request, of whichever resource, that were not UTF-8.
    package var mendedTexts = 0

    /// Which of the two a metric is.
    package struct MetricTemporality: Hashable, Sendable {
        package var metric: String
        /// Tells it from metrics that share its name and are something else.
        package var type: MetricType
        package var isMonotonic: Bool
        package var isDelta: Bool

        package init(metric: String, type: MetricType, isMonotonic: Bool, isDelta: Bool) {
            self.metric = metric
            self.type = type
            self.isMonotonic = isMonotonic
            self.isDelta = isDelta
        }
    }

    /// How many keys, scopes and metrics without a start are listed.
    package static let listedMax = 5
    /// How many metrics are listed as totals or differences.
    static let temporalitiesMax = 64
    /// What is looked at of a request, so that a look takes some 0.1 ms whatever comes.
    static let itemsMax = 1_024
    static let resourcesMax = 16

    /// Names that OpenTelemetry gave up for HTTP in 2023, with which a service is told from others.
    static let oldNames: Set<String> = [
        "http.method", "http.status_code", "http.url", "http.target", "http.scheme", "http.user_agent",
        "net.host.name", "net.peer.name", "net.sock.peer.addr",
    ]

    static let oldNameLengths = Set(oldNames.map(\.utf8.count))

    /// What the resource itself shows.
    package init(_ resource: Resource, signal: Signal = .traces, receivedAt: UnixNanos) {
        self.signal = signal
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

    /// Lists one more, unless there are enough.
    static func list(_ name: String, in names: inout [String]) {
        if names.count < listedMax, !names.contains(name) { names.append(name) }
    }

    /// - Parameter bytes: canonical `ScopeSpans` bytes
    mutating func note(scope bytes: @autoclosure () -> [UInt8]) {
        guard scopes.count < Self.listedMax, let scope = ScopeSpans(canonicalBytes: bytes()),
            !scope.scope.name.isEmpty
        else { return }
        Self.list(scope.scope.name, in: &scopes)
    }
}
