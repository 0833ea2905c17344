/// What a request shows only next to others for the same file.
struct RequestSigns: OptionSet {
    let rawValue: UInt16

    /// Given up after ten seconds or more, while a later one for the same version had it: the fetch had gone on.
    static let givenUpCold = RequestSigns(rawValue: 1)
    /// Refused by the node itself though somebody had been given it a minute before or earlier, and the node had refused it
    /// before that.
    static let keptRefusal = RequestSigns(rawValue: 2)
    /// Another size than most answers of this archive, which never changes; the same one has come before.
    static let otherSize = RequestSigns(rawValue: 4)
    /// Smaller than most answers of this archive, and of no size that comes again: it was cut short.
    static let cutShort = RequestSigns(rawValue: 8)
    /// A list smaller than one that somebody was given five minutes before or earlier: lists only grow.
    static let staleList = RequestSigns(rawValue: 16)
    /// One of five or more fetches of a version from where it comes from, all at once.
    static let herd = RequestSigns(rawValue: 32)
    /// The cache did not have what the node had given out before.
    static let missedAgain = RequestSigns(rawValue: 64)
    /// The cache had what the node had given out before. What it gives out for the first time of what is stored says nothing
    /// of what it loses: of that there is the more, the less is stored.
    static let hitAgain = RequestSigns(rawValue: 2_048)
    /// A redirect for good that a cache kept: what it leads to has an end, and the cache asks nobody again.
    static let keptRedirect = RequestSigns(rawValue: 128)
    /// A full tile of a checksum database that has more or fewer bytes than such have.
    static let badTile = RequestSigns(rawValue: 256)
    /// Refused for too many requests.
    static let rateLimited = RequestSigns(rawValue: 512)
    /// Refused by a node that had given it out before.
    static let withdrawn = RequestSigns(rawValue: 4_096)
    /// "Not found" after a time-out.
    static let maskedTimeout = RequestSigns(rawValue: 1_024)
}

extension IncidentRow {
    /// "Not found", and no probe.
    var isRefusal: Bool { ending == .notFound || ending == .gone }
}
