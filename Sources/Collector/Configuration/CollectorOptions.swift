import ArgumentParser
import Telemetry

/// The options that choose how the collector works: each stands above the key of the configuration file that means
/// the same.
struct CollectorOptions: ParsableArguments {
    private static let defaults = CollectorConfig()
    private static let defaultAdmin = defaults.settings.adminAddress?.description ?? "off"
    private static let defaultZipkin = defaults.settings.zipkinAddress?.description ?? "off"
    private static let defaultMaxBody = ByteCount(defaults.settings.maxBodyBytes)

    @Option(
        help: ArgumentHelp(
            "The configuration file; options stand above it. (default: none)", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "The database file. (default: TRACEQ_DB, else a place of its own)", valueName: "path"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "Where to take OTLP over gRPC. (default: \(Self.defaults.settings.grpcAddress))",
            valueName: "[host:]port"))
    var listenGRPC: String?

    @Option(
        help: ArgumentHelp(
            "Where to take OTLP over HTTP. (default: \(Self.defaults.settings.httpAddress))",
            valueName: "[host:]port"))
    var listenHTTP: String?

    @Option(
        help: ArgumentHelp(
            "Where to take Zipkin's spans; off: nowhere but with OTLP. (default: \(Self.defaultZipkin))",
            valueName: "[host:]port"))
    var listenZipkin: String?

    @Option(
        help: ArgumentHelp(
            "Where to tell how the collector is, read-only; off: nowhere. (default: \(Self.defaultAdmin))",
            valueName: "[host:]port"))
    var listenAdmin: String?

    @Option(help: "The least important events to log. (default: info)")
    var logLevel: LogLevel?

    // The parser shows no default of its own where a value is read by a function.
    @Option(
        help: ArgumentHelp(
            "The largest request, decompressed: bytes, or with a unit. (default: \(Self.defaultMaxBody))",
            valueName: "bytes"),
        transform: { try ByteCount(parsing: $0, option: "--max-body-bytes") })
    var maxBodyBytes: ByteCount?

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

    @Option(
        help:
            "Which decoder reads protobuf: the fast one, or the reference to compare with. (default: cursor)")
    var decoder: DecoderChoice?

    /// Puts what was given on the command line above a configuration.
    ///
    /// - Returns: by key of the file, the option that stands above it
    func apply(to config: inout CollectorConfig) throws(CollectorError) -> [String: String] {
        var options: [String: String] = [:]
        if let database {
            config.databasePath = database
            options["database.path"] = "--db"
        }
        if let listenGRPC {
            config.settings.grpcAddress = try ListenAddress(parsing: listenGRPC)
            options["listen.grpc"] = "--listen-grpc"
        }
        if let listenHTTP {
            config.settings.httpAddress = try ListenAddress(parsing: listenHTTP)
            options["listen.http"] = "--listen-http"
        }
        if let listenZipkin {
            config.settings.zipkinAddress =
                listenZipkin == "off" ? nil : try ListenAddress(parsing: listenZipkin)
            config.settings.isZipkinOptional = false
            options["listen.zipkin"] = "--listen-zipkin"
        }
        if let listenAdmin {
            config.settings.adminAddress =
                listenAdmin == "off" ? nil : try ListenAddress(parsing: listenAdmin)
            config.settings.isAdminOptional = false
            options["listen.admin"] = "--listen-admin"
        }
        if let logLevel {
            config.logLevel = logLevel.level
            options["log.level"] = "--log-level"
        }
        if let maxBodyBytes {
            // gRPC announces a message's length in 32 bits, and memory must hold two of them.
            guard (1...(1 << 30)).contains(maxBodyBytes.bytes) else {
                throw CollectorError(
                    .usage, "--max-body-bytes is \(maxBodyBytes): give a number of bytes from 1 to 1GiB")
            }
            config.settings.maxBodyBytes = maxBodyBytes.bytes
            options["limits.request_bytes"] = "--max-body-bytes"
        }
        if let retain {
            config.retainNanos = retain
            options["database.retain"] = "--retain"
        }
        if let maxDBSize {
            config.databaseBytesMax = maxDBSize
            options["database.max_size"] = "--max-db-size"
        }
        if let decoder {
            config.settings.decoder = decoder.decoder
            options["decoder"] = "--decoder"
        }
        return options
    }
}

/// The values of `--log-level`.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error
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
