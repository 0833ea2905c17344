package import Logging
import NIOConcurrencyHelpers
package import NIOSSL
import Telemetry

/// The certificate and key that the ports show, replaced while they are open when the files change.
package final class TLSIdentity: Sendable {
    private struct State {
        var context: NIOSSLContext
        var files: TLSFiles
        /// What is wrong with files that came later, so that it is told once.
        var problem: String?
    }

    private let settings: TLSSettings
    private let logger: Logger
    private let state: NIOLockedValueBox<State>

    /// - Throws: A `usage` error that says which file is wrong, and how.
    package init(_ settings: TLSSettings, logger: Logger) throws(CollectorError) {
        let files = try TLSFiles(settings)
        self.settings = settings
        self.logger = logger
        state = NIOLockedValueBox(State(context: try files.context(settings), files: files, problem: nil))
        warnOfEnd(try files.certificateEnd())
    }

    /// For the next connection.
    package var context: NIOSSLContext { state.withLockedValue { $0.context } }

    /// Reads the files again. New connections get what is new in them; when something is wrong with it, they get what
    /// was there before, and the log says why.
    package func reload() {
        let old = state.withLockedValue { $0.files }
        do throws(CollectorError) {
            let files = try TLSFiles(settings)
            guard files != old else { return resolve() }
            let context = try files.context(settings)
            let end = try files.certificateEnd()
            state.withLockedValue { $0 = State(context: context, files: files, problem: nil) }
            logger.notice("tls.reloaded", metadata: ["certificate": .string(settings.certificatePath ?? "")])
            warnOfEnd(end)
        } catch {
            let isNew = state.withLockedValue { state in
                defer { state.problem = error.message }
                return state.problem != error.message
            }
            guard isNew else { return }
            logger.error(
                "tls.reload_failed",
                metadata: ["message": .string("\(error.message): the certificate of before stays in use")])
        }
    }

    /// The files are what is in use again.
    private func resolve() {
        state.withLockedValue { $0.problem = nil }
    }

    private func warnOfEnd(_ end: Int) {
        guard end <= Int(UnixNanos.now().rawValue / 1_000_000_000) else { return }
        logger.warning(
            "tls.certificate_expired",
            metadata: [
                "certificate": .string(settings.certificatePath ?? ""),
                "message": "senders will refuse it: renew it, it is read again when it changes",
            ])
    }
}
