package import Telemetry

/// Where a request says that its body belongs.
package enum ExportRoute: Hashable, Sendable {
    /// A path of OTLP/HTTP, or a method of OTLP/gRPC.
    case otlp(Signal)
    /// The root, which does not say which signal it is: the body has to.
    case root
    /// Spans as Zipkin's version 2 writes them, in JSON.
    case zipkin

    /// What a request over HTTP to it is counted as.
    package var protocolName: String {
        self == .zipkin ? Listener.zipkin.protocolName : Listener.http.protocolName
    }

    /// The signal that the answer is about.
    package var signal: Signal {
        switch self {
        case .otlp(let signal): signal
        case .root, .zipkin: .traces
        }
    }
}
