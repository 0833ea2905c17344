/// What a cache did for a request. The numbers are stored: rollups are keyed by them.
package enum CacheResult: UInt8, CaseIterable, Sendable {
    /// No evidence. Never counted in a ratio.
    case unknown = 0
    case hit = 1
    case miss = 2
    /// The cached answer was too old, and the origin gave a new one.
    case expired = 3
    /// The cached answer was too old and served nevertheless.
    case stale = 4
    /// As `stale`, while another request refreshed it.
    case updating = 5
    /// The cached answer was too old, and the origin confirmed it.
    case revalidated = 6
    /// The cache was not to be used.
    case bypass = 7
    /// A cached "not found".
    case negativeHit = 8
    /// A redirect to the stored file.
    case redirectHit = 9
    /// A redirect to where the file comes from.
    case redirectMiss = 10
    /// The request waited for another one that fetched the same.
    case coalesced = 11
    /// There is no cache here, it says.
    case none = 12

    /// Its name in the attribute `goproxy.cache.result`, in answers and in filters.
    package var name: String {
        switch self {
        case .unknown: "unknown"
        case .hit: "hit"
        case .miss: "miss"
        case .expired: "expired"
        case .stale: "stale"
        case .updating: "updating"
        case .revalidated: "revalidated"
        case .bypass: "bypass"
        case .negativeHit: "negative_hit"
        case .redirectHit: "redirect_hit"
        case .redirectMiss: "redirect_miss"
        case .coalesced: "coalesced"
        case .none: "none"
        }
    }

    /// Whether the request counts as answered by the cache in a hit ratio. A coalesced one does not: it saved a
    /// fetch, but its client waited.
    package var isHit: Bool {
        switch self {
        case .hit, .stale, .updating, .revalidated, .redirectHit: true
        case .unknown, .miss, .expired, .bypass, .negativeHit, .redirectMiss, .coalesced, .none: false
        }
    }

    /// Whether the request counts as a lookup in a hit ratio at all.
    package var isLookup: Bool {
        switch self {
        case .miss, .expired, .redirectMiss, .coalesced: true
        case .unknown, .hit, .stale, .updating, .revalidated, .redirectHit, .bypass, .negativeHit, .none:
            isHit
        }
    }
}
