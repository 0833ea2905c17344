package import Telemetry

/// Everything outside the program that a command may use, so that a test can run one in memory.
package struct CommandContext {
    package var environment: [String: String]
    package var isRoot: Bool
    /// Columns of the terminal that the output goes to; nil when it goes elsewhere.
    package var terminalWidth: Int?
    /// The same of the terminal that diagnostics go to.
    package var diagnosticWidth: Int?
    package var now: UnixNanos
    package var write: (String) -> Void
    package var writeDiagnostic: (String) -> Void
    /// The output as bytes, for who must not wait for its reader; nil where there is none to wait for.
    package var byteOutput: ByteOutput?
    /// What another program wrote to standard error, as it is. Whoever reads may have gone.
    package var passDiagnostic: (_ bytes: [UInt8]) -> Void = { _ in }
    /// Has the program end with the exit code of a command that it ran, instead of its own.
    package var passExitCode: (_ code: Int32) -> Void = { _ in }
    /// Reads standard input up to its end, or one byte more than the given number.
    package var readInput: (_ bytesMax: Int) -> [UInt8] = { _ in [] }

    package init(
        environment: [String: String], isRoot: Bool, terminalWidth: Int?, diagnosticWidth: Int?,
        now: UnixNanos,
        write: @escaping (String) -> Void, writeDiagnostic: @escaping (String) -> Void
    ) {
        self.environment = environment
        self.isRoot = isRoot
        self.terminalWidth = terminalWidth
        self.diagnosticWidth = diagnosticWidth
        self.now = now
        self.write = write
        self.writeDiagnostic = writeDiagnostic
    }

    func write(_ table: ResultTable, as format: OutputFormat, style: RenderStyle) {
        var output = OutputBuffer(receive: write)
        var diagnostics = OutputBuffer(receive: writeDiagnostic)
        table.write(as: format, style: style, to: &output, diagnostics: &diagnostics)
        output.flush()
        diagnostics.flush()
    }
}
