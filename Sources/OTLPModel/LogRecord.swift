/// One log record as OTLP carries it (`logs.v1.LogRecord`), nothing normalised.
///
/// Ids are the bytes that were sent, of whatever length.
package struct LogRecord: Hashable, Sendable {
    /// When it happened: nanoseconds since the Unix epoch, UTC, as sent; 0 when the source had no time.
    package var timeUnixNano: UInt64 = 0
    /// When it was seen by what collected it, as sent.
    package var observedTimeUnixNano: UInt64 = 0
    package var severityNumber = SeverityNumber.unspecified
    /// What the source calls the severity.
    package var severityText = ""
    package var body = AnyValue.empty
    package var attributes: [KeyValue] = []
    package var droppedAttributesCount: UInt32 = 0
    /// Bits 0 to 7: W3C trace flags.
    package var flags: UInt32 = 0
    /// 16 bytes, or none.
    package var traceID: [UInt8] = []
    /// 8 bytes, or none.
    package var spanID: [UInt8] = []
    /// What kind of event it is; empty when it is none.
    package var eventName = ""

    package init() {}
}

/// How severe a log record is (OTLP `SeverityNumber`): 1 to 24, four steps a level. Open: other numbers are kept.
package struct SeverityNumber: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = SeverityNumber(rawValue: 0)
    package static let info = SeverityNumber(rawValue: 9)
    /// The least severe of what counts as an error.
    package static let error = SeverityNumber(rawValue: 17)

    /// Whether it is an error or worse.
    package var isError: Bool { (17...24).contains(rawValue) }
}
