/// A port, by what it is meant for. Each of them takes everything that any of them takes.
package enum Listener: Hashable, Sendable {
    case grpc
    case http

    /// As the log has it.
    package var protocolName: String {
        switch self {
        case .grpc: GRPCExportHandler.protocolName
        case .http: HTTPExportHandler.protocolName
        }
    }

    /// The option of the command line that names its address.
    package var option: String {
        switch self {
        case .grpc: "--listen-grpc"
        case .http: "--listen-http"
        }
    }
}
