package import Telemetry

extension SenderBook {
    /// How often something was found, and what was found last.
    package struct Sighting: Hashable, Sendable {
        package var count = 0
        package var firstAt: UnixNanos
        package var lastAt: UnixNanos
        /// See `SenderFinding`; chosen by the sender, so to be escaped where it is shown.
        package var detail: String
        /// Where it was found; none of them for what is not about a signal.
        package var signals: SignalSet = []
        /// Of the last time; nil for what was no refusal.
        package var reason: RefusalReason?
    }

    /// What is known of one service of a sender.
    package struct ServiceRecord: Sendable {
        /// `telemetry.sdk.language`, and what else tells which program it is.
        package var software = SenderSoftware.unknown
        package var language: String?
        package var sightings: [SenderFinding: Sighting] = [:]
        package var lastAt: UnixNanos
        var evidence = ServiceEvidence()
    }

    /// What came of one signal: requests answered with success, and items of those that were not repeated.
    package struct Accepted: Hashable, Sendable {
        package var requests = 0
        package var items = 0

        package init(requests: Int = 0, items: Int = 0) {
            self.requests = requests
            self.items = items
        }
    }

    /// What is known of one sender.
    package struct Record: Sendable {
        package init(firstAt: UnixNanos, lastAt: UnixNanos) {
            self.firstAt = firstAt
            self.lastAt = lastAt
        }

        package var firstAt: UnixNanos
        package var lastAt: UnixNanos
        /// `otlp/http`, `otlp/grpc`, `zipkin`.
        package var protocolNames: Set<String> = []
        /// What it calls itself, the last time that it said.
        package var userAgent: String?
        /// When a request of it was answered with success for the last time.
        package var lastAcceptedAt = UnixNanos.distantPast
        package var counts = SourceCounts()
        package var accepted = PerSignal(repeating: Accepted())
        package var repeatedRequests = 0
        /// About how it sends.
        package var sightings: [SenderMistake: Sighting] = [:]
        /// Requests whose data was looked at: what is said of it rests on these.
        package var inspected = PerSignal<Int>()
        /// About what it sends.
        package var services: [SendingService: ServiceRecord] = [:]
        /// Whether there were services that are not told apart any more.
        package var hasMoreServices = false
        package var uncompressedRequests = 0
        package var uncompressedBytes = 0
        var nextInspection = PerSignal(repeating: UnixNanos.distantPast)

        /// What it sends.
        package var signals: SignalSet {
            SignalSet(Signal.allCases.filter { accepted[$0].requests > 0 }.map { SignalSet($0) })
        }

        /// Whether spans came of a service, of whichever of its instances.
        func hasSpans(of service: String?) -> Bool {
            services.contains { $0.key.name == service && $0.value.evidence.hasSpans }
        }
    }

    /// A request that was answered with success.
    package struct Request: Sendable {
        package var signal: Signal
        package var protocolName: String
        package var userAgent: String?
        package var items: Int
        package var rejectedItems = 0
        package var bodyBytes: Int
        package var isCompressed: Bool
        package var isRepeated = false

        package init(
            signal: Signal = .traces, protocolName: String, userAgent: String? = nil, items: Int,
            rejectedItems: Int = 0, bodyBytes: Int, isCompressed: Bool, isRepeated: Bool = false
        ) {
            self.signal = signal
            self.protocolName = protocolName
            self.userAgent = userAgent
            self.items = items
            self.rejectedItems = rejectedItems
            self.bodyBytes = bodyBytes
            self.isCompressed = isCompressed
            self.isRepeated = isRepeated
        }
    }
}
