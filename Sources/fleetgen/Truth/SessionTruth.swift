/// What one client asked for without a pause of more than 15 s.
package struct SessionTruth: Codable, Hashable, Sendable {
    package var type = "session"
    package var number = 0
    package var clientAddress = ""
    package var userAgent = ""
    /// The host that the client asked first.
    package var host: String?
    /// The node that it asked first.
    package var edge: String?
    /// From the first request to the last answer, in true time.
    package var startNs: UInt64 = 0
    package var durationNs: UInt64 = 0
    package var requests = 0
    package var bodyBytes: Int64 = 0
    /// How many versions were asked for.
    package var fetches = 0
    /// Whether every client-facing span of it reaches the collector.
    package var isDelivered = true

    package init() {}

    /// Longer pauses end a session.
    package static let gapNs: UInt64 = 15_000_000_000
}
