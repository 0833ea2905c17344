import ArgumentParser
import Configuration
import Telemetry

/// The files that say what is known of mirrors and routes.
struct ModuleFileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The mirrors that are known (default: mirrors.yaml in ~/.config/traceq or /etc/traceq, else built in).",
            valueName: "file"), completion: .file(extensions: ["yaml"]))
    var mirrors: String?

    @Option(
        help: ArgumentHelp(
            "Which modules are private (default: routes.yaml in ~/.config/traceq or /etc/traceq, else none).",
            valueName: "file"), completion: .file(extensions: ["yaml"]))
    var routes: String?

    /// - Throws: `CommandFailure` with everything that is wrong with the file
    func mirrorList(in context: CommandContext) throws(CommandFailure) -> MirrorList {
        guard let path = mirrors ?? Self.standardPlace("mirrors.yaml", context) else { return .builtIn }
        return try Self.read(path) { (path) throws(ConfigProblems) in try MirrorsFile.read(path) }
    }

    /// - Throws: `CommandFailure` with everything that is wrong with the file
    func routeList(in context: CommandContext) throws(CommandFailure) -> RouteList {
        guard let path = routes ?? Self.standardPlace("routes.yaml", context) else { return RouteList() }
        return try Self.read(path) { (path) throws(ConfigProblems) in try RoutesFile.read(path) }
    }

    /// What is private by the environment and the routes of the user or of the machine; empty where nobody says it.
    /// - Throws: `CommandFailure` with everything that is wrong with the file
    static func privateModules(in context: CommandContext) throws(CommandFailure) -> PrivateModules {
        let routes =
            try standardPlace("routes.yaml", context).map { (path) throws(CommandFailure) in
                try read(path) { (path) throws(ConfigProblems) in try RoutesFile.read(path) }
            } ?? RouteList()
        return PrivateModules(environment: context.environment, routes: routes)
    }

    /// In which regions clients are, by the routes of the user or of the machine; empty where nobody says it.
    /// - Throws: `CommandFailure` with everything that is wrong with the file
    static func clientRegions(in context: CommandContext) throws(CommandFailure) -> ClientRegions {
        guard let path = standardPlace("routes.yaml", context) else { return ClientRegions() }
        return try read(path) { (path) throws(ConfigProblems) in try RoutesFile.read(path) }.clients
    }

    /// - Parameter file: in place of the user's and that of the machine
    /// - Throws: `CommandFailure` with everything that is wrong with the file
    static func objectives(
        _ file: String? = nil, in context: CommandContext
    ) throws(CommandFailure) -> ObjectiveList {
        guard let path = file ?? standardPlace("slo.yaml", context) else { return .builtIn }
        return try read(path) { (path) throws(ConfigProblems) in try ObjectivesFile.read(path) }
    }

    /// The user's file, else that of the machine; nil when there is neither.
    static func standardPlace(_ name: String, _ context: CommandContext) -> String? {
        StandardPlace.path(name) { context.environment[$0] }
    }

    static func read<Value>(
        _ path: String, _ read: (String) throws(ConfigProblems) -> Value
    ) throws(CommandFailure) -> Value {
        do throws(ConfigProblems) {
            return try read(path)
        } catch {
            throw CommandFailure(.usage, "\(error.summary)\n\(error)")
        }
    }
}
