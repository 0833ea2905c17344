/// Why a request got no answer at all; another attempt may do better.
struct ExportError: Error, Hashable, CustomStringConvertible {
    let description: String

    static let closed = ExportError(description: "the connection was closed before the answer came")

    static func unreachable(_ endpoint: ExportEndpoint, _ cause: any Error) -> ExportError {
        ExportError(
            description: "cannot connect to \(endpoint.authority) (is the collector running?): \(cause)")
    }
}
