import OTLPModel

/// What the paths of earlier segments ask for: the segments of one fleet name mostly the same paths, and each is taken
/// apart once.
///
/// For one thread. Numbers are good until `forgetIfLarge`.
struct PathMemory: Sendable {
    /// Texts beyond that are forgotten, all of them: a fleet whose paths are never the same gains nothing by them.
    private static let bytesMax = 32 << 20

    private var texts = TextNumbers()
    /// By text: what `RequestAttribute.pathCode` says, and the text's number in the upper half.
    private var codes: [UInt64] = [RequestAttribute.nothing]
    /// By text: the number of the module that it asks for, 0 for none.
    private var moduleOfText: [UInt32] = [0]
    private var modules = TextNumbers()
    /// By text: the same with `?go-get=1` behind it.
    private var goGets: [UInt32: UInt32] = [:]
    private var scanner = ModulePathScanner()
    /// Of the text that was learnt last.
    private var name: [UInt8] = []

    /// How many modules are known; their numbers begin at 1.
    var moduleCount: Int { modules.count }

    /// What a text says, in a form that `RequestFacts.note` takes.
    mutating func code(_ bytes: ByteSpan, _ range: Range<Int>) -> UInt64 {
        codes[Int(number(bytes.extracting(range)))]
    }

    /// What the entries of a dictionary say, in their order.
    mutating func appendCodes(of dictionary: StringTable, to codes: inout [UInt64]) {
        let bytes = dictionary.bytes.span
        for (entry, number) in texts.numbers(of: dictionary).enumerated() {
            // New ones have the next numbers, in this order.
            if Int(number) == self.codes.count { learn(bytes.extracting(dictionary.range(entry)), number) }
            codes.append(self.codes[Int(number)])
        }
    }

    /// The numbers of modules that were learnt elsewhere.
    mutating func numbers(ofModules names: StringTable) -> [UInt32] { modules.numbers(of: names) }

    /// The number of the module that a text asks for; 0 for none.
    func module(ofText text: UInt32) -> UInt32 { moduleOfText[Int(text)] }

    /// The number of the module where the query, `go-get=1`, stands in another attribute than the path.
    mutating func moduleOfGoGet(ofText text: UInt32) -> UInt32 {
        if let known = goGets[text] { return moduleOfText[Int(known)] }
        var bytes = Array(texts[text])
        var asked = text
        if !bytes.isEmpty, !bytes.contains(UInt8(ascii: "?")) {
            bytes += "?go-get=1".utf8
            asked = number(bytes.span)
        }
        goGets[text] = asked
        return moduleOfText[Int(asked)]
    }

    /// The module, and the version behind a separator where there is one.
    func name(ofModule module: UInt32) -> ArraySlice<UInt8> { modules[module] }

    private mutating func number(_ bytes: ByteSpan) -> UInt32 {
        let number = texts.number(bytes)
        if Int(number) == codes.count { learn(bytes, number) }
        return number
    }

    private mutating func learn(_ bytes: ByteSpan, _ number: UInt32) {
        // Its memory is used again.
        var name: [UInt8] = []
        swap(&name, &self.name)
        defer { swap(&name, &self.name) }
        let finding = scanner.scan(bytes, 0..<bytes.count, name: &name)
        codes.append(
            finding.map { RequestAttribute.pathCode($0) | UInt64(number) << 32 } ?? RequestAttribute.nothing)
        let module = name.isEmpty ? 0 : modules.number(name.span)
        moduleOfText.append(module)
    }

    /// - Returns: whether all was forgotten
    mutating func forgetIfLarge() -> Bool {
        guard texts.byteCount + modules.byteCount > Self.bytesMax else { return false }
        self = PathMemory()
        return true
    }
}
