import ArgumentParser
import Glibc
import Telemetry

/// Runs the command and turns what it throws into a sentence and an exit code: 1 for what was asked, 3 for
/// the database.
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
        case let error as CollectorError: (code, message) = (error.code.rawValue, error.message)
        case let error as StoreError: (code, message) = (CollectorError.Code.database.rawValue, error.message)
        default:
            // Help and version are errors to the parser, and success to everybody else.
            guard CollectorCommand.exitCode(for: error) != .success else {
                CollectorCommand.exit(withError: error)
            }
            (code, message) = (
                CollectorError.Code.usage.rawValue, oneLine(CollectorCommand.message(for: error))
            )
        }
        StandardError.write("traceq-collector: \(message)\n")
        return code
    }

    /// The parser lists the values of an option one below the other.
    private static func oneLine(_ message: String) -> String {
        let lines = message.split(separator: "\n").map { line in line.drop { $0 == " " } }
        let values = lines.filter { $0.hasPrefix("- ") }.map { $0.dropFirst(2) }
        let sentence = lines.filter { !$0.hasPrefix("- ") }.joined(separator: " ")
        return values.isEmpty ? sentence : sentence + " " + values.joined(separator: ", ")
    }
}
