/// One OTLP request as it comes to the collector.
package struct Delivery: Sendable {
    package enum Signal: String, Codable, Sendable {
        case traces
        case metrics
    }

    package let signal: Signal
    /// When it arrives, by the collector's clock, which is right: nanoseconds since the Unix epoch, UTC.
    package let arrivalNanos: UInt64
    /// The sender's address, without a port.
    package let peerAddress: String
    /// The sender's instance, which the request need not tell.
    package let instance: String
    /// Spans, or data points.
    package let items: Int
    /// The request in protobuf.
    package let body: [UInt8]
}
