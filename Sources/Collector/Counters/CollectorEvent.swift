/// What the collector counts beside requests: one number each, `traceq_events_total{event="…"}` on the admin port.
///
/// A new kind of event is a case here with a sentence that says what it means, and a call of `CollectorCounters.note`.
package enum CollectorEvent: String, Hashable, Sendable, CaseIterable {
    /// A connection was accepted, on any port for telemetry.
    case connectionOpened = "connection_opened"
    /// A connection was ended for standing still, between requests or in the head of one, or for its age.
    case connectionExpired = "connection_expired"
    /// A TLS handshake failed.
    case tlsHandshakeFailed = "tls_handshake_failed"
    /// A connection was ended for breaking the rules of HTTP/2, or for flooding within them.
    case http2Abuse = "http2_abuse"
    /// Strings came that were not UTF-8 and were mended.
    case textMended = "text_mended"
    /// A span or log record had more or longer values than what is kept, and the rest was left out.
    case valueCut = "value_cut"
    /// Points were of more series than their source may have, and went into one series or were refused.
    case seriesLimited = "series_limited"
    /// Attributes of one span, point or record had the same key; the last one stays.
    case duplicateKey = "duplicate_key"
    /// Secrets were taken out of values before they were stored.
    case valueRedacted = "value_redacted"
    /// The configuration was read again and taken over.
    case reloaded = "reloaded"
    /// The configuration was read again and refused; the one before stays.
    case reloadRefused = "reload_refused"
}
