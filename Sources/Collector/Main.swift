import ArgumentParser
import Configuration
import Glibc
import Telemetry

/// Runs the command and turns what it throws into a sentence and an exit code: 1 for what was asked, 2 for a report
/// that tells of a problem, 3 for the database.
@main
enum Main {
    static func main() async {
        do {
            var command = try CollectorCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(report(error))
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        let code: Int32
        let message: String
        switch error {
        case let error as ConfigProblems:
            StandardError.write(error.description + "\n")
            (code, message) = (CollectorError.Code.usage.rawValue, error.summary)
        case let error as ExitCode: return error.rawValue
        case let error as CollectorError: (code, message) = (error.code.rawValue, error.message)
        case let error as StoreError: (code, message) = (CollectorError.Code.database.rawValue, error.message)
        default:
            // Help and version are errors to the parser, and success to everybody else.
            guard CollectorCommand.exitCode(for: error) != .success else {
                CollectorCommand.exit(withError: error)
            }
            let problem = UsageProblem(
                message: CollectorCommand.message(for: error),
                arguments: Array(CommandLine.arguments.dropFirst()))
            (code, message) = (CollectorError.Code.usage.rawValue, problem.text)
        }
        StandardError.write("traceq-collector: \(message)\n")
        return code
    }
}
