/// Keeps private modules, and addresses of clients, out of a report that others read.
package struct ReportRedaction: Sendable {
    /// Whether nothing is kept out.
    package var showsEverything: Bool
    /// Which modules are private.
    package var patterns: ModulePatternList

    /// What is private wherever nothing else is said: names that no public host has.
    package static let usualPatterns = "*.internal,*.local,*.corp,*.lan,*.intranet,*.private,*.home.arpa"

    /// - Parameter patterns: as GOPRIVATE has them; the usual ones are private besides
    package init(patterns: String = "", showsEverything: Bool = false) {
        self.showsEverything = showsEverything
        self.patterns = ModulePatternList(
            patterns.isEmpty ? Self.usualPatterns : patterns + "," + Self.usualPatterns)
    }

    /// Changes with the patterns, and does not tell them; 0 where everything is shown.
    package var digest: UInt64 {
        guard !showsEverything else { return 0 }
        return SeededRandom.mixed(
            patterns.text.utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
                ($0 ^ UInt64($1)) &* 1_099_511_628_211
            })
    }

    var explanation: String? {
        showsEverything
            ? nil
            : "redacted: private modules are numbered as private-1, private-2 …, addresses of clients as client-1 …; "
                + "--private shows them."
    }

    /// - Parameter nodes: names of nodes, which stay, though they may be addresses
    func redact(_ document: ReportDocument, nodes: Set<String>) -> ReportDocument {
        guard !showsEverything else { return document }
        var run = RedactionRun(patterns: patterns, nodes: nodes)
        var document = document
        document.title = run.text(document.title)
        for section in document.sections.indices {
            document.sections[section].blocks = document.sections[section].blocks.map { run.block($0) }
        }
        for place in document.evidence.indices {
            document.evidence[place].command = run.text(document.evidence[place].command)
            document.evidence[place].values = document.evidence[place].values.map {
                ReportValue(run.text($0.name), run.text($0.value))
            }
        }
        return document
    }
}

/// One report's redaction: what is the same has the same number everywhere.
private struct RedactionRun {
    let patterns: ModulePatternList
    let nodes: Set<String>
    private var modules: [String: Int] = [:]
    private var clients: [String: Int] = [:]

    init(patterns: ModulePatternList, nodes: Set<String>) {
        self.patterns = patterns
        self.nodes = nodes
    }

    mutating func block(_ block: ReportBlock) -> ReportBlock {
        switch block {
        case .paragraph(let sentences): return .paragraph(sentences.map { sentence($0) })
        case .list(let sentences): return .list(sentences.map { sentence($0) })
        case .facts(let facts):
            return .facts(facts.map { ReportFact($0.name, text($0.sentence.text), $0.sentence.evidence) })
        case .table(var table):
            table.caption = sentence(table.caption)
            table.rows = table.rows.map { row in
                row.map { ReportTable.Cell(text: text($0.text), isAlert: $0.isAlert) }
            }
            return .table(table)
        case .waterfall(var waterfall):
            waterfall.rows = waterfall.rows.map { row in
                var row = row
                row.name = text(row.name)
                row.place = text(row.place)
                return row
            }
            return .waterfall(waterfall)
        case .heatMap(var map):
            map.rows = map.rows.map { ReportHeatMap.Row(name: text($0.name), shares: $0.shares) }
            return .heatMap(map)
        case .commands(let commands): return .commands(commands.map { text($0) })
        case .chart, .human, .heading: return block
        }
    }

    private mutating func sentence(_ sentence: ReportSentence) -> ReportSentence {
        ReportSentence(text(sentence.text), sentence.evidence)
    }

    /// Words are looked at one by one: what separates them is in no path and no address.
    mutating func text(_ text: String) -> String {
        var result = ""
        var word = ""
        for character in text {
            if Self.isPartOfWord(character) {
                word.append(character)
            } else {
                result += self.word(word)
                result.append(character)
                word = ""
            }
        }
        return result + self.word(word)
    }

    private static func isPartOfWord(_ character: Character) -> Bool {
        switch character {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", "~", "/", "!", ":", "+": true
        default: false
        }
    }

    private mutating func word(_ word: String) -> String {
        guard word.utf8.count > 3 else { return word }
        if let client = client(word) { return client }
        guard word.contains(".") else { return word }
        // A path may begin with the host of a proxy, or with the folder that its files lie in.
        let plain = Self.unescaped(word)
        var start = plain.startIndex
        while start < plain.endIndex {
            let rest = plain[start...]
            var candidate = rest.prefix { $0 != ":" }
            // Before `@v`, which is a word of its own.
            while candidate.last == "/" { candidate.removeLast() }
            if patterns.matches(String(candidate)) {
                return plain[..<start] + number(String(candidate)) + plain[candidate.endIndex...]
            }
            guard let slash = rest.firstIndex(of: "/") else { break }
            start = plain.index(after: slash)
        }
        return word
    }

    private mutating func number(_ module: String) -> String {
        let number = modules[module] ?? modules.count + 1
        modules[module] = number
        return "private-\(number)"
    }

    /// `!m` stands for `M` in paths of the module proxy protocol.
    private static func unescaped(_ path: String) -> String {
        guard path.contains("!") else { return path }
        var result = ""
        var isEscaped = false
        for character in path {
            if character == "!" {
                isEscaped = true
            } else {
                result += isEscaped ? character.uppercased() : String(character)
                isEscaped = false
            }
        }
        return result
    }

    /// An address that is no node's.
    private mutating func client(_ word: String) -> String? {
        guard !nodes.contains(word), Self.isAddress(word) else { return nil }
        let number = clients[word] ?? clients.count + 1
        clients[word] = number
        return "client-\(number)"
    }

    private static func isAddress(_ word: String) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4 {
            return parts.allSatisfy { part in
                part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
            }
        }
        let groups = word.split(separator: ":", omittingEmptySubsequences: false)
        // A time of day is none.
        guard groups.count == 8 || groups.count >= 3 && word.contains("::") else { return false }
        return groups.allSatisfy { $0.utf8.count <= 4 && ($0.isEmpty || UInt32($0, radix: 16) != nil) }
    }
}
