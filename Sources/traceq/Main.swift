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
        MappedFileFault.watch(status: CommandStatus.database.rawValue) { path in
            UnfinishedFile.remove()
            let words =
                "traceq: \(DisplayText.escaped(path)) was cut by another program while it was read; ask again"
            let width = ProcessEnvironment.terminalWidth(of: STDERR_FILENO)
            for line in LineWrap.lines(words, width: width) { diagnostics.write(line + "\n") }
        }
        var context = CommandContext(
            environment: ProcessEnvironment.read(), isRoot: geteuid() == 0,
            terminalWidth: ProcessEnvironment.terminalWidth(of: STDOUT_FILENO),
            diagnosticWidth: ProcessEnvironment.terminalWidth(of: STDERR_FILENO),
            now: ProcessEnvironment.now(),
            write: output.write, writeDiagnostic: diagnostics.write)
        context.byteOutput = ByteOutput(isReady: { output.isReady }, write: output.write)
        context.readInput = StandardStream(descriptor: STDIN_FILENO).read
        context.passDiagnostic = { _ = diagnostics.pass($0) }
        var passedCode: Int32?
        context.passExitCode = { passedCode = $0 }
        let status = CommandLineRunner(context: context).run(Array(CommandLine.arguments.dropFirst()))
        exit(status == .success ? passedCode ?? 0 : status.rawValue)
    }
}
