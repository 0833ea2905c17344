/// One line of what the go command writes to standard error with `-x`.
///
/// With `-x` the go command prints `# get URL` before a request, and `# get URL: 200 OK (0.123s)` when the headers of the
/// answer are there, or `# get URL: what went wrong`. Of what it runs to reach repositories it prints the command line, and
/// once more with its time in front, `0.534s # cd …; git …`, when it has ended.
enum GoCommandLine: Hashable, Sendable {
    case requestBegins(url: String)
    /// - Parameters:
    ///   - nanos: until the headers were there
    case requestEnds(url: String, status: Int, statusText: String, nanos: Int64)
    case requestFails(url: String, reason: String)
    case toolBegins(text: String)
    case toolEnds(text: String, nanos: Int64)
    /// Which repository a folder is for.
    case repository(folder: String, url: String)
    /// A module is not what go.sum or the checksum database says.
    case mismatch(module: String, version: String, isGoMod: Bool)
    /// A module's archive ended before its end.
    case truncated(module: String, version: String, text: String)
    /// The go command says what went wrong.
    case message(String)
    case other

    init(_ line: Substring) {
        if line.hasPrefix("# get ") {
            self = Self.request(line.dropFirst(6))
        } else if line.hasPrefix("cd "), Self.isTool(line) {
            self = .toolBegins(text: String(line))
        } else if let ended = Self.toolEnd(line) {
            self = ended
        } else if let repository = Self.repository(line) {
            self = repository
        } else if let mismatch = Self.mismatch(line) {
            self = mismatch
        } else if let truncated = Self.truncated(line) {
            self = truncated
        } else if line.hasPrefix("go: "), !line.hasPrefix("go: downloading "),
            !line.hasPrefix("go: finding "),
            !line.hasPrefix("go: added "), !line.hasPrefix("go: upgraded ")
        {
            self = .message(String(line.dropFirst(4)))
        } else {
            self = .other
        }
    }

    // MARK: Requests

    private static func request(_ rest: Substring) -> GoCommandLine {
        let url = String(rest.prefix { $0 != " " })
        // A URL is followed by nothing, or by a colon and what became of the request.
        guard url.count < rest.count else { return hasScheme(url) ? .requestBegins(url: url) : .other }
        guard url.hasSuffix(":"), hasScheme(url) else { return .other }
        let address = String(url.dropLast())
        let outcome = rest.dropFirst(url.count + 1)
        guard outcome.hasSuffix("s)"), let open = outcome.lastIndex(of: "("),
            let nanos = nanos(outcome[outcome.index(after: open)...].dropLast(2)),
            let status = Int(outcome.prefix(3)), (100...599).contains(status)
        else { return .requestFails(url: address, reason: String(outcome)) }
        let text = outcome[..<open].dropFirst(3).trimmedASCII
        return .requestEnds(url: address, status: status, statusText: text, nanos: nanos)
    }

    private static func hasScheme(_ url: String) -> Bool {
        ["https://", "http://"].contains { url.hasPrefix($0) }
    }

    /// Seconds with a fraction, at the most a week.
    private static func nanos(_ text: Substring) -> Int64? {
        guard let seconds = Double(text), seconds >= 0, seconds < 604_800 else { return nil }
        return Int64((seconds * 1e9).rounded())
    }

    // MARK: Tools

    private static let tools = ["git ", "hg ", "svn ", "bzr ", "fossil "]

    private static func isTool(_ line: Substring) -> Bool {
        guard let place = line.firstRange(of: "; ") else { return false }
        let command = line[place.upperBound...]
        // Variables may stand before the program: `GIT_DIR=… git …`.
        return tools.contains { command.hasPrefix($0) || command.contains(" " + $0) }
    }

    private static func toolEnd(_ line: Substring) -> GoCommandLine? {
        guard line.first?.isNumber == true, let mark = line.firstRange(of: "s # "),
            let nanos = nanos(line[..<mark.lowerBound]), isTool(line[mark.upperBound...])
        else { return nil }
        return .toolEnds(text: String(line[mark.upperBound...]), nanos: nanos)
    }

    /// `mkdir -p DIR # git3 URL`, and `# DIR for git3 URL`.
    private static func repository(_ line: Substring) -> GoCommandLine? {
        let words = line.split(separator: " ").map(String.init)
        guard let url = words.last, hasScheme(url) else { return nil }
        if words.count == 6, words[0] == "mkdir", words[3] == "#" {
            return .repository(folder: words[2], url: url)
        }
        guard words.count == 5, words[0] == "#", words[2] == "for" else { return nil }
        return .repository(folder: words[1], url: url)
    }

    // MARK: Checks

    /// What the go command says when a connection ends, or is ended, in the middle of an archive.
    private static let endings = ["unexpected EOF", "INTERNAL_ERROR", "zip: not a valid zip file"]

    /// `go: MODULE@VERSION: unexpected EOF`, with more between the two.
    private static func truncated(_ line: Substring) -> GoCommandLine? {
        guard line.hasPrefix("go: "), endings.contains(where: { line.contains($0) }) else { return nil }
        let text = line.dropFirst(4)
        guard let end = text.firstRange(of: ": ")?.lowerBound, let at = text[..<end].lastIndex(of: "@"),
            at != text.startIndex, !text[..<end].contains(" ")
        else { return nil }
        let version = text[text.index(after: at)..<end]
        guard !version.isEmpty else { return nil }
        return .truncated(module: String(text[..<at]), version: String(version), text: String(text))
    }

    private static func mismatch(_ line: Substring) -> GoCommandLine? {
        guard line.hasSuffix("checksum mismatch") else { return nil }
        for word in line.split(separator: " ") {
            var word = word
            while word.hasSuffix(":") { word.removeLast() }
            let isGoMod = word.hasSuffix("/go.mod")
            if isGoMod { word = word.dropLast("/go.mod".count) }
            guard let at = word.lastIndex(of: "@"), at != word.startIndex else { continue }
            let version = word[word.index(after: at)...]
            guard !version.isEmpty else { continue }
            return .mismatch(module: String(word[..<at]), version: String(version), isGoMod: isGoMod)
        }
        return nil
    }
}
