extension ConfigFile {
    /// All keys that there are.
    package static var knownKeys: Set<String> { Set(ConfigSchema.keys.map(\.path)) }

    /// The keys that the file has.
    package var keys: Set<String> { Set(places.keys) }

    /// A configuration as a file of every key.
    package static func text(of config: CollectorConfig) -> String {
        config.text(places: [:], references: [:], options: [:])
    }
}
