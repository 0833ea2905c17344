import ArgumentParser
import Telemetry

/// Reads a command line, runs what it says and turns every outcome into output and an exit status.
package struct CommandLineRunner {
    private let context: CommandContext

    package init(context: CommandContext) { self.context = context }

    /// - Parameter arguments: without the program's own name.
    package func run(_ arguments: [String]) -> CommandStatus {
        let arguments = LeadingOptions.movedBehindCommand(arguments)
        do {
            if let failure = SubcommandSuggestion.failure(arguments, root: TraceQ.configuration) {
                throw failure
            }
            var command = try TraceQ.parseAsRoot(arguments)
            if let command = command as? any ContextCommand { return try command.run(in: context) }
            try command.run()
            return .success
        } catch let failure as CommandFailure {
            context.writeDiagnostic("traceq: \(failure.message)\n")
            return failure.status
        } catch let error as StoreError {
            context.writeDiagnostic("traceq: \(DisplayText.escaped(error.message))\n")
            return .database
        } catch {
            return finish(error)
        }
    }

    /// What the parser throws: help and version are answers, everything else is a wrong argument.
    private func finish(_ error: any Error) -> CommandStatus {
        let message = TraceQ.fullMessage(for: error)
        if TraceQ.exitCode(for: error) == .success {
            if !message.isEmpty { context.write(message + "\n") }
            return .success
        }
        // The parser quotes what was typed: line by line, its text is as safe as any.
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        context.writeDiagnostic(lines.map { DisplayText.escaped(String($0)) }.joined(separator: "\n") + "\n")
        return .usage
    }
}
