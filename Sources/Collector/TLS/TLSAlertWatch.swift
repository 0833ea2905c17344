import NIOCore

/// Looks, before anything is decrypted, for an alert that came without encryption.
///
/// In TLS 1.3 a sender that does not trust the collector's certificate learns that when the collector expects
/// encrypted records already. OpenSSL, and what is built on it, then sends its alert as it is, and the library that
/// decrypts takes it for a record that is broken.
final class TLSAlertWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The types of records (RFC 8446, 5.1).
    private static let alertRecord: UInt8 = 21
    private static let applicationRecord: UInt8 = 23
    private static let headerBytes = 5
    /// Level and number. What is encrypted is longer.
    private static let alertBytes = 2

    /// What came; nil as long as nothing did.
    private(set) var alert: TLSAlert?
    /// The beginning of a record, up to its header and an alert's content.
    private var record: [UInt8] = []
    /// What is left of a record that is of no interest.
    private var bytesToSkip = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let isDone = take(unwrapInboundIn(data).readableBytesView)
        context.fireChannelRead(data)
        if isDone { context.pipeline.syncOperations.removeHandler(context: context, promise: nil) }
    }

    /// - Returns: whether nothing more is to be seen
    private func take(_ bytes: ByteBufferView) -> Bool {
        var rest = bytes[...]
        while let byte = rest.first {
            if bytesToSkip > 0 {
                let skipped = min(bytesToSkip, rest.count)
                bytesToSkip -= skipped
                rest = rest.dropFirst(skipped)
                continue
            }
            record.append(byte)
            rest = rest.dropFirst()
            if record.count == Self.headerBytes {
                // From then on all is encrypted.
                if record[0] == Self.applicationRecord { return true }
                let length = Int(record[3]) << 8 | Int(record[4])
                guard record[0] == Self.alertRecord, length == Self.alertBytes else {
                    bytesToSkip = length
                    record = []
                    continue
                }
            } else if record.count == Self.headerBytes + Self.alertBytes {
                alert = TLSAlert(number: record[Self.headerBytes + 1])
                return true
            }
        }
        return false
    }
}
