import Foundation
import NIOCore
import NIOPosix

/// Why a request got no answer at all; another attempt may do better.
struct ExportError: Error, Hashable, CustomStringConvertible {
    let description: String

    static let closed = ExportError(description: "the connection was closed before the answer came")

    static func unreachable(_ endpoint: ExportEndpoint, _ cause: any Error) -> ExportError {
        ExportError(
            description:
                "cannot connect to \(endpoint.authority): \(reason(of: cause)); is a receiver running?")
    }

    /// The system's word for it, where there is one.
    private static func reason(of error: any Error) -> String {
        let first = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
        guard let system = first as? IOError else { return "\(first)" }
        return String(cString: strerror(system.errnoCode)).lowercased()
    }
}
