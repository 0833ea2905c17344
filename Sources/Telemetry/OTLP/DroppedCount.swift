/// Counts of what was left out of an item, as `dropped_attributes_count`: they have 32 bits in OTLP.
enum DroppedCount {
    /// What the sender left out and what was left out of it here; the largest number there is where it is more.
    static func sum(_ own: UInt64, _ more: UInt64) -> UInt64 {
        let most = UInt64(UInt32.max)
        return min(min(own, most) + min(more, most), most)
    }

    static func sum(_ own: UInt32, _ more: UInt64) -> UInt32 { UInt32(sum(UInt64(own), more)) }
}
