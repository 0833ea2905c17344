import Configuration

/// Where the configuration comes from: a file or none, and the command line above it. Read at the start, and again
/// whenever it is to be reloaded.
struct ConfigSource: Sendable {
    /// Nil when there is no file.
    var file: String?
    /// Puts the command line above what the file says.
    var overlay: @Sendable (inout CollectorConfig) throws(CollectorError) -> [String: String]
    var environment: @Sendable (String) -> String?

    /// Where the database lies when neither an option nor the file says so; `traceq` reads it, too.
    static let databaseVariable = "TRACEQ_DB"

    init(_ options: CollectorOptions) {
        file = options.config
        overlay = { (config) throws(CollectorError) in try options.apply(to: &config) }
        environment = { Environment.value($0) }
    }

    /// What is to be in force, and where each part of it comes from.
    struct Effective: Sendable {
        var config = CollectorConfig()
        var places: [String: ConfigPosition] = [:]
        var references: [String: String] = [:]
        /// By key: the option that stands above the file.
        var options: [String: String] = [:]

        /// As a file; without secrets.
        var text: String { config.text(places: places, references: references, options: options) }
    }

    /// Reads everything.
    ///
    /// - Throws: `ConfigProblems` with all that is wrong with the file, or a `CollectorError` about an option.
    func read() throws -> Effective {
        var effective = Effective()
        if let file {
            let read = try ConfigFile.read(file, environment: environment)
            (effective.config, effective.places, effective.references) = (
                read.config, read.places, read.references
            )
        }
        effective.options = try overlay(&effective.config)
        // Below the file: whoever writes the key is to see that it counts.
        if effective.config.databasePath == nil, let path = environment(Self.databaseVariable), !path.isEmpty
        {
            effective.config.databasePath = path
            effective.options["database.path"] = Self.databaseVariable
        }
        // A value that an option replaces is not the file's any more.
        let places = effective.places.filter { effective.options[$0.key] == nil }
        let problems = effective.config.problems(places: places)
        guard problems.isEmpty else { throw ConfigProblems(problems) }
        return effective
    }
}
