import ArgumentParser
import Glibc
import Logging
import NIOCore
import Telemetry

/// `traceq-collector`: takes OTLP until it is told to stop.
struct CollectorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traceq-collector",
        abstract: "Receives OpenTelemetry traces over OTLP and keeps them in one database file.",
        discussion: """
            Without any option it listens on this machine only and writes to \
            $XDG_DATA_HOME/traceq/telemetry.db (as root: /var/lib/traceq/telemetry.db). \
            Stop it with SIGTERM or Ctrl-C: what it has acknowledged is in the file.
            """,
        version: "traceq-collector 0.1.0")

    private static let defaultMaxBody = ByteCount(CollectorSettings().maxBodyBytes)

    @Option(name: .customLong("db"), help: ArgumentHelp("The database file.", valueName: "path"))
    var database: String?

    @Option(help: ArgumentHelp("Where to take OTLP over gRPC.", valueName: "[host:]port"))
    var listenGRPC = "127.0.0.1:4317"

    @Option(help: ArgumentHelp("Where to take OTLP over HTTP.", valueName: "[host:]port"))
    var listenHTTP = "127.0.0.1:4318"

    @Option(help: "The least important events to log.")
    var logLevel = LogLevel.info

    // The parser shows no default of its own where a value is read by a function.
    @Option(
        help: ArgumentHelp(
            "The largest request, decompressed: bytes, or with a unit. (default: \(Self.defaultMaxBody))",
            valueName: "bytes"),
        transform: { try ByteCount(parsing: $0) })
    var maxBodyBytes = Self.defaultMaxBody

    @Option(
        help: ArgumentHelp(
            "Delete spans when they have been stored for so long: 7d, 36h. (default: keep them)",
            valueName: "duration"),
        transform: { try RetentionLimits.age($0) })
    var retain: Int64?

    @Option(
        help: ArgumentHelp(
            "Delete the oldest spans when the file would become larger: 20GiB. (default: no limit)",
            valueName: "bytes"),
        transform: { try RetentionLimits.size($0) })
    var maxDBSize: Int64?

    @Option(help: "Which decoder reads protobuf: the fast one, or the reference to compare with.")
    var decoder = DecoderChoice.cursor

    func run() async throws {
        let settings = try settings()
        signal(SIGPIPE, SIG_IGN)
        OpenFiles.raiseLimit()
        HeapMemory.keep()
        let logger = LineLogHandler.standardError(level: logLevel.level)
        // Before anything starts: an order to stop must not find the default in place.
        let signals = SignalWatch.installed(logger: logger)
        let ports = try await BoundPorts.take(settings, logger: logger)
        let store: TelemetryStore
        do {
            store = try openStore(logger: logger)
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
        _ = await signals.first()
        await server.shutdown()
        await store.close()
        logger.info("stopped")
    }

    private func openStore(logger: Logger) throws -> TelemetryStore {
        let path = database ?? defaultDatabasePath(environment: Environment.all(), isRoot: geteuid() == 0)
        try DatabaseFolder.create(forFileAt: path)
        var options = StoreOptions()
        options.retainNanos = retain
        options.databaseBytesMax = maxDBSize
        let store = try TelemetryStore.open(path: path, options: options) { logger.log($0) }
        logger.info("database.opened", metadata: ["path": .string(path)])
        return store
    }

    private func settings() throws(CollectorError) -> CollectorSettings {
        var settings = CollectorSettings()
        settings.grpcAddress = try ListenAddress(parsing: listenGRPC)
        settings.httpAddress = try ListenAddress(parsing: listenHTTP)
        // gRPC announces a message's length in 32 bits, and memory must hold two of them.
        guard (1...(1 << 30)).contains(maxBodyBytes.bytes) else {
            throw CollectorError(
                .usage, "--max-body-bytes is \(maxBodyBytes): give a number of bytes from 1 to 1GiB")
        }
        settings.maxBodyBytes = maxBodyBytes.bytes
        settings.decoder = decoder.decoder
        return settings
    }
}

/// The values of `--log-level`.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

/// The values of `--decoder`.
enum DecoderChoice: String, ExpressibleByArgument, CaseIterable {
    case cursor, reference

    var decoder: ProtobufDecoder {
        switch self {
        case .cursor: .cursor
        case .reference: .reference
        }
    }
}
