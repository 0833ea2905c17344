import ArgumentParser

/// Which nodes send over which transport.
enum TransportChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case http
    case grpc
    /// As in reality: nginx and Athens speak gRPC only, Caddy speaks HTTP unless told otherwise.
    case both

    func transport(for kind: EmitterKind) -> ExportTransport {
        switch self {
        case .http: .http
        case .grpc: .grpc
        case .both: kind == .caddy ? .http : .grpc
        }
    }
}
