/// The flags that the Go SDK puts on its spans: sampled, and whether the parent came over the network.
enum SpanFlags {
    /// The parent, if any, is in the same process.
    static let sampledLocal: UInt32 = 0x101
    /// The parent's context came with the request.
    static let sampledRemote: UInt32 = 0x301
}
