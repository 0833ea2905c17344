import Logging
import Telemetry

extension Logger {
    /// Warns of what has ended by itself, or soon will.
    func warn(of expiry: Expiry, at now: UnixNanos) {
        guard let message = expiry.warning(at: now) else { return }
        let isOver = expiry.stage(at: now) == .over
        let event: Logger.Message =
            switch expiry.subject {
            case .credential: isOver ? "credential.expired" : "credential.expires"
            case .certificate, .clientAuthority:
                isOver ? "tls.certificate_expired" : "tls.certificate_expires"
            }
        warning(
            event, metadata: ["key": .string(expiry.key), "message": .string(message)])
    }

    /// Warns of all credentials of which there is something to warn. Certificates are told of by `TLSIdentity`, which
    /// follows them.
    func warnOfCredentials(_ config: CollectorConfig, at now: UnixNanos = .now()) {
        for expiry in config.credentialExpiries { warn(of: expiry, at: now) }
    }
}
