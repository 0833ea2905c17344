/// A port, by what it is meant for. Each of them takes everything that any of them takes.
package enum Listener: Hashable, Sendable, CaseIterable {
    case grpc
    case http
    case zipkin

    /// As the log has it.
    package var protocolName: String {
        switch self {
        case .grpc: GRPCExportHandler.protocolName
        case .http: HTTPExportHandler.protocolName
        case .zipkin: "zipkin"
        }
    }

    /// The option of the command line that names its address.
    package var option: String {
        switch self {
        case .grpc: "--listen-grpc"
        case .http: "--listen-http"
        case .zipkin: "--listen-zipkin"
        }
    }

    /// What is meant to come to it.
    package var telemetry: String {
        switch self {
        case .grpc: "OTLP over gRPC"
        case .http: "OTLP over HTTP"
        case .zipkin: "Zipkin"
        }
    }

    /// Where senders expect it.
    package var usualPort: Int {
        switch self {
        case .grpc: 4317
        case .http: 4318
        case .zipkin: 9411
        }
    }
}
