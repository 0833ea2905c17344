import Configuration
import Telemetry

/// A key of the configuration file.
struct ConfigKey: Sendable {
    typealias Field<Value> = any WritableKeyPath<CollectorConfig, Value> & Sendable

    /// Sections and name: `limits.request_bytes`.
    var path: String
    /// Whether SIGHUP puts a new value into force, or only a restart does.
    var isReloadable = false
    /// Reads a value that is not empty.
    var read: @Sendable (ConfigNode, inout ConfigReader) -> Void
    /// The value in force, secrets left out.
    var text: @Sendable (CollectorConfig) -> ConfigText

    /// The key in its section.
    var name: Substring {
        path[(path.lastIndex(of: ".").map { path.index(after: $0) } ?? path.startIndex)...]
    }

    var reloadable: ConfigKey {
        var key = self
        key.isReloadable = true
        return key
    }

    /// A key whose value is read by a function that gives nil for what is not right.
    static func scalar<Value: Sendable>(
        _ path: String, _ field: Field<Value>, expected: String,
        _ parse: @escaping @Sendable (String) -> Value?, show: @escaping @Sendable (Value) -> String
    ) -> ConfigKey {
        ConfigKey(
            path: path,
            read: { node, reader in
                if let value = reader.value(node, of: path, expected: expected, parse) {
                    reader.config[keyPath: field] = value
                }
            },
            text: { .value(show($0[keyPath: field])) })
    }

    /// A duration in whole seconds.
    static func seconds(_ path: String, _ field: Field<Int64>, in range: ClosedRange<Int64>) -> ConfigKey {
        let second: Int64 = 1_000_000_000
        return scalar(
            path, field,
            expected:
                "give a duration of whole seconds from \(ConfigText.duration(range.lowerBound * second)) to "
                + "\(ConfigText.duration(range.upperBound * second)), with its unit, like 30s or 5m",
            { text in
                guard let nanos = DurationExpression.nanoseconds(text), nanos % second == 0,
                    range.contains(nanos / second)
                else { return nil }
                return nanos / second
            }, show: { ConfigText.duration($0 * second) })
    }

    /// A number of bytes.
    static func bytes(_ path: String, _ field: Field<Int>, in range: ClosedRange<Int>) -> ConfigKey {
        scalar(
            path, field,
            expected: "give a number of bytes from \(ByteCount(range.lowerBound)) to "
                + "\(ByteCount(range.upperBound)), like 64MiB",
            { text in
                guard let bytes = try? ByteCount(parsing: text).bytes, range.contains(bytes) else {
                    return nil
                }
                return bytes
            }, show: { ByteCount($0).description })
    }

    /// A whole number.
    static func count(_ path: String, _ field: Field<Int>, in range: ClosedRange<Int>) -> ConfigKey {
        scalar(
            path, field,
            expected: "give a whole number from \(range.lowerBound) to \(range.upperBound)",
            { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, show: { String($0) })
    }

    static func flag(_ path: String, _ field: Field<Bool>) -> ConfigKey {
        scalar(
            path, field, expected: "write true or false",
            { ["true": true, "false": false][$0] }, show: { String($0) })
    }

    /// One of a few words.
    static func choice<Value: Sendable & Equatable>(
        _ path: String, _ field: Field<Value>, _ values: [(name: String, value: Value)]
    ) -> ConfigKey {
        scalar(
            path, field, expected: "give one of \(values.map(\.name).joined(separator: ", "))",
            { text in values.first { $0.name == text }?.value },
            show: { value in values.first { $0.value == value }?.name ?? "" })
    }

    /// The path of a file, relative to the folder of the configuration file; without a value there is none.
    static func path(_ path: String, _ field: Field<String?>) -> ConfigKey {
        ConfigKey(
            path: path,
            read: { node, reader in
                guard let text = reader.text(node, of: path) else { return }
                guard !text.isEmpty else {
                    return reader.report(node.position, "\(path) is empty: give the path of a file")
                }
                // A path is shown in messages. What a file holds may be a secret.
                guard !text.contains("\n"), !text.contains("-----BEGIN") else {
                    return reader.report(
                        node.position,
                        "\(path) is what a file holds and not its path: write it into a file, and its path here"
                    )
                }
                reader.config[keyPath: field] = reader.substitution.absolute(text)
            },
            text: { .value($0[keyPath: field].map(ConfigText.text) ?? "") })
    }

    /// A host and a port to listen on.
    static func address(_ path: String, _ field: Field<ListenAddress>) -> ConfigKey {
        scalar(
            path, field, expected: "give HOST:PORT or a port, like 127.0.0.1:4318 or [::1]:4318",
            { try? ListenAddress(parsing: $0) }, show: { ConfigText.text($0.description) })
    }

    /// The same where `off` stands for none.
    ///
    /// - Parameter isOptional: is no more when the file has the key: nobody asks for a port and can do without it
    static func optionalAddress(
        _ path: String, _ field: Field<ListenAddress?>, _ isOptional: Field<Bool>
    ) -> ConfigKey {
        ConfigKey(
            path: path,
            read: { node, reader in
                let value = reader.value(
                    node, of: path, expected: "give HOST:PORT or a port, like 127.0.0.1:4319, or off"
                ) { text -> ListenAddress?? in
                    text == "off" ? .some(nil) : (try? ListenAddress(parsing: text)).map { .some($0) }
                }
                guard let value else { return }
                reader.config[keyPath: field] = value
                reader.config[keyPath: isOptional] = false
            },
            text: { .value(ConfigText.text($0[keyPath: field]?.description ?? "off")) })
    }

    /// A list of short texts.
    static func texts(_ path: String, _ field: Field<[String]>, most: Int) -> ConfigKey {
        ConfigKey(
            path: path,
            read: { node, reader in
                guard let items = reader.items(node, of: path) else { return }
                guard items.count <= most else {
                    return reader.report(
                        node.position, "\(path) has \(items.count) items: at most \(most) are taken")
                }
                reader.config[keyPath: field] = items.compactMap { reader.literal($0, of: path) }
            },
            text: { ConfigText.list($0[keyPath: field]) })
    }
}
