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

    /// A configuration of one file is a few kilobytes.
    private static let bytesMax = 1 << 20

    /// Reads a file.
    ///
    /// - Parameter environment: What `${NAME}` stands for.
    /// - Throws: Everything that is wrong with it: the first error of its syntax, else all others.
    package static func read(
        _ path: String, environment: @escaping @Sendable (String) -> String?
    ) throws(ConfigProblems) -> ConfigFile {
        let root: ConfigNode?
        do throws(ConfigProblem) {
            root = try document(path)
        } catch {
            throw ConfigProblems([error])
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
        var reader = ConfigReader(
            substitution: Substitution(environment: environment, folder: folder))
        if let root { reader.read(section: root) }
        // What could be read is checked even if something could not: all is told at once.
        let problems = reader.problems + reader.config.problems(places: reader.places)
        guard problems.isEmpty else { throw ConfigProblems(problems) }
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

    private static func document(_ path: String) throws(ConfigProblem) -> ConfigNode? {
        let begin = ConfigPosition(file: path, line: 1, column: 1)
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try FileBytes.read(path, bytesMax: bytesMax)
        } catch {
            throw ConfigProblem(begin, error.message)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let place = YAMLText.firstBrokenByte(in: bytes) ?? (1, 1)
            throw ConfigProblem(
                ConfigPosition(file: path, line: place.line, column: place.column),
                "a byte here is not UTF-8: save the file as UTF-8")
        }
        return try YAMLDocument.parse(text.replacing("\r\n", with: "\n"), file: path)
    }
}
