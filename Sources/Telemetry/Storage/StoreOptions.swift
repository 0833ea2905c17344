/// How a store is run.
package struct StoreOptions: Sendable {
    /// When a commit counts as done.
    package enum Durability: String, Sendable, CaseIterable {
        /// The disk has it: survives power loss.
        case full
        /// The operating system has it: survives the end of the process, however it ends.
        case process
    }

    package var durability = Durability.full

    /// Bytes of encoded batches that may wait for the writer: 24 MiB, about 250,000 spans, is half a second of full
    /// load. Each batch is in memory a second time as it will be sealed, in about twice as many bytes.
    package var queueBytesMax = 24 << 20

    /// Bytes of encoded batches in one commit: 8 MiB are written in some 10 ms, so nobody waits long
    /// behind a large group.
    package var groupBytesMax = 8 << 20

    /// Spans that make a segment: 65,536. With 8,192 a span takes ten bytes more on disk; larger segments
    /// make looking up a trace slower.
    package var segmentSpans = 65_536

    /// Memory for spans that wait to be sealed, or are being sealed: 80 MiB, some eight segments. Beyond it the
    /// writer waits for the sealer and the queue fills up. More would not make a sealer faster that falls behind,
    /// and with it a saturated collector had 360 MiB where it may have 250.
    package var unsealedMemoryBytesMax = 80 << 20

    /// Spans wait at most this long in the journal: 10 s.
    package var sealAfterNanos: Int64 = 10_000_000_000

    /// Bytes that stay free on the file system, beside what the write-ahead log has yet to be moved into the file:
    /// 64 MiB. With less nothing more is taken, so that what is stored can still be sealed and the log be emptied.
    package var freeBytesMin: Int64 = 64 << 20

    /// How many bytes are free on the file system of a path; nil when it does not say.
    var freeBytes: @Sendable (String) -> Int64? = { FileStatus.freeBytes($0) }

    /// How long to wait before the file is tried again after it could not be written to: 1 s, doubled each time
    /// up to 8 s.
    package var retryDelayNanos: Int64 = 1_000_000_000

    /// How long spans are kept after they were sealed, in nanoseconds; nil: as long as there is room.
    package var retainNanos: Int64?

    /// How large the file may become, in bytes: the oldest segments go before that, and when there are none left,
    /// nothing more is taken; nil: as large as it will. The write-ahead log beside it is not counted.
    package var databaseBytesMax: Int64?

    /// How many bytes a request may take in the journal: nil where the file has no limit. A larger one would push out
    /// half of what is stored before it.
    var requestBytesMax: Int64? { databaseBytesMax.map { $0 / 2 } }

    /// How large the write-ahead log becomes before the writer waits for readers to let it begin anew, in bytes:
    /// 64 MiB. It is moved into the file when it has half of that.
    package var logBytesMax: Int64 = 64 << 20

    /// What time it is.
    package var clock: @Sendable () -> UnixNanos = { .now() }

    /// A clock that nobody sets, in nanoseconds: beside it, one sees the wall clock jump (`RetentionClock`).
    package var steadyClock: @Sendable () -> Int64 = { steadyNanos() }

    /// Slows commits down; nil outside tests.
    package var throttle = StoreThrottle.fromEnvironment

    /// Which segments are merged.
    var mergePlan = MergePlan()

    package init() {}

    /// Says which limits are in force.
    var limitsEvent: StoreEvent {
        StoreEvent(
            .info, "store.limits",
            [
                "retain": retainNanos.map { HumanUnits.duration($0) } ?? "none",
                "max_db_size": databaseBytesMax.map { HumanUnits.bytes($0) } ?? "none",
            ])
    }
}
