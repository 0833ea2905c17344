import ArgumentParser

/// `traceq`: questions to a telemetry database, answered on the command line.
struct TraceQ: ParsableCommand {
    /// Semantic versioning; the same for all programs of the package.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "traceq",
        abstract:
            "Find out where requests spend their time, from the telemetry that traceq-collector stores.",
        discussion: """
            EXAMPLES
              traceq slowest                   the slowest requests of the last hour
              traceq slowest --service caddy   of one service
              traceq slowest --format json     the same for scripts
              traceq incidents                 what went wrong, and who is to blame
              traceq report -o night.html      all of that as a document
              traceq misses                    what caches did not have, and what that cost
              traceq why --slow                what slow requests have in common
              traceq errors                    what failed, by cause
              traceq nodes                     the fleet, those with trouble first
              traceq lag                       how far nodes are behind, in eleven ways
              traceq map                       the ways of requests as a tree
              traceq compare --by node         which node is slower, beyond chance
              traceq critical-path             where the time of all requests went
              traceq prewarm --since 24h       what to fetch before it is asked for
              traceq stats --by node           spans, errors and durations of each node
              traceq trace 0af76519            one of them, drawn as a waterfall
              traceq metrics --list            which metrics are stored
              traceq sql --tables              anything else, in SQL
              traceq db info                   what is stored
              traceq slo                       whether objectives were kept
              traceq check check.yaml          who breaks rules of your own
              traceq chain lint                whether GOPROXY is as it should be
              traceq recommend                 which GOPROXY to use where
              traceq leaks                     private modules that others were asked for
              traceq export -o hour.jsonl      spans into a file
              traceq import hour.jsonl         and back into a database

            Options may stand before the command as well as after it. Most commands have --db, --format and --since; \
            which ones a command has, traceq <command> --help tells.
            The database is the one that --db or TRACEQ_DB names, else the collector's default.

            EXIT CODES
            \(CommandStatus.listing)
            """,
        version: "traceq \(version)",
        subcommands: [
            SlowestCommand.self, IncidentsCommand.self, ReportCommand.self, WhyCommand.self,
            ErrorsCommand.self,
            MissesCommand.self, PrewarmCommand.self,
            NodesCommand.self, LagCommand.self, MapCommand.self, CompareCommand.self,
            CriticalPathCommand.self, StatsCommand.self, TraceCommand.self, MetricsCommand.self,
            SQLCommand.self, ExportCommand.self, ImportCommand.self, RecordCommand.self, SLOCommand.self,
            CheckCommand.self,
            ChainCommand.self, RecommendCommand.self, LeaksCommand.self, DatabaseCommand.self,
        ])
}
