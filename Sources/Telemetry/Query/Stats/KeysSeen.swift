/// Which keys of a question some span may have.
struct KeysSeen: Sendable {
    /// Keys that some segment has.
    var seen: Set<SpanKey> = []
    /// Attributes of segments that lack a key, as questions write them.
    private(set) var others: Set<String> = []
    /// Whether what could not be read may have more.
    var isUncertain = false

    /// Takes up a segment.
    mutating func look(for keys: [SpanKey], in rows: SegmentRows) throws(StoreError) {
        var found: [SpanKey] = []
        for key in keys where try rows.mayHaveNormalized(key) { found.append(key) }
        if found.count < keys.count { others.formUnion(try rows.knownKeys()) }
        seen.formUnion(found)
    }

    mutating func formUnion(_ other: KeysSeen) {
        seen.formUnion(other.seen)
        others.formUnion(other.others)
        isUncertain = isUncertain || other.isUncertain
    }
}
