import OTLPModel
import Telemetry

/// Reads a log of the go command whole, and gives its spans as requests.
final class GoLogReader: RecordSource {
    /// A log of a large build is some megabytes.
    static let bytesMax = 64 << 20
    /// Spans of one request.
    private static let spansOfRequest = 1_000

    private(set) var framing: RecordFraming?
    /// Nil before it was read.
    private(set) var log: GoCommandLog?
    /// Whether the log says itself when its lines were written.
    private(set) var hasTimes = false
    private(set) var sessionID = ""

    private let source: ImportSource
    private let end: UnixNanos
    private let node: String?
    private var session: GoCommandSession?
    private var timeline: GoCommandTimeline?
    private var nextStep = 0
    private var number = 0

    /// - Parameter end: when the last line was written
    init(_ source: ImportSource, end: UnixNanos, node: String?) {
        self.source = source
        self.end = end
        self.node = node
    }

    func next() throws(ImportError) -> ImportRecord? {
        if log == nil { try read() }
        guard let log, let session, let timeline, nextStep < log.steps.count else { return nil }
        let places = nextStep..<min(log.steps.count, nextStep + Self.spansOfRequest)
        nextStep = places.upperBound
        number += 1
        let spans = places.map { place in
            session.span(
                of: log.steps[place], number: place, from: timeline.times[place].start,
                to: timeline.times[place].end)
        }
        return ImportRecord(
            bytes: session.request(spans).protobufBytes(), isJSON: false, number: number, offset: 0)
    }

    private func read() throws(ImportError) {
        framing = .goLog
        var bytes: [UInt8] = []
        while let piece = try source.next() {
            bytes += piece
            guard bytes.count <= Self.bytesMax else {
                throw ImportError(
                    offset: 0,
                    message:
                        "larger than \(HumanUnits.bytes(Int64(Self.bytesMax))), the most that a log may have")
            }
        }
        let isEnded = bytes.last == UInt8(ascii: "\n")
        if isEnded { bytes.removeLast() }
        var log = GoCommandLog()
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = Substring(String(decoding: line, as: UTF8.self))
            if !isEnded, number == lines.count - 1 { log.take(unendedLine: text) } else { log.take(text) }
        }
        guard !log.steps.isEmpty else { throw ImportError(offset: 0, message: Self.nothing(in: log)) }
        let session = GoCommandSession(log: bytes, end: end, node: node)
        let timeline = GoCommandTimeline(log.steps, end: end)
        (sessionID, hasTimes) = (session.id, timeline.isExact)
        self.session = session
        self.timeline = timeline
        self.log = log
    }

    private static func nothing(in log: GoCommandLog) -> String {
        guard log.counts.strayEnds == 0 else {
            return
                "\(HumanUnits.count(log.counts.strayEnds, "answer")) to requests whose beginning is not there, and "
                + "nothing else: the log lacks its first lines"
        }
        return
            "no line tells of a request: the go command writes them with -x, to standard error (go mod download -x "
            + "2> build.log)"
    }

    /// What was in the log besides requests, a sentence each.
    var remarks: [String] {
        guard let log else { return [] }
        var remarks = [
            "session \(sessionID): \(HumanUnits.count(log.steps.count, "request"))"
                + (log.counts.passedOver > 0
                    ? ", \(HumanUnits.count(log.counts.passedOver, "other line")) passed over" : "")
        ]
        if !hasTimes {
            remarks.append(
                "the log has no times: starts are derived from durations, the order of lines and its end, "
                    + end.rfc3339)
        }
        let unfinished = log.steps.count { $0.outcome == .unfinished }
        if unfinished > 0 {
            remarks.append("\(HumanUnits.count(unfinished, "request")) not answered when the log ends")
        }
        if log.counts.strayEnds > 0 {
            remarks.append(
                "\(HumanUnits.count(log.counts.strayEnds, "answer")) without a beginning, left out")
        }
        if let first = log.messages.first {
            let more = log.counts.messages - 1
            remarks.append(
                "go says: \(DisplayText.escaped(DisplayWidth.truncatingEnd(first, to: 200)))"
                    + (more > 0 ? " (and \(more) more)" : ""))
        }
        return remarks
    }
}
