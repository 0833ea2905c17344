import Glibc
import Telemetry

/// The program's entry: connects the command line to the process it runs in.
@main
enum Main {
    static func main() {
        // A reader that goes away is noticed at the next write; see `StandardStream`.
        signal(SIGPIPE, SIG_IGN)
        // Columns of half a megabyte come and go by the thousand.
        HeapMemory.keep()
        let output = StandardStream(descriptor: STDOUT_FILENO)
        let diagnostics = StandardStream(descriptor: STDERR_FILENO)
        var context = CommandContext(
            environment: ProcessEnvironment.read(), isRoot: geteuid() == 0,
            terminalWidth: ProcessEnvironment.terminalWidth(of: STDOUT_FILENO),
            diagnosticWidth: ProcessEnvironment.terminalWidth(of: STDERR_FILENO),
            now: ProcessEnvironment.now(),
            write: output.write, writeDiagnostic: diagnostics.write)
        context.byteOutput = ByteOutput(isReady: { output.isReady }, write: output.write)
        context.readInput = StandardStream(descriptor: STDIN_FILENO).read
        let runner = CommandLineRunner(context: context)
        exit(runner.run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }
}
