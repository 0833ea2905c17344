import Configuration
import Logging
import NIOCore
import Telemetry

/// All keys that a configuration file can have, in the order of `config/collector.yaml`.
enum ConfigSchema {
    static let keys: [ConfigKey] =
        listeners + transport + database + authentication + redaction + limits + notifications
        + operation

    private static let listeners: [ConfigKey] = [
        .address("listen.grpc", \.settings.grpcAddress),
        .address("listen.http", \.settings.httpAddress),
        .optionalAddress("listen.zipkin", \.settings.zipkinAddress, \.settings.isZipkinOptional),
        .optionalAddress("listen.admin", \.settings.adminAddress, \.settings.isAdminOptional),
    ]

    private static let transport: [ConfigKey] = [
        .path("tls.certificate", \.settings.tls.certificatePath),
        .path("tls.key", \.settings.tls.privateKeyPath),
        .path("tls.client_ca", \.settings.tls.clientAuthorityPath),
        .choice(
            "tls.min_version", \.settings.tls.minimumVersion,
            TLSSettings.Version.allCases.map { (name: $0.rawValue, value: $0) }),
        .texts("cors.allowed_origins", \.settings.cors.allowedOrigins, most: 256),
        .texts("cors.allowed_headers", \.settings.cors.allowedHeaders, most: 256),
        .seconds("cors.max_age", \.settings.cors.maxAgeSeconds, in: 1...86_400),
    ]

    private static let database: [ConfigKey] = [
        ConfigKey(
            path: "database.path",
            read: { node, reader in
                guard let path = reader.text(node, of: "database.path") else { return }
                guard !path.isEmpty else {
                    return reader.report(node.position, "database.path is empty: give the path of a file")
                }
                reader.config.databasePath = reader.substitution.absolute(path)
            },
            text: { .value($0.databasePath.map(ConfigText.text) ?? "") }),
        .scalar(
            "database.retain", \.retainNanos,
            expected: "give a duration from 1m on, like 7d or 36h, or forever",
            { text -> Int64?? in
                if text == "forever" { return .some(nil) }
                return (try? RetentionLimits.age(text)).map { .some($0) }
            }, show: { $0.map(ConfigText.duration) ?? "forever" }),
        .scalar(
            "database.max_size", \.databaseBytesMax,
            expected: "give a number of bytes from 64MiB on, like 20GiB, or unlimited",
            { text -> Int64?? in
                if text == "unlimited" { return .some(nil) }
                return (try? RetentionLimits.size(text)).map { .some($0) }
            }, show: { $0.map { ByteCount(Int($0)).description } ?? "unlimited" }),
    ]

    private static let authentication: [ConfigKey] = [
        CredentialReading.key(.bearer).reloadable, CredentialReading.key(.basic).reloadable,
    ]

    private static let redaction: [ConfigKey] = [
        ConfigKey.flag("redaction.url_userinfo", \.settings.redaction.replacesUserInfo).reloadable,
        ConfigKey.texts("redaction.query_keys", \.settings.redaction.queryKeys, most: 256).reloadable,
    ]

    private static let inFlightBytes: ConfigKey = {
        var key = ConfigKey.bytes(
            "limits.in_flight_bytes", \.settings.inFlightBytesMax, in: (1 << 20)...(1 << 40))
        key.text = { .value(ByteCount($0.settings.inFlightBytesInForce).description) }
        return key
    }()

    private static let limits: [ConfigKey] = [
        .bytes("limits.request_bytes", \.settings.maxBodyBytes, in: 1...(1 << 30)),
        inFlightBytes,
        .count("limits.decompression_ratio", \.settings.decompressionRatioMax, in: 1...1_000_000),
        .count("limits.spans_per_request", \.settings.spansPerRequestMax, in: 1...1_000_000),
        .count("limits.attributes_per_span", \.settings.attributesPerSpanMax, in: 1...100_000),
        .count("limits.events_per_span", \.settings.eventsPerSpanMax, in: 0...100_000),
        .count("limits.links_per_span", \.settings.linksPerSpanMax, in: 0...100_000),
        .bytes("limits.value_bytes", \.settings.valueBytesMax, in: 256...(1 << 30)),
        ConfigKey.count(
            "limits.source_requests_per_second", \.settings.sourceRequestsPerSecond,
            in: SourceRateReading.requestsRange
        ).reloadable,
        ConfigKey.bytes(
            "limits.source_bytes_per_second", \.settings.sourceBytesPerSecond,
            in: SourceRateReading.bytesRange
        ).reloadable,
        SourceRateReading.key.reloadable,
        .count("limits.series_per_source", \.settings.seriesPerSourceMax, in: 1...2_000_000),
        .count("limits.connections", \.settings.connectionsMax, in: 1...1_000_000),
        .count("limits.connections_per_peer", \.settings.connectionsPerPeerMax, in: 1...1_000_000),
        .bytes("limits.header_bytes", \.settings.headerBytesMax, in: (4 << 10)...(1 << 20)),
        .count("limits.header_fields", \.settings.headerFieldsMax, in: 16...1_024),
        .count("limits.http2_streams", \.settings.http2StreamsMax, in: 1...10_000),
        .seconds("limits.header_timeout", \.settings.headerSecondsMax, in: 1...3_600),
        .seconds("limits.body_stall_timeout", \.settings.bodyStallSecondsMax, in: 1...3_600),
        .bytes("limits.body_progress_bytes", \.settings.bodyProgressBytesMin, in: 1...(1 << 30)),
        .seconds("limits.idle_timeout", \.settings.idleSecondsMax, in: 1...86_400),
        .seconds("limits.grpc_idle_timeout", \.settings.grpcIdleSecondsMax, in: 1...86_400),
        .seconds("limits.http2_age", \.settings.http2AgeSecondsMax, in: 1...86_400),
        .seconds("limits.http2_grace", \.settings.http2GraceSecondsMax, in: 1...3_600),
        .seconds("limits.answer_timeout", \.settings.answerSecondsMax, in: 1...3_600),
        .seconds("limits.linger_timeout", \.settings.lingerSecondsMax, in: 1...3_600),
        .seconds("limits.drain_timeout", \.settings.drainSecondsMax, in: 1...3_600),
    ]

    private static let notifications: [ConfigKey] = [
        .seconds("notifications.interval", \.notifications.intervalSeconds, in: 10...3_600),
        .seconds("notifications.window", \.notifications.windowSeconds, in: 300...86_400),
        .seconds("notifications.baseline", \.notifications.baselineSeconds, in: 0...604_800),
        .count("notifications.resolve_after", \.notifications.resolveAfter, in: 1...100),
        .scalar(
            "notifications.link", \.notifications.link,
            expected: "give the address of a page, http://... or https://...",
            { WebhookAddress($0) == nil ? nil : .some($0) }, show: { $0.map(ConfigText.text) ?? "" }),
        PrivateModulesReading.key,
        WebhookReading.key,
    ]

    private static let operation: [ConfigKey] = [
        ConfigKey.choice(
            "log.level", \.logLevel,
            LogLevel.allCases.map { (name: $0.rawValue, value: $0.level) }
        ).reloadable,
        .choice("decoder", \.settings.decoder, [("cursor", .cursor), ("reference", .reference)]),
        .count("threads", \.settings.eventLoopThreads, in: 1...1_024),
    ]

    private static let byPath = Dictionary(keys.map { ($0.path, $0) }) { first, _ in first }

    private static let sections: Set<String> = {
        var sections: Set<String> = []
        for key in keys {
            let parts = key.path.split(separator: ".")
            for count in 1..<max(1, parts.count) {
                sections.insert(parts.prefix(count).joined(separator: "."))
            }
        }
        return sections
    }()

    static func key(_ path: String) -> ConfigKey? { byPath[path] }

    static func isSection(_ path: String) -> Bool { sections.contains(path) }

    // MARK: Unknown keys

    /// What to say about a key that does not exist.
    ///
    /// - Parameter prefix: the path of its section with a dot at its end, or nothing
    static func unknownKey(_ key: String, prefix: String) -> String {
        let shown = "unknown key \"\(LogLine.escaped(String(key.prefix(80))))\""
        let place = prefix.isEmpty ? "" : " in \(prefix.dropLast())"
        let neighbours = names(in: prefix)
        if let near = KeySuggestion.nearest(to: key, among: neighbours) {
            return "\(shown)\(place): did you mean \"\(near)\"?"
        }
        let elsewhere = keys.filter { $0.name == key }.map(\.path) + sections.filter { $0 == key }
        if let path = elsewhere.first {
            return "\(shown)\(place): it is \(path), in another section"
        }
        return "\(shown)\(place): known are \(neighbours.joined(separator: ", "))"
    }

    /// The keys and sections right below a section, in order.
    private static func names(in prefix: String) -> [String] {
        var names: [String] = []
        for key in keys where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}
