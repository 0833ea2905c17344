import NIOConcurrencyHelpers
import Synchronization
package import Telemetry

/// Decides on the head of a request, before any of its body is read, whether its sender may send.
package final class Authenticator: Sendable {
    private let credentials: NIOLockedValueBox<[Credential]>
    private let hasCredentials: Synchronization.Atomic<Bool>
    private let clock: @Sendable () -> UnixNanos

    /// More than any token has. A longer header is refused before it is compared.
    private static let headerBytesMax = 8 << 10

    package init(
        credentials: [Credential] = [], clock: @escaping @Sendable () -> UnixNanos = { .now() }
    ) {
        self.credentials = NIOLockedValueBox(credentials)
        hasCredentials = Synchronization.Atomic(!credentials.isEmpty)
        self.clock = clock
    }

    /// Whether there is anything to check: without credentials everybody may send.
    package var isRequired: Bool { hasCredentials.load(ordering: .relaxed) }

    /// What counts from now on. Requests that were let in before stay in.
    package func replace(_ credentials: [Credential]) {
        self.credentials.withLockedValue { $0 = credentials }
        hasCredentials.store(!credentials.isEmpty, ordering: .relaxed)
    }

    /// Checks what a request proves.
    ///
    /// - Parameter headers: The values of all `Authorization` headers.
    /// - Returns: the name of the credential, by which its sender is known; nil when none is asked for
    /// - Throws: An `unauthenticated` refusal. Neither its message nor the time until it comes tells what is secret.
    package func check(_ headers: @autoclosure () -> [String]) throws(Refusal) -> String? {
        guard isRequired else { return nil }
        let headers = headers()
        guard headers.count <= 1 else {
            throw Self.refusal("the request has several Authorization headers: send one")
        }
        let header = headers.first ?? ""
        guard header.utf8.count <= Self.headerBytesMax else {
            throw Self.refusal("the Authorization header is longer than any token: send Bearer TOKEN")
        }
        let (scheme, presented) = Self.parts(of: header)
        let now = clock()
        var found: Credential?
        // All are compared, whichever fits: the time is the same for the first, the last and none.
        for credential in credentials.withLockedValue({ $0 }) {
            let isEqual = credential.secret.matches(presented)
            if isEqual, credential.scheme.rawValue.lowercased() == scheme { found = credential }
        }
        guard let found else { throw Self.refusal(Self.advice(header, scheme: scheme)) }
        if let expires = found.expires, expires <= now {
            throw Self.refusal("the credential \"\(LogLine.escaped(found.name))\" has expired: use a new one")
        }
        return found.name
    }

    /// The scheme in lower case, and what follows it.
    private static func parts(of header: String) -> (scheme: String, presented: [UInt8]) {
        let bytes = Array(header.utf8)
        let space = bytes.firstIndex(of: UInt8(ascii: " ")) ?? bytes.count
        let rest = bytes[space...].drop { $0 == UInt8(ascii: " ") }
        return (String(decoding: bytes[..<space], as: UTF8.self).lowercased(), Array(rest))
    }

    private static func refusal(_ message: String) -> Refusal { Refusal(.unauthenticated, message) }

    /// What the sender can do. Nothing that it sent is repeated.
    private static func advice(_ header: String, scheme: String) -> String {
        let setting = "in OTEL_EXPORTER_OTLP_HEADERS write a space as %20: Authorization=Bearer%20TOKEN"
        if header.isEmpty {
            return "no credentials: send the header Authorization: Bearer TOKEN (\(setting))"
        }
        if scheme.hasPrefix("bearer%20") || scheme.hasPrefix("basic%20") {
            return "the Authorization header has %20 where a space must be: this sender does not decode it, "
                + "write a space in its configuration"
        }
        guard scheme == "bearer" || scheme == "basic" else {
            return "the Authorization header begins with neither Bearer nor Basic: send Bearer TOKEN"
        }
        return scheme == header.lowercased()
            ? "the Authorization header ends after its scheme: the token is missing (\(setting))"
            : "the credentials are not valid here: check the token, and that it is the one for this collector"
    }
}
