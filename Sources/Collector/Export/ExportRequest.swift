package import NIOCore
package import Telemetry

/// A whole request, whichever transport it came by.
package struct ExportRequest: Sendable {
    package var body: ByteBuffer
    /// The memory that the body holds, given back when the request is done with.
    package var charge: InFlightBytes.Charge
    package var format: ExportFormat
    package var encoding: BodyEncoding
    package var arrival: Arrival
    /// Nothing may be stored after this moment; nil when the sender did not say.
    package var deadline: NIODeadline?
    /// `otlp/http` or `otlp/grpc`, for the log.
    package var protocolName: String

    package init(
        body: ByteBuffer, charge: InFlightBytes.Charge, format: ExportFormat, encoding: BodyEncoding,
        arrival: Arrival, deadline: NIODeadline?, protocolName: String
    ) {
        self.body = body
        self.charge = charge
        self.format = format
        self.encoding = encoding
        self.arrival = arrival
        self.deadline = deadline
        self.protocolName = protocolName
    }
}
