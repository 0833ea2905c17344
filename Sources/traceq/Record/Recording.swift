import Dispatch
import NIOConcurrencyHelpers
import OTLPModel
import Telemetry

/// Turns what a go command writes into spans while it runs, and hands them on about once a second, on a thread of its own:
/// the command never waits for it.
final class Recording: Sendable {
    struct Summary: Sendable {
        var sessionID: String
        var spans = 0
        /// Spans that could not be stored, and why.
        var lost = 0
        var failure: String?
    }

    private struct State: Sendable {
        var log = GoCommandLog()
        /// What of the last line has come.
        var line: [UInt8] = []
        /// Steps that have ended and were not handed on.
        var waiting: [Int] = []
        var handedOn: Set<Int> = []
        var lastHandover: UnixNanos?
        var records = 0

        /// A line has ended.
        /// - Parameter isCut: whether nothing comes any more, though it has no end
        mutating func end(at time: UnixNanos, isCut: Bool = false) {
            let text = Substring(String(decoding: line, as: UTF8.self))
            line.removeAll(keepingCapacity: true)
            let ended = isCut ? log.take(unendedLine: text, at: time) : log.take(text, at: time)
            if let ended { waiting.append(ended) }
        }
    }

    private let session: GoCommandSession
    private let deliver: @Sendable (ImportRecord) async -> ImportRun.Delivery
    private let state = NIOLockedValueBox(State())
    private let summary: NIOLockedValueBox<Summary>
    private let queue = DispatchQueue(label: "traceq.record")

    /// Spans are handed on this long after the first of them at the latest, when lines come.
    private static let periodNanos: Int64 = 1_000_000_000
    /// A line that is longer is none of the go command's.
    private static let lineBytesMax = 64 << 10

    init(session: GoCommandSession, deliver: @escaping @Sendable (ImportRecord) async -> ImportRun.Delivery) {
        self.session = session
        self.deliver = deliver
        summary = NIOLockedValueBox(Summary(sessionID: session.id))
    }

    /// Takes what the command wrote, in pieces of any size.
    func take(_ bytes: [UInt8], at time: UnixNanos) {
        let spans = state.withLockedValue { state -> [OTLPModel.Span] in
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    state.end(at: time)
                } else if state.line.count < Self.lineBytesMax {
                    state.line.append(byte)
                }
            }
            let since = state.lastHandover ?? .distantPast
            guard time.rawValue &- since.rawValue >= Self.periodNanos || since == .distantPast else {
                return []
            }
            return takeSpans(&state, at: time)
        }
        handOn(spans)
    }

    /// The command has ended.
    ///
    /// - Returns: what became of everything, which is on disk, or taken, by then
    func finish(at time: UnixNanos) -> Summary {
        let spans = state.withLockedValue { state -> [OTLPModel.Span] in
            if !state.line.isEmpty { state.end(at: time, isCut: true) }
            // What was not answered is told as well.
            state.waiting += state.log.steps.indices.filter { state.log.steps[$0].outcome == .unfinished }
            return takeSpans(&state, at: time)
        }
        handOn(spans)
        queue.sync {}
        return summary.withLockedValue { $0 }
    }

    private func takeSpans(_ state: inout State, at time: UnixNanos) -> [OTLPModel.Span] {
        let spans = state.waiting.compactMap { place -> OTLPModel.Span? in
            // A step is told once: what is found to be wrong with it later comes too late.
            guard state.handedOn.insert(place).inserted else { return nil }
            let step = state.log.steps[place]
            return session.span(
                of: step, number: place, from: step.beginTime ?? time, to: step.endTime ?? time)
        }
        state.waiting = []
        if !spans.isEmpty { state.lastHandover = time }
        return spans
    }

    private func handOn(_ spans: [OTLPModel.Span]) {
        guard !spans.isEmpty else { return }
        let number = state.withLockedValue { state in
            state.records += 1
            return state.records
        }
        let record = ImportRecord(
            bytes: session.request(spans).protobufBytes(), isJSON: false, number: number, offset: 0)
        queue.async { [deliver, summary] in
            BlockingTask.run {
                let delivery = await deliver(record)
                summary.withLockedValue { $0.note(delivery, spans: spans.count) }
            }
        }
    }
}

extension Recording.Summary {
    fileprivate mutating func note(_ delivery: ImportRun.Delivery, spans count: Int) {
        switch delivery {
        case .stored, .known: spans += count
        case .failed(let reason): lose(count, reason.message)
        case .bad(let error): lose(count, error.message)
        case .empty, .dropped: lose(count, "it was not taken")
        }
    }

    private mutating func lose(_ count: Int, _ reason: String) {
        lost += count
        failure = failure ?? reason
    }
}
