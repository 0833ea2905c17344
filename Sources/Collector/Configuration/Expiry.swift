package import Telemetry

/// Something that ends by itself, so that what works today does not some day: a credential, a certificate.
package struct Expiry: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case credential(name: String, Credential.Scheme)
        /// The collector's own, by its path.
        case certificate(path: String)
        /// One of those that senders' certificates are judged by.
        case clientAuthority(path: String)
    }

    package var subject: Subject
    /// From then on it does not count any more.
    package var end: UnixNanos

    package init(_ subject: Subject, end: UnixNanos) {
        self.subject = subject
        self.end = end
    }

    /// Two weeks before the end it is told: time to renew a certificate or to hand out a token by hand.
    package static let soonNanos: Int64 = 14 * 86_400_000_000_000

    package enum Stage: Int, Hashable, Sendable, Comparable {
        case later, soon, over

        package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    package func stage(at now: UnixNanos) -> Stage {
        guard end > now else { return .over }
        return end > now.advanced(byNanos: Self.soonNanos) ? .later : .soon
    }

    /// What to do, lower case and in one line; nil while there is time.
    package func warning(at now: UnixNanos) -> String? {
        let date = end.rfc3339.prefix(19) + "Z"
        switch stage(at: now) {
        case .later: return nil
        case .soon:
            let left = HumanUnits.duration(max(0, end.rawValue - now.rawValue))
            return "\(name) expires in \(left), on \(date): \(advice)"
        case .over: return "\(name) expired on \(date), \(consequence): \(advice)"
        }
    }

    /// The key of the configuration that names it.
    package var key: String {
        switch subject {
        case .credential(_, .bearer): "authentication.tokens"
        case .credential(_, .basic): "authentication.users"
        case .certificate: "tls.certificate"
        case .clientAuthority: "tls.client_ca"
        }
    }

    private var name: String {
        switch subject {
        case .credential(let name, let scheme):
            "the \(scheme == .bearer ? "token" : "user") \"\(LogLine.escaped(name))\""
        case .certificate(let path): "the TLS certificate \"\(LogLine.escaped(path))\""
        case .clientAuthority(let path): "an authority's certificate in \"\(LogLine.escaped(path))\""
        }
    }

    private var consequence: String {
        switch subject {
        case .credential: "and who uses it is refused"
        case .certificate: "and senders do not trust it"
        case .clientAuthority: "and whom it vouches for is refused"
        }
    }

    private var advice: String {
        switch subject {
        case .credential:
            "list a new one beside it, reload, give that to its sender, and then take this one out"
        case .certificate: "renew it; the file is read again when it changes"
        case .clientAuthority: "put its successor into the file, which is read again when it changes"
        }
    }
}

extension CollectorConfig {
    /// Credentials that end by themselves.
    var credentialExpiries: [Expiry] {
        settings.credentials.compactMap { credential in
            credential.expires.map { Expiry(.credential(name: credential.name, credential.scheme), end: $0) }
        }
    }

    /// All that ends by itself. TLS files that cannot be read are told elsewhere.
    package var expiries: [Expiry] {
        guard settings.tls.isEnabled else { return credentialExpiries }
        return credentialExpiries + ((try? TLSFiles(settings.tls).expiries()) ?? [])
    }
}
