import ArgumentParser
import Telemetry

/// `traceq leaks`: private modules that somebody in public was asked for.
struct LeaksCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaks",
        abstract: "List private modules that public proxies and checksum databases were asked for.",
        discussion: """
            EXAMPLES
              traceq leaks --private 'git.example.com,*.corp.example.com'
              traceq leaks --since 7d --json    by GOPRIVATE, for scripts

            Exit code 2 when there are some, so that a pipeline can stop there; 0 otherwise. Without --private the \
            modules of GOPRIVATE, GONOPROXY and GONOSUMDB in the environment are private, and those that routes.yaml \
            calls so. Public are the mirrors that mirrors.yaml calls so, and sum.golang.org. A proxy that was asked \
            for a checksum asked the database; what it refused (403) it did not.
            """)

    @OptionGroup var privateModules: PrivateOption

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many rows to list, 1 to 100000.", valueName: "count"))
    var limit = 20

    @OptionGroup var files: ModuleFileOptions

    @OptionGroup var requests: RequestOptions

    func validate() throws {
        try RowLimit.validate(limit, in: 1...100_000)
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = LeakQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            filter: try requests.filter(), modules: try modules(in: context),
            mirrors: try files.mirrorList(in: context), limit: limit)
        let reader = try common.openReader(in: context)
        reader.mirrors = query.mirrors
        let result = try reader.leaks(query)
        var table = ResultTable.leaks(result, query, zone: style.zone)
        if result.requests == 0, result.calls == 0, result.leakCount == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: requests.given, now: context.now, zone: style.zone,
                noun: "module request", notes: result.notes)
            table.explainEmptiness(try advice.sentence(reader, query.filter, among: .calls), format)
        }
        context.write(table, as: format, style: style)
        return result.leakCount > 0 ? .conditionFound : .success
    }

    /// What is private: by the option alone where it is given.
    private func modules(in context: CommandContext) throws(CommandFailure) -> PrivateModules {
        if let list = try privateModules.list() {
            // What was given has to be right, though the option says it all.
            if files.routes != nil { _ = try files.routeList(in: context) }
            return PrivateModules([PrivateModules.Source("--private", list)])
        }
        let modules = PrivateModules(
            environment: context.environment, routes: try files.routeList(in: context))
        guard !modules.isEmpty else {
            throw CommandFailure(
                .usage,
                "nothing says which modules are private: give --private, set GOPRIVATE (traceq leaks --private "
                    + "\"$(go env GOPRIVATE)\" has what go env -w set), or write a routes.yaml")
        }
        return modules
    }
}
