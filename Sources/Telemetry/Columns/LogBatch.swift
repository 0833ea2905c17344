/// Log records in columns, in the order they were read.
///
/// A record lies in the columns of a span: its time is the start, the time when it was observed the end, its severity the
/// kind, the name of its event the name; `FieldColumn` says what else. Its status is an error when its severity is. It
/// has no parent, and zeros for ids that it does not have. So what encodes, seals, merges and scans spans does it for
/// log records, but for one thing: records that look the same are not the same one, and all are kept.
package struct LogBatch: Sendable {
    package var rows: SpanBatch

    package var recordCount: Int { rows.spanCount }

    init(rows: SpanBatch) { self.rows = rows }

    /// The version of the encoding, its first byte.
    static let encodingVersion: UInt8 = 3

    /// The batch as bytes.
    package func encoded() -> [UInt8] { rows.encoded(as: Self.encodingVersion) }

    /// Reads a batch back.
    /// - Throws: `ByteReader.Damage` when the bytes are not an encoded batch of log records
    init(decoding reader: inout ByteReader) throws(ByteReader.Damage) {
        rows = try SpanBatch(decoding: &reader, as: Self.encodingVersion)
    }
}
