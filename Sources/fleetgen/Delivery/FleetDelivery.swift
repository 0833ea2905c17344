/// Sends the spans of a stream when their time has come.
struct FleetDelivery: Sendable {
    private let stream: SpanStream
    private let plan: TrafficPlan
    private let isLive: Bool
    private let batchLimit: Int
    private let choice: TransportChoice
    private let senders: [ExportTransport: TraceSender]
    /// Writes down what was really going on; nil when nobody wants to know.
    private let recorder: TruthRecorder?

    /// Requests that are made ready before they are sent, so that memory stays small.
    private static let batchesAtOnce = 32

    /// - Parameters:
    ///   - isLive: whether a span is sent only once its end has passed.
    ///   - senders: one for every transport that `choice` uses.
    init(
        stream: SpanStream, plan: TrafficPlan, isLive: Bool, batchLimit: Int, choice: TransportChoice,
        senders: [ExportTransport: TraceSender], recorder: TruthRecorder? = nil
    ) {
        self.stream = stream
        self.plan = plan
        self.isLive = isLive
        self.batchLimit = batchLimit
        self.choice = choice
        self.senders = senders
        self.recorder = recorder
    }

    /// Sends everything and says what became of it; ends early when the task is cancelled.
    func run() async -> RunSummary {
        var stream = stream
        var recorder = recorder
        var batcher = SpanBatcher(sources: stream.sources, limit: batchLimit)
        var summary = RunSummary()
        var progress = ProgressReporter()
        var isOver = false
        while !isOver {
            let now = isLive ? WallClock.nanoseconds() : plan.end
            isOver = now >= plan.end || Task.isCancelled
            var batches: [TraceBatch] = []
            while let (exchange, spans) = stream.next(until: now) {
                recorder?.add(exchange, spans: spans)
                summary.clientRequests += 1
                for span in spans {
                    if let batch = batcher.add(span) { batches.append(batch) }
                }
                if batches.count >= Self.batchesAtOnce {
                    summary.counts += await ship(batches)
                    batches = []
                    progress.update(summary)
                }
            }
            // Exporters do not hold back what they have for long.
            summary.counts += await ship(batches + batcher.flush())
            progress.update(summary)
            if !isOver { try? await Task.sleep(for: .milliseconds(500)) }
        }
        progress.finish()
        summary.cutOff = stream.cutOff
        summary.truth = recorder?.truth(cutOff: stream.cutOff)
        summary.seconds = progress.seconds
        return summary
    }

    /// Both transports at the same time, each one's requests in order.
    private func ship(_ batches: [TraceBatch]) async -> DeliveryCounts {
        let byTransport = Dictionary(grouping: batches) { choice.transport(for: $0.kind) }
        return await withTaskGroup(of: DeliveryCounts.self) { group in
            for (transport, batches) in byTransport {
                guard let sender = senders[transport] else { continue }
                group.addTask { await sender.send(batches) }
            }
            return await group.reduce(into: DeliveryCounts()) { $0 += $1 }
        }
    }
}
