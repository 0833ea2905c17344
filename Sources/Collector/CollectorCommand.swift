import ArgumentParser
import Glibc
import Logging
import NIOCore
import Telemetry

/// `traceq-collector`: takes OTLP until it is told to stop.
struct CollectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traceq-collector",
        abstract: "Receives OpenTelemetry traces, metrics and logs and keeps them in one database file.",
        usage: """
            traceq-collector [<options>]
            traceq-collector <command> [<options>]
            """,
        discussion: """
            Without any option it listens on this machine only and writes to the file that TRACEQ_DB \
            names, else $XDG_DATA_HOME/traceq/telemetry.db (as root: /var/lib/traceq/telemetry.db). \
            Stop it with SIGTERM or Ctrl-C: what it has acknowledged is in the file. \
            SIGHUP reads the file of --config again.
            """,
        version: CollectorVersion.text,
        subcommands: [StatusCommand.self, DoctorCommand.self, ValidateCommand.self, ConfigCommand.self])

    @OptionGroup var options: CollectorOptions

    func run() async throws {
        let source = ConfigSource(options)
        let effective = try source.read()
        let config = effective.config
        let settings = config.settings
        signal(SIGPIPE, SIG_IGN)
        // Whatever is made is for its owner alone.
        umask(0o077)
        OpenFiles.raiseLimit()
        HeapMemory.keep()
        let level = CurrentLogLevel(config.logLevel)
        let logger = LineLogHandler.standardError(level: level)
        MappedFileFault.watch(status: CollectorError.Code.database.rawValue) { path in
            logger.error(
                "database.cut",
                metadata: [
                    "path": .string(path),
                    "message":
                        "cut by another program while the collector runs, which ends: what was acknowledged is in the database, start it again",
                ])
        }
        // Before anything starts: an order to stop must not find the default in place.
        let signals = SignalWatch.installed(logger: logger)
        logger.warnOfCredentials(config)
        let reloads = source.file == nil ? nil : ReloadSignal.installed()
        let ports = try await BoundPorts.take(settings, logger: logger)
        let store: TelemetryStore
        do {
            store = try openStore(config, logger: logger)
        } catch {
            await ports.release(logger: logger)
            throw error
        }
        let server: CollectorServer
        do {
            server = try await CollectorServer.start(
                on: ports, store: store, settings: settings, logger: logger)
        } catch {
            await store.close()
            throw error
        }
        reloads?.start(
            ConfigReload(
                source: source, inForce: effective, level: level, service: server.service, logger: logger
            ) { server.reloadTLS() })
        let notifications = Notifications.start(
            config.notifications, databasePath: databasePath(config), counters: server.service.counters,
            logger: logger)
        let manager = ServiceManager.ofThisProcess()
        server.report(to: manager)
        _ = await signals.first()
        manager.noteStopping()
        notifications?.cancel()
        await server.shutdown()
        await notifications?.stop()
        await store.close()
        logger.info("stopped")
    }

    private func databasePath(_ config: CollectorConfig) -> String {
        AbsolutePath.of(
            config.databasePath
                ?? defaultDatabasePath(environment: Environment.all(), isRoot: geteuid() == 0))
    }

    private func openStore(_ config: CollectorConfig, logger: Logger) throws -> TelemetryStore {
        let path = databasePath(config)
        try DatabaseFolder.create(forFileAt: path)
        let store = try TelemetryStore.open(path: path, options: config.storeOptions) { logger.log($0) }
        logger.info("database.opened", metadata: ["path": .string(path)])
        return store
    }
}
