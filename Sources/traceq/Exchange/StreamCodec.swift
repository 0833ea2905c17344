/// What compresses a file or takes it apart again, a piece at a time: a piece goes in, and what it makes goes to
/// the end of `output`.
protocol StreamCodec: AnyObject {
    /// - Parameters:
    ///   - input: a piece, of which all is used unless `output` reaches `room` bytes first
    ///   - start: where the unused part of `input` begins; moved on
    ///   - room: how large `output` may get
    /// - Throws: `StreamCodecError` for what is not of this kind, or damaged
    func process(
        _ input: [UInt8], from start: inout Int, into output: inout [UInt8], room: Int
    ) throws(StreamCodecError)

    /// Ends the stream. What is left goes to the end of `output`.
    /// - Throws: `StreamCodecError` when the stream ends before it is whole
    func finish(into output: inout [UInt8]) throws(StreamCodecError)
}

/// A compressed stream that is not what it should be.
struct StreamCodecError: Error, Hashable {
    /// Lower case, one line.
    var message: String
}
