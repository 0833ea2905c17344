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
        return SeededRandom.digest(patterns.text)
    }

    var explanation: String? {
        showsEverything
            ? nil
            : "redacted: private modules are numbered as private-1, private-2 …, addresses of clients as client-1 …; "
                + "--private shows them."
    }

    /// - Parameters:
    ///   - nodes: names of nodes, which stay, though they may be addresses
    ///   - modules: all that telemetry knows of: a host that has private ones only is private itself
    func redact(_ document: ReportDocument, nodes: Set<String>, modules: [ModuleName]) -> ReportDocument {
        guard !showsEverything else { return document }
        var run = RedactionRun(patterns: patterns, nodes: nodes, hosts: privateHosts(modules))
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

    private func privateHosts(_ modules: [ModuleName]) -> Set<String> {
        var isPrivate: [String: Bool] = [:]
        for module in modules {
            let host = module.upstream.lowercased()
            guard isPrivate[host] != false else { continue }
            isPrivate[host] = patterns.matches(module.module)
        }
        return Set(isPrivate.filter(\.value).keys)
    }
}

/// One report's redaction: what is the same has the same number everywhere.
private struct RedactionRun {
    let patterns: ModulePatternList
    let nodes: Set<String>
    /// In small letters.
    let hosts: Set<String>
    private var modules: [String: Int] = [:]
    private var clients: [String: Int] = [:]

    init(patterns: ModulePatternList, nodes: Set<String>, hosts: Set<String>) {
        self.patterns = patterns
        self.hosts = hosts
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
        case .chart, .human: return block
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
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", "~", "/", "!", ":", "+", "%", "\\": true
        default: false
        }
    }

    /// So many elements of a path are looked at; what is behind is cut away, as nobody would know what it is.
    private static let elementsMax = 40
    /// Longer words tell nothing more.
    private static let wordMax = 300

    private mutating func word(_ word: String) -> String {
        guard word.utf8.count > 3 else { return word }
        if let client = client(word) { return client }
        guard word.contains(".") else { return Self.cut(word) }
        let plain = Self.unescaped(word)
        // A path may begin with the host of a proxy, with a folder, a scheme or the name of a user.
        var start = plain.startIndex
        for _ in 0..<Self.elementsMax {
            let rest = plain[start...]
            if let module = privateModule(rest) {
                // What ends a sentence or a part of it is not the host's.
                let end = rest.contains("/") ? 0 : rest.reversed().prefix { $0 == "." || $0 == ":" }.count
                return plain[..<start] + number(module) + rest.suffix(end)
            }
            guard let end = rest.firstIndex(where: { $0 == "/" || $0 == ":" }) else { return Self.cut(word) }
            start = plain.index(after: end)
        }
        return Self.cut(String(plain[..<start]) + "…")
    }

    private static func cut(_ word: String) -> String {
        word.utf8.count <= wordMax ? word : "\(word.prefix(200))…\(word.suffix(60))"
    }

    /// The module that a path begins with, where it is a private one: hosts are compared as hosts are, whatever port is
    /// theirs.
    private func privateModule(_ path: Substring) -> String? {
        let elements = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = elements.first, first.contains(".") else { return nil }
        var host = first.prefix { $0 != ":" }.lowercased()
        while host.last == "." { host.removeLast() }
        var rest = elements.count > 1 ? String(elements[1]) : ""
        while rest.last == "/" { rest.removeLast() }
        let module = rest.isEmpty ? host : host + "/" + rest
        return hosts.contains(host) || patterns.matches(module) || patterns.matches(module.lowercased())
            ? module : nil
    }

    private mutating func number(_ module: String) -> String {
        let number = modules[module] ?? modules.count + 1
        modules[module] = number
        return "private-\(number)"
    }

    /// `!m` stands for `M` in paths of the module proxy protocol, `%21` for `!` in URLs, and `\` for `/` somewhere.
    private static func unescaped(_ path: String) -> String {
        guard path.contains(where: { $0 == "!" || $0 == "%" || $0 == "\\" }) else { return path }
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let high = hexDigitValue(rest[rest.startIndex]),
                let low = hexDigitValue(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest.removeFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "\\") ? UInt8(ascii: "/") : byte)
            }
        }
        var result = ""
        var isEscaped = false
        for character in String(decoding: bytes, as: UTF8.self) {
            if character == "!" {
                isEscaped = true
            } else {
                result += isEscaped ? character.uppercased() : String(character)
                isEscaped = false
            }
        }
        return result
    }

    /// An address that is no node's, with a port or without.
    private mutating func client(_ word: String) -> String? {
        guard word.utf8.count < 64, !nodes.contains(word) else { return nil }
        if Self.isAddress(word) { return numbered(word) }
        guard let colon = word.lastIndex(of: ":") else { return nil }
        let (address, port) = (String(word[..<colon]), word[colon...])
        guard !nodes.contains(address), Self.isVersion4(address), port.dropFirst().allSatisfy(\.isNumber)
        else {
            return nil
        }
        return numbered(address) + port
    }

    private mutating func numbered(_ address: String) -> String {
        let number = clients[address] ?? clients.count + 1
        clients[address] = number
        return "client-\(number)"
    }

    private static func isVersion4(_ word: some StringProtocol) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
            }
    }

    private static func isAddress(_ word: String) -> Bool {
        if isVersion4(word) { return true }
        var groups = word.split(separator: ":", omittingEmptySubsequences: false)
        // A time of day is none.
        guard groups.count == 8 || groups.count >= 3 && word.contains("::") else { return false }
        if let last = groups.last, isVersion4(last) { groups.removeLast() }
        return groups.allSatisfy { $0.utf8.count <= 4 && ($0.isEmpty || UInt32($0, radix: 16) != nil) }
    }
}
