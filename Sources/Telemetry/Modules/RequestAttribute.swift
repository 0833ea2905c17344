import OTLPModel

/// An attribute that tells something of a request, under any of the names that emitters of different age give
/// it: a column of a segment is looked at once to find out.
struct RequestAttribute: Hashable {
    enum Role: UInt8 {
        case path, query, kind, status, method, size, cache
    }

    var role: Role
    /// Where several attributes tell the same, the one with the lowest rank that can be read counts.
    var rank: UInt8
    var type: ValueType

    /// What an attribute with nothing to say is coded as.
    static let nothing = UInt64.max

    private static let paths = ["url.full", "http.url", "url.path", "http.target", "http.path"]
    private static let kindKey = "goproxy.request.kind"
    private static let sizes = [
        "http.response.body.size", "http.response_content_length", "http.response.size", "response_size",
        "http.wrote_bytes",
    ]

    /// Nil for a column that has nothing to do with requests.
    init?(_ column: ColumnKey) {
        guard column.role == .attribute else { return nil }
        let type = column.type
        let name = String(decoding: column.name, as: UTF8.self)
        if let place = Self.paths.firstIndex(of: name), type == .string {
            self.init(.path, place, type)
        } else if name == "url.query", type == .string {
            self.init(.query, 0, type)
        } else if name == Self.kindKey, type == .string {
            self.init(.kind, 0, type)
        } else if let place = HTTPAttributes.status.firstIndex(of: name), type == .string || type == .int {
            self.init(.status, place, type)
        } else if let place = HTTPAttributes.method.firstIndex(of: name), type == .string {
            self.init(.method, place, type)
        } else if let place = Self.sizes.firstIndex(of: name), type == .string || type == .int {
            self.init(.size, place, type)
        } else if let evidence = CacheEvidence(key: column.name),
            [.string, .array, .bool, .int].contains(type)
        {
            self.init(.cache, Int(evidence.rawValue), type)
        } else {
            return nil
        }
    }

    private init(_ role: Role, _ rank: Int, _ type: ValueType) {
        self.role = role
        self.rank = UInt8(rank)
        self.type = type
    }

    // MARK: Codes

    /// What a value outside a dictionary says, in a form that `RequestFacts.note` takes.
    @inline(__always)
    func code(bits: UInt64) -> UInt64 {
        let number = Int64(bitPattern: bits)
        switch role {
        case .status: return Self.statusCode(number)
        case .size: return number < 0 ? Self.nothing : bits
        case .cache:
            guard let evidence = CacheEvidence(rawValue: rank) else { return Self.nothing }
            let result = type == .bool ? evidence.result(bits != 0) : evidence.result(number)
            return result.map { UInt64($0.rawValue) } ?? Self.nothing
        case .path, .query, .kind, .method: return Self.nothing
        }
    }

    /// What the bytes of a dictionary's entry say: a string, or an `ArrayValue`.
    func code(_ bytes: ByteSpan, _ range: Range<Int>, _ scanner: inout ModulePathScanner) -> UInt64 {
        switch role {
        case .path: return Self.pathCode(bytes, range, &scanner)
        case .query: return UInt64(RequestFacts.QueryBits(QueryFinding(bytes, range)).rawValue)
        case .kind:
            // Of a tool that the go command runs nothing else tells; of requests their paths do.
            return bytes.holds("vcs", in: range) ? UInt64(ModuleKind.vcs.rawValue) : Self.nothing
        case .method: return bytes.holds("HEAD", in: range) ? 1 : 0
        case .status: return Self.number(bytes, range).map { Self.statusCode($0) } ?? Self.nothing
        case .size: return Self.number(bytes, range).map { UInt64($0) } ?? Self.nothing
        case .cache: return cacheCode(Array(bytes, range))
        }
    }

    static func pathCode(
        _ bytes: ByteSpan, _ range: Range<Int>, _ scanner: inout ModulePathScanner
    ) -> UInt64 {
        scanner.scan(bytes, range).map { pathCode($0) } ?? nothing
    }

    static func pathCode(_ finding: ModulePathScanner.Finding) -> UInt64 {
        UInt64(finding.kind.rawValue)
            | (finding.isAboveModules ? RequestFacts.aboveModulesBit : 0)
            | (finding.isInfoRefs ? RequestFacts.infoRefsBit : 0)
    }

    private func cacheCode(_ bytes: [UInt8]) -> UInt64 {
        guard let evidence = CacheEvidence(rawValue: rank), let text = text(bytes) else {
            return Self.nothing
        }
        if evidence == .responseFlags, text.split(separator: ",").contains(where: { $0.trimmedASCII == "DC" })
        {
            return RequestFacts.clientGone
        }
        return evidence.result(text).map { UInt64($0.rawValue) } ?? Self.nothing
    }

    /// A header is captured as an array of one, or of as many lines as it had: together they are one list.
    private func text(_ bytes: [UInt8]) -> String? {
        guard type == .array else { return String(decoding: bytes, as: UTF8.self) }
        guard case .array(let values)? = AnyValue(type: .array, bits: 0, bytes: bytes) else { return nil }
        let lines = values.compactMap { value in if case .string(let line) = value { line } else { nil } }
        return lines.joined(separator: ", ")
    }

    private static func statusCode(_ number: Int64) -> UInt64 {
        if number == 0 { return UInt64(RequestFacts.noResponse) }
        return (100..<1_000).contains(number) ? UInt64(number) : nothing
    }

    /// A number that is written as text and not negative.
    private static func number(_ bytes: ByteSpan, _ range: Range<Int>) -> Int64? {
        guard (1...18).contains(range.count) else { return nil }
        var value: Int64 = 0
        for index in range {
            guard ModuleEscape.isDigit(bytes[index]) else { return nil }
            value = value * 10 + Int64(bytes[index] & 0x0f)
        }
        return value
    }
}
