import CMalloc

/// How the C library keeps the memory of this process: for a program that takes in and lets go of megabytes
/// many times a second.
///
/// As it comes, glibc gives large blocks and the top of its heaps back to the system at once, and the kernel
/// clears every page anew when they are asked for again: a tenth of the time of ingest.
package enum HeapMemory {
    /// Larger blocks come from the system each time. 8 MiB: above what requests of 1,000 spans and their segments take; the
    /// bodies of larger ones would leave holes in the heaps, and those add up to 100 MiB under overload.
    private static let mappedBytesMin: Int32 = 8 << 20
    /// Above what a saturated collector has free at the top of a heap; each heap may keep as much.
    private static let trimmedBytesMin: Int32 = 16 << 20

    /// Memory is often freed by another thread than the one that asked for it, and stays with the heap of that one:
    /// as many heaps as threads that come and go would hold several times what is used.
    private static let heapsMax: Int32 = 4

    /// Keeps freed memory for the next request; `giveBack` is for quiet moments. For the start of a program.
    package static func keep() {
        mallopt(M_MMAP_THRESHOLD, mappedBytesMin)
        mallopt(M_TRIM_THRESHOLD, trimmedBytesMin)
        mallopt(M_ARENA_MAX, heapsMax)
    }

    /// What stays free at the top of a heap in quiet moments.
    private static let quietBytesMax: Int32 = 128 << 10

    /// Gives free memory back to the system. It takes some milliseconds.
    static func giveBack() {
        mallopt(M_TRIM_THRESHOLD, quietBytesMax)
        // Twice as many threads as heaps: whichever heap comes first, each has its turn.
        traceq_release_heap_tops(2 * heapsMax)
        mallopt(M_TRIM_THRESHOLD, trimmedBytesMin)
        malloc_trim(0)
    }
}
