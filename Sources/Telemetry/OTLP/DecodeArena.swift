/// Memory for one unpacked message: a bump allocator with a cap, for libprotobuf-c.
///
/// Nothing is freed one by one; all of it goes with the arena. When the cap is reached an allocation
/// gives `nil`, which libprotobuf-c answers with a clean NULL of its own.
@safe
struct DecodeArena: ~Copyable {
    /// At an address of its own: C hands a pointer to it back at every allocation.
    @unsafe
    struct State {
        /// The newest chunk; each chunk begins with a pointer to the one before it.
        fileprivate var chunk: UnsafeMutableRawPointer?
        fileprivate var next: UnsafeMutableRawPointer?
        fileprivate var remaining = 0
        /// Bytes of all chunks.
        fileprivate var reserved = 0
        fileprivate let capacity: Int
        fileprivate var isExhausted = false
        fileprivate var allowance: MemoryAllowance?
        fileprivate var shortage: DecodeError?

        fileprivate init(capacity: Int, allowance: MemoryAllowance?) {
            unsafe self.capacity = capacity
            unsafe self.allowance = allowance
        }
    }

    /// The first chunk: one request of the usual size fits into a few of them.
    private static let smallestChunk = 64 << 10
    /// Chunks double up to here: few enough of them, and not much more reserved than used.
    private static let largestChunk = 8 << 20
    /// What libprotobuf-c stores is aligned to 8 bytes at the most.
    private static let alignment = 8

    /// Valid as long as the arena.
    let state: UnsafeMutablePointer<State>

    /// - Parameters:
    ///   - capacity: bytes that may be reserved at the most
    ///   - allowance: pays for each chunk
    init(capacity: Int, allowance: MemoryAllowance? = nil) {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(capacity: capacity, allowance: allowance))
    }

    deinit {
        var chunk = unsafe state.pointee.chunk
        while let current = unsafe chunk {
            unsafe chunk = current.load(as: UnsafeMutableRawPointer?.self)
            unsafe current.deallocate()
        }
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Whether an allocation was refused.
    var isExhausted: Bool { unsafe state.pointee.isExhausted }

    /// Why an allocation was refused although the cap would have allowed it.
    var shortage: DecodeError? { unsafe state.pointee.shortage }

    /// Bytes taken from the system, always at most `capacity`.
    var reservedBytes: Int { unsafe state.pointee.reserved }

    /// Memory for `size` bytes, or `nil` when the cap forbids it.
    static func allocate(_ size: Int, from state: UnsafeMutablePointer<State>) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= Int(Int32.max) else { return nil }
        let rounded = (max(size, 1) + alignment - 1) & ~(alignment - 1)
        if unsafe rounded > state.pointee.remaining {
            guard unsafe grow(state, for: rounded) else { return nil }
        }
        let result = unsafe state.pointee.next
        unsafe state.pointee.next = unsafe result.map { unsafe $0 + rounded }
        unsafe state.pointee.remaining -= rounded
        return unsafe result
    }

    /// Reserves a chunk with room for `size` bytes, or gives `false` when the cap or the allowance forbids it.
    private static func grow(_ state: UnsafeMutablePointer<State>, for size: Int) -> Bool {
        let header = unsafe MemoryLayout<UnsafeMutableRawPointer?>.size
        let wanted = unsafe max(size + header, min(max(state.pointee.reserved, smallestChunk), largestChunk))
        let allowed = unsafe state.pointee.capacity - state.pointee.reserved
        let bytes = min(wanted, allowed)
        guard bytes >= size + header else {
            unsafe state.pointee.isExhausted = true
            return false
        }
        let sum = unsafe state.pointee.reserved + bytes
        do throws(DecodeError) {
            // What is made of the messages takes about as much again.
            try unsafe state.pointee.allowance?.cover(2 * sum)
        } catch {
            unsafe state.pointee.shortage = error
            unsafe state.pointee.isExhausted = true
            return false
        }
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
        unsafe chunk.storeBytes(of: state.pointee.chunk, as: UnsafeMutableRawPointer?.self)
        unsafe state.pointee.chunk = unsafe chunk
        unsafe state.pointee.next = unsafe chunk + header
        unsafe state.pointee.remaining = bytes - header
        unsafe state.pointee.reserved += bytes
        return true
    }
}
