import ArgumentParser
import Foundation

/// The options of the commands that measure a receiver: where and how to send, whose time to count, what to print.
struct ReceiverOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case text
        case json
    }

    @OptionGroup var endpoints: EndpointOptions

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "Transport of the requests (default: http, or that of the only endpoint that is given).",
            valueName: "protocol"))
    var chosenTransport: ExportTransport?

    @Option(help: "Process of the receiver, on this machine, whose CPU time and memory are to be told.")
    var pid: Int32?

    @Option(help: "Format of the figures.")
    var format = Format.text

    /// - Throws: `ValidationError` when it is not an endpoint.
    func endpoint() throws -> ExportEndpoint {
        try endpoints.parsed(chosenTransport ?? endpoints.onlyTransport ?? .http)
    }

    /// What the receiver has used so far; nil when it is not asked for.
    ///
    /// - Throws: `ValidationError` when there is no such process.
    func usage() throws -> ProcessUsage? {
        guard let pid else { return nil }
        guard let usage = ProcessUsage(pid: pid) else {
            throw ValidationError("there is no process \(pid): give --pid the receiver's")
        }
        return usage
    }

    /// Runs a load and gives its figures, with those of the receiver's process when they are asked for.
    ///
    /// - Parameter settle: after how long the receiver's time is counted again; nil does not.
    /// - Throws: `ValidationError` when the process is gone.
    func measure(
        connections: Int, settle: DurationArgument? = nil, _ load: () async -> LoadOutcome
    ) async throws -> LoadReport {
        let before = try usage()
        let ownBefore = ProcessUsage.ownCPUSeconds()
        var report = LoadReport(await load(), connections: connections)
        report.senderCpuSeconds = ProcessUsage.ownCPUSeconds() - ownBefore
        guard let before, let after = try usage() else { return report }
        report.setServerCPU(after.cpuSeconds - before.cpuSeconds)
        report.serverPeakResidentBytes = after.peakResidentBytes
        if let settle {
            try await Task.sleep(for: .nanoseconds(Int64(settle.nanoseconds)))
            if let settled = try usage() {
                report.setSettledServerCPU(settled.cpuSeconds - before.cpuSeconds)
                report.serverPeakResidentBytes = settled.peakResidentBytes
            }
        }
        return report
    }

    /// - Throws: `ExitCode` when the receiver did not take everything.
    func present(_ report: LoadReport) throws {
        Output.line(format == .json ? try report.json() : report.text)
        if report.rejectedSpans + report.lostSpans > 0 { throw ExitCode(1) }
    }
}

extension ExportTransport: ExpressibleByArgument {}
