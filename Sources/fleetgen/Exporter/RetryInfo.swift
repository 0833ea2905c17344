import Foundation

/// The detail of a gRPC status that allows another attempt (`google.rpc.RetryInfo`).
enum RetryInfo {
    /// Whether a `grpc-status-details-bin` header carries it.
    static func isPresent(inBase64 text: String) -> Bool {
        // gRPC leaves the padding out.
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let details = Data(base64Encoded: text + padding) else { return false }
        return details.range(of: Data("google.rpc.RetryInfo".utf8)) != nil
    }
}
