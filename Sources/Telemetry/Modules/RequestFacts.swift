import OTLPModel

/// What the attributes of one span say of its request, gathered one by one; ends in three small codes.
struct RequestFacts {
    static let aboveModulesBit: UInt64 = 0x20
    static let infoRefsBit: UInt64 = 0x40
    static let noResponse: UInt16 = 1
    static let clientGone: UInt64 = 0x80

    struct QueryBits: OptionSet {
        var rawValue: UInt8
        static let goGet = QueryBits(rawValue: 1)
        static let gitService = QueryBits(rawValue: 2)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ finding: QueryFinding) {
            self = []
            if finding.isGoGet { insert(.goGet) }
            if finding.isGitService { insert(.gitService) }
        }
    }

    private var pathRank = UInt8.max
    private var path: UInt8 = 0
    /// The number of the path in `PathMemory`; 0 without one.
    private var pathText: UInt32 = 0
    private var query: UInt8 = 0
    /// The code of a `ModuleKind` where no path need tell it; 0 for none.
    private var declaredKind: UInt8 = 0
    private var statusRank = UInt8.max
    private var status: UInt16 = 0
    private var sizeRank = UInt8.max
    /// `RequestAttribute.nothing` when no attribute says it.
    private(set) var responseBytes = RequestAttribute.nothing
    private(set) var cacheRank = UInt8.max
    private(set) var cache: UInt8 = 0
    /// 0 without one, and where the server gave no response.
    var httpStatus: UInt16 { status == Self.noResponse ? 0 : status }
    private var isHead = false
    private var isClientGone = false

    /// Takes in one attribute. Of a repeated key the last counts.
    @inline(__always)
    mutating func note(_ attribute: RequestAttribute, _ code: UInt64) {
        guard code != RequestAttribute.nothing else { return }
        switch attribute.role {
        case .path:
            guard attribute.rank <= pathRank else { return }
            pathRank = attribute.rank
            path = UInt8(truncatingIfNeeded: code)
            pathText = UInt32(truncatingIfNeeded: code >> 32)
        case .query: query |= UInt8(truncatingIfNeeded: code)
        case .kind: declaredKind = UInt8(truncatingIfNeeded: code)
        case .status:
            guard attribute.rank <= statusRank else { return }
            statusRank = attribute.rank
            status = UInt16(truncatingIfNeeded: code)
        case .method: isHead = code == 1
        case .size:
            guard attribute.rank <= sizeRank else { return }
            sizeRank = attribute.rank
            responseBytes = code
        case .cache:
            if code == Self.clientGone {
                isClientGone = true
            } else if attribute.rank <= cacheRank {
                cacheRank = attribute.rank
                cache = UInt8(truncatingIfNeeded: code)
            }
        }
    }

    /// The code of `ModuleKind`, 0 when neither a path nor anything else tells it.
    /// - Parameter name: what the span's name says where it is a path, else `RequestAttribute.nothing`
    @inline(__always)
    func kind(name: UInt64) -> (code: UInt8, isAboveModules: Bool) {
        let known = path == 0 && name != RequestAttribute.nothing ? UInt8(truncatingIfNeeded: name) : path
        guard known != 0 else { return (declaredKind, false) }
        let bits = QueryBits(rawValue: query)
        if bits.contains(.goGet) { return (ModuleKind.goGetMeta.rawValue, false) }
        if bits.contains(.gitService), UInt64(known) & Self.infoRefsBit != 0 {
            return (ModuleKind.vcs.rawValue, false)
        }
        return (known & 0x1f, UInt64(known) & Self.aboveModulesBit != 0)
    }

    /// The number of the text in `PathMemory` that tells the path; 0 without one, and where no memory was asked.
    /// - Parameter name: as in `kind(name:)`
    @inline(__always)
    func text(name: UInt64) -> UInt32 {
        path == 0 && name != RequestAttribute.nothing ? UInt32(truncatingIfNeeded: name >> 32) : pathText
    }

    /// Whether the query, in an attribute of its own, makes it one of the go command for a repository.
    var isGoGet: Bool { QueryBits(rawValue: query).contains(.goGet) }

    /// The code of `RequestOutcome`, 0 when the span does not tell.
    @inline(__always)
    func outcome(kind: UInt8, isAboveModules: Bool, spanStatus: Int32, durationNanos: UInt64) -> UInt8 {
        // By far the most frequent answer needs no more than this.
        if status == 200, kind != ModuleKind.zip.rawValue, !isClientGone { return RequestOutcome.ok.rawValue }
        return RequestOutcome(
            RequestOutcome.Signs(
                kind: ModuleKind(rawValue: kind), httpStatus: status == Self.noResponse ? 0 : status,
                saysNoResponse: status == Self.noResponse, saysClientGone: isClientGone,
                spanStatus: spanStatus, durationNanos: durationNanos,
                responseBytes: responseBytes == RequestAttribute.nothing ? nil : responseBytes,
                isHead: isHead, isAboveModules: isAboveModules))?.rawValue ?? 0
    }
}
