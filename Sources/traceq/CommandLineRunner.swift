import ArgumentParser
import Telemetry

/// Reads a command line, runs what it says and turns every outcome into output and an exit status.
package struct CommandLineRunner {
    private let context: CommandContext

    package init(context: CommandContext) { self.context = context }

    /// - Parameter arguments: without the program's own name.
    package func run(_ arguments: [String]) -> CommandStatus {
        let arguments = LeadingOptions.movedBehindCommand(NegativeValues.joined(arguments))
        do {
            if let failure = SubcommandSuggestion.failure(arguments, root: TraceQ.configuration) {
                throw failure
            }
            var command = try TraceQ.parseAsRoot(arguments)
            if let command = command as? any ContextCommand { return try command.run(in: context) }
            try command.run()
            return .success
        } catch let failure as CommandFailure {
            complain(failure.message)
            return failure.status
        } catch let error as StoreError {
            complain(DisplayText.escaped(error.message))
            return CommandStatus(error)
        } catch {
            return finish(error, arguments)
        }
    }

    /// What the parser throws: help and version are answers, everything else is a wrong argument.
    private func finish(_ error: any Error, _ arguments: [String]) -> CommandStatus {
        if TraceQ.exitCode(for: error) == .success {
            let message = TraceQ.fullMessage(for: error)
            if !message.isEmpty { context.write(message + "\n") }
            return .success
        }
        let command = SubcommandSuggestion.command(arguments, root: TraceQ.configuration)
        // The parser quotes what was typed: line by line, its text is as safe as any.
        let lines = OptionSuggestion.kept(in: TraceQ.message(for: error)).split(
            separator: "\n", omittingEmptySubsequences: false)
        var message = Self.lowerCased(lines.map { DisplayText.escaped(String($0)) }.joined(separator: "\n"))
        if command.path == "traceq slowest", let word = command.next, message.contains("'\(word)'"),
            (try? TimeExpression(parsing: word)) != nil
        {
            message += "; did you mean '--since \(word)'?"
        }
        complain(message + "\nsee '\(command.path) --help' for what it accepts")
        return .usage
    }

    /// Says why a command failed.
    private func complain(_ message: String) {
        for line in LineWrap.lines("traceq: " + message, width: context.diagnosticWidth) {
            context.writeDiagnostic(line + "\n")
        }
    }

    /// The parser's sentences begin with capitals, ours do not.
    private static func lowerCased(_ sentence: String) -> String {
        sentence.prefix(1).lowercased() + sentence.dropFirst()
    }
}
