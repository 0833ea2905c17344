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
        var expiries: [Expiry]
        /// What was told of the end of certificates: once that it comes, and once that it is there.
        var toldStages: [Expiry: Expiry.Stage] = [:]
    }

    private let settings: TLSSettings
    private let logger: Logger
    private let state: NIOLockedValueBox<State>

    /// - Throws: A `usage` error that says which file is wrong, and how.
    package init(_ settings: TLSSettings, logger: Logger) throws(CollectorError) {
        let files = try TLSFiles(settings)
        self.settings = settings
        self.logger = logger
        state = NIOLockedValueBox(
            State(context: try files.context(settings), files: files, expiries: try files.expiries()))
        warnOfEnds()
    }

    /// For the next connection.
    package var context: NIOSSLContext { state.withLockedValue { $0.context } }

    /// Reads the files again, and warns when a certificate has ended or soon will. New connections get what is new in
    /// the files; when something is wrong with it, they get what was there before, and the log says why.
    package func reload() {
        let old = state.withLockedValue { $0.files }
        do throws(CollectorError) {
            let files = try TLSFiles(settings)
            guard files != old else { return resolve() }
            let context = try files.context(settings)
            let expiries = try files.expiries()
            state.withLockedValue { $0 = State(context: context, files: files, expiries: expiries) }
            logger.notice(
                "tls.reloaded",
                metadata: ["certificate": .string(AbsolutePath.of(settings.certificatePath ?? ""))])
            warnOfEnds()
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
        warnOfEnds()
    }

    private func warnOfEnds() {
        let now = UnixNanos.now()
        let due = state.withLockedValue { state in
            state.expiries.filter { expiry in
                let stage = expiry.stage(at: now)
                guard stage > state.toldStages[expiry] ?? .later else { return false }
                state.toldStages[expiry] = stage
                return true
            }
        }
        for expiry in due { logger.warn(of: expiry, at: now) }
    }
}
