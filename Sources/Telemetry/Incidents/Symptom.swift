/// In what ways a request may be bad. Each is looked at by itself: a node is not slow because what it asked for was.
enum Symptom: CaseIterable, Sendable {
    /// A file, list or checksum took long to get from where it comes from.
    case slowFetch
    /// A node took long for what it did itself.
    case slowServe
    /// Between an edge and the node behind it.
    case slowLink
    /// Nobody got what was asked for, and no node behind failed.
    case failure
    /// The same of what had to be fetched: one request of a hundred is, so that it hardly shows among all.
    case fetchFailure
    /// Refused for too many requests: told apart from other failures, for nodes that fail hide it.
    case rateLimited
    /// "Not found" after a time-out: the same.
    case maskedTimeout
    /// An archive that is empty, cut short or another one than its checksum says: archives are a small part of what is
    /// asked for.
    case spoiled
    /// A cache no longer had it. What it never had says nothing of it: new versions come in heaps.
    case miss
    /// Given up after a while, though the fetch went on and a later request had it.
    case givenUpCold
    /// Refused though others had it: the node kept a refusal from before.
    case keptRefusal
    /// Refused though the node had given it out before.
    case withdrawn
    /// Of another size than it has elsewhere.
    case otherSize
    /// A list that lacks what others were told long before.
    case staleList
    /// Several fetched the same version at once from where it comes from.
    case herd
    /// A proxy that does not hand on questions to the checksum database.
    case unsupported
    /// The client went away before it had its archive.
    case abandoned
    /// A redirect for good that a cache kept.
    case keptRedirect
    /// A tile of the checksum database of a wrong size.
    case badTile

    /// Numbers of groups lie below this.
    static let groupsMax = 1 << 16
    /// Above the other parts of a group's number.
    private static let refused: UInt32 = 1 << 12

    /// Requests that may have it, and what they are like: only like ones are held against each other. Nil for others.
    func group(_ row: IncidentRow, _ signs: RequestSigns, _ data: IncidentData) -> UInt32? {
        guard !row.flags.contains(.clientSide), row.ending != .probe, let kind = row.moduleKind else {
            return nil
        }
        switch self {
        case .abandoned, .givenUpCold: break
        default: if row.ending == .aborted { return nil }
        }
        let size: UInt32 = row.bytes == .max ? 0 : Self.decade(row.bytes)
        let place: UInt32 = row.flags.contains(.atEdge) ? 1 : row.flags.contains(.behindEdge) ? 2 : 0
        switch self {
        case .slowFetch:
            guard Self.isFetch(row, kind), !row.isFailure || isLate(row) else { return nil }
            // To be told that it is not there is quick, and says nothing of how long it takes to get what is.
            return (row.isRefusal ? Self.refused : 0) | Self.family(kind) << 8 | size << 4 | place
        case .slowServe:
            guard row.result.isHit, !row.hasHop, !row.isFailure else { return nil }
            return data.work(row.node) << 8 | size << 4 | place
        case .slowLink:
            guard row.hasHop, row.micros >= row.behindMicros, !row.isFailure else { return nil }
            return data.work(row.node) << 8 | size << 4 | place
        case .failure: return Self.family(kind) << 4 | place
        case .fetchFailure, .rateLimited, .maskedTimeout:
            let isLost = row.isFailure && !row.result.isHit && !row.hasHop && !row.flags.contains(.isCutOff)
            return isLost || Self.isFetch(row, kind) ? Self.family(kind) << 4 | place : nil
        case .spoiled:
            guard kind == .zip || Self.isSpoiled(row), row.ending == .ok || row.isFailure else { return nil }
            return place
        case .miss:
            guard !signs.isDisjoint(with: [.hitAgain, .missedAgain]) else { return nil }
            return Self.family(kind) << 4 | place
        case .givenUpCold: return kind.isImmutable && row.flags.contains(.isRequest) ? place : nil
        case .keptRefusal: return kind.isImmutable && !row.hasHop ? place : nil
        case .withdrawn:
            return kind.isImmutable && !row.hasHop && (row.ending == .ok || row.isRefusal) ? place : nil
        case .otherSize: return kind == .zip && row.ending == .ok ? place : nil
        case .staleList: return kind == .list && row.ending == .ok ? place : nil
        case .herd: return kind.isImmutable && Self.isFetch(row, kind) ? place : nil
        case .unsupported: return kind == .sumdbSupported && !row.hasHop ? place : nil
        case .abandoned: return kind == .zip && row.flags.contains(.isRequest) ? place : nil
        case .keptRedirect: return kind.isImmutable ? place : nil
        case .badTile: return kind == .sumdbTile && row.ending == .ok ? place : nil
        }
    }

    /// The signs that it is told by; empty where the request tells by itself.
    var signs: RequestSigns {
        switch self {
        case .givenUpCold: .givenUpCold
        case .keptRefusal: .keptRefusal
        case .withdrawn: .withdrawn
        case .otherSize: [.otherSize, .cutShort]
        case .staleList: .staleList
        case .herd: .herd
        case .miss: .missedAgain
        case .keptRedirect: .keptRedirect
        case .rateLimited: .rateLimited
        case .maskedTimeout: .maskedTimeout
        case .badTile: .badTile
        default: []
        }
    }

    /// What is measured, in microseconds; nil where being bad is a matter of yes or no.
    func micros(_ row: IncidentRow) -> UInt32? {
        switch self {
        case .slowFetch, .slowServe: row.micros
        case .slowLink: row.micros - row.behindMicros
        default: nil
        }
    }

    /// Of what is a matter of yes or no.
    func isBad(_ row: IncidentRow, _ signs: RequestSigns) -> Bool {
        switch self {
        case .failure, .fetchFailure:
            row.isFailure && signs.isDisjoint(with: [.rateLimited, .maskedTimeout])
                && !Self.isSpoiled(row) && !row.flags.contains(.passedFailureOn)
        case .spoiled: Self.isSpoiled(row) && !row.flags.contains(.passedFailureOn)
        case .rateLimited, .maskedTimeout:
            !signs.isDisjoint(with: self.signs) && !row.flags.contains(.passedFailureOn)
        case .slowFetch, .slowServe, .slowLink: false
        case .unsupported: row.isRefusal
        case .abandoned: row.ending == .aborted
        case .miss, .givenUpCold, .keptRefusal, .withdrawn, .otherSize, .staleList, .herd, .keptRedirect,
            .badTile:
            !signs.isDisjoint(with: self.signs)
        }
    }

    /// What a culprit of it has to have at least.
    struct Least {
        /// Requests, and of these bad ones.
        var requests = 20.0
        var bad = 5.0
        /// By which part of its requests more than expected are bad.
        var difference = 0.05
        /// No event is so rare that one of them proves anything.
        var rate = 0.002
    }

    var least: Least {
        switch self {
        // These never happen when all is well.
        case .otherSize, .keptRefusal, .withdrawn, .keptRedirect, .badTile, .spoiled:
            Least(requests: 3, bad: 3, difference: 0.01, rate: 0.000_2)
        case .givenUpCold, .staleList: Least(requests: 5, bad: 5, difference: 0.01, rate: 0.000_5)
        case .abandoned, .failure: Least(difference: 0.02)
        case .fetchFailure: Least(difference: 0.005, rate: 0.000_5)
        case .rateLimited: Least(difference: 0.000_5, rate: 0.000_05)
        case .maskedTimeout: Least(difference: 0.002, rate: 0.000_05)
        case .unsupported: Least(requests: 5, bad: 5)
        default: Least()
        }
    }

    /// Whether being bad is a matter of how long it took.
    var isMeasured: Bool { noticeableMicros > 0 }

    /// Below this difference nobody notices, in microseconds.
    var noticeableMicros: Double {
        switch self {
        case .slowFetch: 300_000
        case .slowServe, .slowLink: 4_000
        default: 0
        }
    }

    /// Among which groups of requests a culprit is looked for; of equally good ones the first.
    var dimensions: [IncidentDimension] {
        switch self {
        case .slowFetch: [.upstream, .serviceVersion, .node, .region, .module, .everything]
        case .slowServe: [.node, .serviceVersion, .region, .everything]
        case .slowLink: [.link, .node, .region, .everything]
        case .failure, .fetchFailure, .spoiled:
            [.upstream, .node, .serviceVersion, .region, .module, .everything]
        case .rateLimited, .maskedTimeout: [.upstream, .node, .region, .module, .everything]
        // What modules of a host are asked for how often differs, and with it how many of them caches have.
        case .miss: [.node, .serviceVersion, .region, .everything]
        case .givenUpCold: [.node, .region, .upstream, .module, .everything]
        case .withdrawn: [.upstream, .node, .serviceVersion, .region, .module, .everything]
        case .keptRefusal, .otherSize, .staleList: [.node, .module, .region, .everything]
        case .herd: [.module, .node, .upstream, .everything]
        case .unsupported, .abandoned, .keptRedirect, .badTile:
            [.node, .serviceVersion, .region, .everything]
        }
    }

    /// Whether one node or host that is worse than others is in trouble, though nothing is known of it before.
    var isComparable: Bool { self != .miss && self != .herd }

    /// Whether a node went and got it from somewhere that tells nothing.
    static func isFetch(_ row: IncidentRow, _ kind: ModuleKind) -> Bool {
        guard !row.hasHop, !row.flags.contains(.isCutOff) else { return false }
        if kind.isImmutable { return row.result.isLookup && !row.result.isHit && row.result != .coalesced }
        return !row.result.isHit && row.result != .negativeHit
    }

    /// Whether what came is not what was asked for.
    private static func isSpoiled(_ row: IncidentRow) -> Bool {
        switch row.ending {
        case .empty, .truncated, .checksumMismatch: true
        default: false
        }
    }

    /// A fetch that ended by a limit of time was slow.
    private func isLate(_ row: IncidentRow) -> Bool { row.ending == .timeout || row.ending == .maskedTimeout }

    private static func family(_ kind: ModuleKind) -> UInt32 {
        switch kind {
        case .info, .mod: 1
        case .zip: 2
        case .list, .latest: 3
        case .query: 4
        case .sumdbLookup: 5
        default: kind.isChecksum ? 6 : 7
        }
    }

    /// 1 below a kilobyte, one more for each power of ten.
    private static func decade(_ bytes: UInt32) -> UInt32 {
        var rest = bytes / 1_000
        var decade: UInt32 = 1
        while rest > 0 {
            decade += 1
            rest /= 10
        }
        return decade
    }
}
