import ArgumentParser

/// `traceq-collector validate`: says everything that is wrong with a configuration file, and changes nothing.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Checks a configuration file, and the files and variables it refers to.",
        discussion: """
            Each problem is a line on standard error, FILE:LINE:COLUMN: what is wrong, and the exit code is 1. \
            Tokens and certificates that have expired, or will within 14 days, are lines with "warning:", and the \
            exit code stays 0.

            Examples:
              traceq-collector validate /etc/traceq/collector.yaml
              traceq-collector validate collector.yaml && systemctl reload traceq-collector
            """)

    @Argument(help: "The configuration file.")
    var file: String

    func run() throws {
        let read = try ConfigFile.read(file) { Environment.value($0) }
        for warning in read.warnings() { StandardError.write("\(warning)\n") }
        print("\(LogLine.escaped(file)) is valid")
    }
}
