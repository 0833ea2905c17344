package import NIOCore
package import Telemetry

/// A whole request, whichever transport it came by.
package struct ExportRequest: Sendable {
    package var body: ByteBuffer
    /// The memory that the body holds, given back when the request is done with.
    package var charge: InFlightBytes.Charge
    package var route: ExportRoute
    package var format: ExportFormat
    package var encoding: BodyEncoding
    package var arrival: Arrival
    /// Whose share of the memory, turn and rate it takes.
    package var source: ExportSource
    /// What people read who that is: the name of a credential, else the address.
    package var sourceName: String
    /// Nothing may be stored after this moment; nil when the sender did not say.
    package var deadline: NIODeadline?
    /// `otlp/http` or `otlp/grpc`, for the log.
    package var protocolName: String
    /// What the sender calls itself; nil where it does not say.
    package var userAgent: String?
    /// What the sender does wrong that shows in the head of its request.
    package var notice: SenderNotice?
    /// Tells the store that the request is on its way; nil for one that may take long to decode.
    package var expectation: ExpectedAppend?

    /// Up to 64 KiB that need no decompression are decoded in some 0.1 ms: on the event loop, which saves two
    /// changes of threads, and soon enough for a commit to wait for them.
    package var isSmall: Bool {
        body.readableBytes <= 65_536 && encoding == .identity && format == .protobuf
            && route == .otlp(.traces) && !BodyInflater.isGzip(body)
    }

    package init(
        body: ByteBuffer, charge: InFlightBytes.Charge, route: ExportRoute = .otlp(.traces),
        format: ExportFormat, encoding: BodyEncoding, arrival: Arrival, source: ExportSource,
        sourceName: String, deadline: NIODeadline?, protocolName: String, notice: SenderNotice? = nil
    ) {
        self.body = body
        self.charge = charge
        self.route = route
        self.format = format
        self.encoding = encoding
        self.arrival = arrival
        self.source = source
        self.sourceName = sourceName
        self.deadline = deadline
        self.protocolName = protocolName
        self.notice = notice
    }
}
