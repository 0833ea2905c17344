/// Reads what the go command writes with `-x`, line by line, and finds what it did over the network.
package struct GoCommandLog: Sendable {
    /// What was not understood, or is of no use here.
    package struct Counts: Hashable, Sendable {
        package var lines = 0
        /// Lines about requests and tools.
        package var used = 0
        /// What the go command said went wrong.
        package var messages = 0
        /// Ends of requests whose beginning is not there.
        package var strayEnds = 0

        /// Everything else.
        package var passedOver: Int { lines - used - messages - strayEnds }
    }

    /// A log may have this many steps: more come from no build, and take memory.
    package static let stepsMax = 1_000_000

    package private(set) var steps: [GoCommandStep] = []
    package private(set) var counts = Counts()
    /// The first of what the go command said went wrong.
    package private(set) var messages: [String] = []

    private static let messagesKept = 20

    /// Places in `steps` of what has begun, the oldest first: two requests may be for the same URL.
    private var open: [GoCommandStep.Work: [Int]] = [:]
    private var openTools: [String: [Int]] = [:]
    private var repositories: [String: String] = [:]
    /// Of each module file, the step that fetched it last.
    private var fetches: [String: Int] = [:]

    package init() {}

    /// Takes the next line.
    ///
    /// - Parameters:
    ///   - line: without its end
    ///   - time: when it was written; nil where that is not known, unless the line itself begins with it, as the logs of
    ///     some build services do
    /// - Returns: the place in `steps` of what ended with it, or was found to be wrong
    @discardableResult
    package mutating func take(_ line: Substring, at time: UnixNanos? = nil) -> Int? {
        let number = counts.lines
        counts.lines += 1
        var line = line
        while line.last == "\r" || line.last == " " { line.removeLast() }
        var time = time
        if let (written, rest) = Self.stamp(line) {
            time = time ?? written
            line = rest
        }
        switch GoCommandLine(line) {
        case .requestBegins(let url):
            begin(.request(url: url), number, time)
            return nil
        case .requestEnds(let url, let status, let text, let nanos):
            return end(.request(url: url), .answered(status: status, text: text), nanos, number, time)
        case .requestFails(let url, let reason):
            return end(.request(url: url), .failed(reason: reason), nil, number, time)
        case .toolBegins(let text):
            beginTool(text, number, time)
            return nil
        case .toolEnds(let text, let nanos): return endTool(text, nanos, number, time)
        case .repository(let folder, let url):
            repositories[folder] = url
            return nil
        case .mismatch(let module, let version, let isGoMod):
            return mismatch(module, version, isGoMod)
        case .truncated(let module, let version, let text):
            note(text)
            guard let place = fetches["\(module)@\(version) \(ModuleKind.zip.name)"] else { return nil }
            steps[place].isTruncated = true
            return place
        case .message(let text):
            note(text)
            return nil
        case .other: return nil
        }
    }

    /// Takes the last line of a log, which has no end: it may have been cut anywhere. What it says counts where it would not
    /// be there in a line that was cut: an answer with its time, or a reason in words. A URL may lack its end.
    @discardableResult
    package mutating func take(unendedLine line: Substring, at time: UnixNanos? = nil) -> Int? {
        let text = Self.stamp(line)?.1 ?? line
        switch GoCommandLine(text) {
        case .requestBegins: return nil
        case .requestFails(_, let reason):
            guard let first = reason.trimmedASCII.first, !first.isNumber else { return nil }
        default: break
        }
        return take(line, at: time)
    }

    /// A time at the beginning of a line, with a zone; and what follows it.
    private static func stamp(_ line: Substring) -> (UnixNanos, Substring)? {
        guard line.utf8.count > 20, line.first?.isNumber == true, let space = line.firstIndex(of: " "),
            line[..<space].contains("T"), let time = UnixNanos(rfc3339: String(line[..<space]))
        else { return nil }
        return (time, line[line.index(after: space)...])
    }

    // MARK: Requests

    private mutating func begin(_ work: GoCommandStep.Work, _ line: Int, _ time: UnixNanos?) {
        counts.used += 1
        guard steps.count < Self.stepsMax else { return }
        open[work, default: []].append(steps.count)
        steps.append(GoCommandStep(work, line: line, time: time))
    }

    private mutating func end(
        _ work: GoCommandStep.Work, _ outcome: GoCommandStep.Outcome, _ nanos: Int64?, _ line: Int,
        _ time: UnixNanos?
    ) -> Int? {
        guard var waiting = open[work], !waiting.isEmpty else {
            counts.strayEnds += 1
            return nil
        }
        let place = waiting.removeFirst()
        open[work] = waiting.isEmpty ? nil : waiting
        finish(place, outcome, nanos, line, time)
        if case .request(let url) = work, let request = ModuleRequest(url), let module = request.module,
            let version = request.version, request.kind == .mod || request.kind == .zip
        {
            fetches["\(module)@\(version) \(request.kind.name)"] = place
        }
        return place
    }

    private mutating func finish(
        _ place: Int, _ outcome: GoCommandStep.Outcome, _ nanos: Int64?, _ line: Int, _ time: UnixNanos?
    ) {
        counts.used += 1
        steps[place].outcome = outcome
        steps[place].nanos = nanos
        steps[place].endLine = line
        steps[place].endTime = time
    }

    private mutating func note(_ message: String) {
        counts.messages += 1
        if messages.count < Self.messagesKept { messages.append(message) }
    }

    private mutating func mismatch(_ module: String, _ version: String, _ isGoMod: Bool) -> Int? {
        note("verifying \(module)@\(version)\(isGoMod ? "/go.mod" : ""): checksum mismatch")
        let kind = isGoMod ? ModuleKind.mod : .zip
        guard let place = fetches["\(module)@\(version) \(kind.name)"] else { return nil }
        steps[place].isMismatch = true
        return place
    }

    // MARK: Tools

    private mutating func beginTool(_ text: String, _ line: Int, _ time: UnixNanos?) {
        counts.used += 1
        guard steps.count < Self.stepsMax else { return }
        let (folder, command) = Self.parts(ofTool: text)
        openTools[text, default: []].append(steps.count)
        steps.append(
            GoCommandStep(.tool(command: command, repository: repositories[folder]), line: line, time: time))
    }

    private mutating func endTool(_ text: String, _ nanos: Int64, _ line: Int, _ time: UnixNanos?) -> Int? {
        guard var waiting = openTools[text], !waiting.isEmpty else {
            counts.strayEnds += 1
            return nil
        }
        let place = waiting.removeFirst()
        openTools[text] = waiting.isEmpty ? nil : waiting
        finish(place, .ended, nanos, line, time)
        return place
    }

    /// `cd FOLDER; COMMAND`.
    private static func parts(ofTool text: String) -> (folder: String, command: String) {
        guard let mark = text.firstRange(of: "; ") else { return ("", text) }
        return (String(text[..<mark.lowerBound].dropFirst(3)), String(text[mark.upperBound...]))
    }
}

extension UnixNanos {
    /// Reads a time with date and zone (RFC 3339); nil for anything else.
    package init?(rfc3339 text: String) {
        guard let expression = try? CalendarTimeParser.parse(text), case .absolute(let time) = expression
        else {
            return nil
        }
        self = time
    }
}
