/// What a batch or a segment holds. The numbers are stored as `segment.signal`, and are the first byte of a batch in
/// the journal.
package enum Signal: Int64, Hashable, Sendable, CaseIterable {
    case traces = 1
    case metrics = 2
    case logs = 3
}
