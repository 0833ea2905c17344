/// What is known about the spans of Athens, a Go module proxy (github.com/gomods/athens).
enum AthensSpans {
    /// Athens fetches a version that it lacks in the background, in a trace of its own whose root is one of
    /// these, one for each kind of lock that keeps two fetches of it apart. The request that caused it has its
    /// own trace and waits just as long.
    static let detachedStashRoots: Set<String> = [
        "singleflight.Stash", "redis.Stash", "etcd.Stash", "gcslock.Stash", "azblobLock.Stash",
    ]
}
