/// What the collector counts beside requests: one number each, `traceq_events_total{event="…"}` on the admin port.
///
/// A new kind of event is a case here with a sentence that says what it means, a call of `CollectorCounters.note`, and its
/// name in docs/collector.md.
package enum CollectorEvent: String, Hashable, Sendable, CaseIterable {
    /// A request had text that was not UTF-8 and was mended.
    case textMended = "text_mended"
    /// A request had attributes of one span, point or record with the same key; the last one counts.
    case duplicateKey = "duplicate_key"
    /// The configuration was read again and taken over.
    case reloaded = "reloaded"
    /// The configuration was read again and refused; the one before stays.
    case reloadRefused = "reload_refused"
}
