package import Configuration
package import Telemetry

/// A configuration file that was read.
package struct ConfigFile: Sendable {
    /// What it says, before the command line.
    package var config: CollectorConfig
    /// Where the value of each key stands that the file has.
    var places: [String: ConfigPosition]
    /// Where each token and user stands, by its name.
    var credentialPlaces: [String: ConfigPosition]
    /// By key: values with references, as they stand in the file.
    var references: [String: String]

    /// Reads a file.
    ///
    /// - Parameter environment: What `${NAME}` stands for.
    /// - Throws: Everything that is wrong with it: the first error of its syntax, else all others.
    package static func read(
        _ path: String, environment: @escaping @Sendable (String) -> String?
    ) throws(ConfigProblems) -> ConfigFile {
        let root: ConfigNode?
        do throws(ConfigProblem) {
            root = try YAMLDocument.read(path)
        } catch {
            throw ConfigProblems([error])
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
        var reader = ConfigReader(
            substitution: Substitution(environment: environment, folder: folder))
        if let root { reader.read(section: root) }
        // What could be read is checked even if something could not: all is told at once.
        let problems =
            reader.problems
            + reader.config.problems(
                places: reader.places, told: Set(reader.problems.map(\.position)))
        guard problems.isEmpty else { throw ConfigProblems(problems) }
        if !reader.config.notifications.webhooks.isEmpty {
            let routes = try PrivateModulesReading.routes(environment: environment)
            reader.config.notifications.privateModules = PrivateModulesReading.modules(
                reader.config.notifications, routes, environment: environment)
            reader.config.notifications.clientRegions = routes.clients
        }
        return ConfigFile(
            config: reader.config, places: reader.places, credentialPlaces: reader.credentialPlaces,
            references: reader.references)
    }

    /// What is right today and will not be some day, or was: nothing that keeps the collector from starting.
    package func warnings(at now: UnixNanos = .now()) -> [ConfigProblem] {
        config.expiries.compactMap { expiry in
            var place = places[expiry.key]
            if case .credential(let name, _) = expiry.subject { place = credentialPlaces[name] ?? place }
            guard let message = expiry.warning(at: now), let place else { return nil }
            return ConfigProblem(place, "warning: \(message)")
        }.sorted { $0.position < $1.position }
    }
}
