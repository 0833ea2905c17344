/// How a request's body is compressed.
package enum BodyEncoding: Hashable, Sendable {
    case identity
    case gzip
    /// RFC 1950, which HTTP calls `deflate`.
    case zlib
    case zstd

    /// Reads one of the names that HTTP's `Content-Encoding` and gRPC's `grpc-encoding` know, in lower case.
    ///
    /// - Returns: nil for an encoding that is not taken.
    package init?(name: String) {
        switch name {
        case "", "identity": self = .identity
        case "gzip", "x-gzip": self = .gzip
        case "deflate", "zlib": self = .zlib
        case "zstd": self = .zstd
        default: return nil
        }
    }

    /// What is taken, as `Accept-Encoding` and `grpc-accept-encoding` list it.
    package static let accepted = "gzip,zstd,deflate,identity"
}
