import OTLPModel

/// What a span does in the course of a module request, as its name and kind tell.
///
/// Names of Athens are those of github.com/gomods/athens (`pkg/download`, `pkg/stash`, `pkg/storage`), which has no
/// attributes on them; the others are those that docs/modules.md proposes to emitters.
enum SpanRole: UInt8, Sendable {
    case other
    /// A server's side of an HTTP request.
    case server
    /// A client's side of one.
    case client
    /// A call of the download protocol: looks the file up, has it fetched when it is missing, and looks once more.
    case protocolCall
    case storageRead
    case storageWrite
    /// A wait for the same fetch by somebody else, or the fetch itself where nobody else is at it.
    case flight
    /// The same, with a lock that several processes share.
    case lock
    /// A wait for a worker that fetches.
    case pool
    /// The fetch of a version with all its files, and their storing.
    case stash
    case fetch
    /// The question which versions there are.
    case listing
    case verification
    case poolWait
    case lockWait
    case flightWait

    /// Whether Athens begins a trace of its own with it.
    var beginsDetachedFetch: Bool {
        switch self {
        case .flight, .lock, .pool, .stash: true
        default: false
        }
    }

    private static let names: [String: SpanRole] = [
        "protocol.List": .protocolCall, "protocol.Latest": .protocolCall, "protocol.Info": .protocolCall,
        "protocol.GoMod": .protocolCall, "protocol.Zip": .protocolCall,
        "singleflight.Stash": .flight, "redis.Stash": .lock, "etcd.Stash": .lock, "gcslock.Stash": .lock,
        "azblobLock.Stash": .lock, "stash.Pool": .pool, "stasher.Stash": .stash,
        "goGetFetcher.Fetch": .fetch, "vcsLister.List": .listing,
        "fetch module": .fetch, "list versions": .listing, "resolve query": .listing,
        "verify checksum": .verification, "store module": .storageWrite, "read module": .storageRead,
        "wait pool": .poolWait, "wait lock": .lockWait, "wait flight": .flightWait,
    ]
    private static let storages: Set<Substring> = [
        "fs", "s3", "gcp", "minio", "mongo", "azureblob", "external",
    ]
    private static let reads: Set<Substring> = [
        "Info", "GoMod", "Zip", "List", "Exists", "Catalog", "open", "query",
    ]
    private static let writes: Set<Substring> = ["Save", "save", "upload", "UploadWithContext", "Delete"]

    init(kind: SpanKind, name: String) {
        switch kind {
        case .server:
            self = .server
        case .client where Self.names[name] == nil:
            self = .client
        default:
            self = Self.names[name] ?? Self.storage(name)
        }
    }

    /// What a storage of Athens does: `fs.Info`, `s3.upload`.
    private static func storage(_ name: String) -> SpanRole {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, storages.contains(parts[0]) else { return .other }
        return reads.contains(parts[1]) ? .storageRead : writes.contains(parts[1]) ? .storageWrite : .other
    }
}
