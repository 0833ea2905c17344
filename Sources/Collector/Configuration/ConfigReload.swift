import Configuration
import Logging
import NIOConcurrencyHelpers

/// Puts a changed configuration into force, as far as that goes without a restart, and says what does not.
///
/// A file with anything wrong in it changes nothing: what was in force stays.
struct ConfigReload: Sendable {
    private let source: ConfigSource
    private let inForce: NIOLockedValueBox<ConfigSource.Effective>
    private let level: CurrentLogLevel
    private let service: ExportService
    /// Reads again what the configuration only names.
    private let rereadFiles: @Sendable () -> Void
    private let logger: Logger

    init(
        source: ConfigSource, inForce: ConfigSource.Effective, level: CurrentLogLevel, service: ExportService,
        logger: Logger, rereadFiles: @escaping @Sendable () -> Void
    ) {
        self.rereadFiles = rereadFiles
        self.source = source
        self.inForce = NIOLockedValueBox(inForce)
        self.level = level
        self.service = service
        self.logger = logger
    }

    /// Reads the configuration and puts it into force; called by one thread at a time.
    func run() {
        rereadFiles()
        let read: ConfigSource.Effective
        do {
            read = try source.read()
        } catch {
            tell(error)
            return
        }
        let before = inForce.withLockedValue { $0.config }
        let after = read.config
        let changed = ConfigSchema.keys.filter { $0.differs(before, after) }
        let (live, restart) = (changed.filter(\.isReloadable), changed.filter { !$0.isReloadable })
        level.level = after.logLevel
        service.authenticator.replace(after.settings.credentials)
        service.redactor.replace(after.settings.redaction)
        service.sources.setRates(after.settings.sourceRates)
        // What needs a restart stays different from the file, and is told again at the next reload.
        inForce.withLockedValue { state in
            state.config.logLevel = after.logLevel
            state.config.settings.credentials = after.settings.credentials
            state.config.settings.redaction = after.settings.redaction
            state.config.settings.sourceRates = after.settings.sourceRates
        }
        service.counters.note(.reloaded)
        logger.notice(
            "config.reloaded",
            metadata: [
                "file": .string(AbsolutePath.of(source.file ?? "")),
                "changed": .string(live.isEmpty ? "nothing" : live.map(\.path).joined(separator: " ")),
            ])
        logger.warnOfCredentials(after)
        guard !restart.isEmpty else { return }
        logger.warning(
            "config.restart.needed",
            metadata: [
                "keys": .string(restart.map(\.path).joined(separator: " ")),
                "message": "these keys changed in the file and stay as they were until the next start",
            ])
    }

    private func tell(_ error: any Error) {
        service.counters.note(.reloadRefused)
        let problems = (error as? ConfigProblems)?.problems
        for problem in problems ?? [] {
            logger.error(
                "config.problem",
                metadata: ["place": "\(problem.position)", "message": .string(problem.message)])
        }
        logger.error(
            "config.reload.failed",
            metadata: [
                "file": .string(AbsolutePath.of(source.file ?? "")),
                "message": .string(
                    problems == nil ? "\(error)" : "what was in force stays: repair the file and reload again"
                ),
            ])
    }
}

extension ConfigKey {
    /// Whether two configurations differ in this key, also where its text does not show it.
    func differs(_ before: CollectorConfig, _ after: CollectorConfig) -> Bool {
        guard text(before) == text(after) else { return true }
        guard path.hasPrefix("authentication.") else { return false }
        let (old, new) = (before.settings.credentials, after.settings.credentials)
        return old.count != new.count
            || !zip(old, new).allSatisfy { $0.name == $1.name && $0.secret.matches($1.secret.bytes) }
    }
}
