import ArgumentParser
import Telemetry

/// `traceq db merge`: few large segments out of many small ones, in a database that no collector has.
struct DatabaseMergeCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Make few large segments of many small ones; only while no collector has the database.",
        usage: "traceq db merge <options>",
        discussion: """
            A running collector merges by itself; this is for a database that was imported, or whose collector was \
            stopped early. It takes less room afterwards and queries open fewer parts. It can be interrupted at any \
            time: each step is whole or not done.

            EXAMPLES
              traceq db merge
              traceq db merge --db imported.db --format json
            """)

    @OptionGroup var common: CommonOptions

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let place = try common.place(in: context)
        var bar = ProgressBar(
            title: "merge", unit: .things("spans"), width: context.diagnosticWidth,
            write: context.writeDiagnostic)
        Interruption.watch()
        let result = Result { () throws(StoreError) in
            try SegmentMerging(path: place.path).run { progress in
                bar.update(
                    done: Int64(progress.spansMerged), total: 0, detail: "\(progress.segmentsNow) segments")
                return !Interruption.isRequested
            }
        }
        bar.finish()
        Interruption.endWatch()
        do throws(StoreError) {
            let outcome = try result.get()
            context.write(.merging(outcome, path: place.path), as: format, style: style)
            return .success
        } catch  where error.code == .inUse {
            throw CommandFailure(
                .database,
                "a collector has \(DisplayText.escaped(place.path)) open, and merges by itself: "
                    + "there is nothing to do, or stop it first")
        } catch {
            throw place.failure(error)
        }
    }
}
