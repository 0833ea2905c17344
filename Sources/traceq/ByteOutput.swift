/// Output whose reader may be slow.
package struct ByteOutput {
    /// Whether 4096 bytes can be written without waiting.
    package var isReady: () -> Bool
    /// Writes all of the bytes, however long that takes.
    package var write: ([UInt8]) -> Void

    package init(isReady: @escaping () -> Bool, write: @escaping ([UInt8]) -> Void) {
        self.isReady = isReady
        self.write = write
    }
}
