import Configuration
import Telemetry

/// Reads `notifications.private`: modules that public hosts are not to be asked for.
enum PrivateModulesReading {
    static let path = "notifications.private"
    private static let patternsMax = 256

    static let key = ConfigKey(
        path: path,
        read: { node, reader in
            guard let items = reader.items(node, of: path) else { return }
            guard items.count <= patternsMax else {
                return reader.report(
                    node.position, "\(path) has \(items.count) items: at most \(patternsMax) are taken")
            }
            reader.config.notifications.privatePatterns = items.compactMap { item -> String? in
                guard let text = reader.literal(item, of: path) else { return nil }
                if isPattern(text) { return text }
                reader.report(
                    item.position,
                    "an item of \(path) is \(reader.shown(item, text)): give a pattern as for GOPRIVATE, like "
                        + "git.example.com or github.com/example/*")
                return nil
            }
        },
        text: { ConfigText.list($0.notifications.privatePatterns) })

    /// Whether the go command finds it in some module.
    private static func isPattern(_ text: String) -> Bool {
        let patterns = ModulePatternList(text).patterns
        return patterns.count == 1
            && patterns.allSatisfy {
                !$0.isBroken && !$0.isEmpty && !$0.isSpaced && !$0.text.contains("://")
            }
    }

    /// What `routes.yaml` of the collector's user or of the machine says; nothing where there is none.
    /// - Throws: what is wrong with it
    static func routes(environment: (String) -> String?) throws(ConfigProblems) -> RouteList {
        guard let file = StandardPlace.path("routes.yaml", environment: environment) else {
            return RouteList()
        }
        return try RoutesFile.read(file)
    }

    /// What is private: by the file alone where it says it, else what it is for `traceq incidents`.
    static func modules(
        _ settings: NotificationSettings, _ routes: RouteList, environment: (String) -> String?
    ) -> PrivateModules {
        guard settings.privatePatterns.isEmpty else {
            return PrivateModules([
                PrivateModules.Source(
                    path, ModulePatternList(settings.privatePatterns.joined(separator: ",")))
            ])
        }
        var variables: [String: String] = [:]
        for name in ["GOPRIVATE", "GONOPROXY", "GONOSUMDB"] { variables[name] = environment(name) }
        return PrivateModules(environment: variables, routes: routes)
    }
}
