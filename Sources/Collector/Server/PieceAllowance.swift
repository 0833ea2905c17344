package import NIOCore

/// Tells who sends a great many pieces with next to nothing in them: chunks of a byte, frames that only cost time to look
/// at. One of them costs us some 0.5 µs and its sender nothing.
///
/// What is in the pieces pays for them, and so does time, so that slow senders and those that now and then say a word
/// about the connection never get there: only who sends thousands for which nothing pays does.
package struct PieceAllowance: Sendable {
    /// One for each four bytes, in quarters: senders put hundreds of bytes or more into each.
    private static let quartersPerPiece = 4
    /// What there is at first, and at the most: some milliseconds' worth of our time.
    package static let piecesMax = 4_096
    /// As many come in a second for nothing.
    package static let piecesPerSecond = 256

    /// In quarters of pieces; below 0 never.
    private var rest = Self.piecesMax * Self.quartersPerPiece
    private var refilled: NIODeadline

    package init(now: NIODeadline = .now()) { refilled = now }

    /// Counts what is worth something in itself: bytes of content, or, by their number, other pieces that belong to it.
    package mutating func earn(bytes: Int = 0, pieces: Int = 0) {
        let most = Self.piecesMax * Self.quartersPerPiece
        rest = min(most, rest + min(bytes, most) + min(pieces, Self.piecesMax) * Self.quartersPerPiece)
    }

    /// Counts a piece.
    /// - Parameter now: looked at only when nothing else is left
    /// - Returns: false when nothing paid for it
    package mutating func spend(now: @autoclosure () -> NIODeadline = .now()) -> Bool {
        if rest < Self.quartersPerPiece { refill(now()) }
        guard rest >= Self.quartersPerPiece else { return false }
        rest -= Self.quartersPerPiece
        return true
    }

    private mutating func refill(_ now: NIODeadline) {
        guard now > refilled else { return }
        let elapsed = (now - refilled).nanoseconds / Self.nanosPerPiece
        guard elapsed < Self.piecesMax else {
            refilled = now
            return earn(pieces: Self.piecesMax)
        }
        // What is left of the time counts for the next piece.
        refilled = refilled + .nanoseconds(elapsed * Self.nanosPerPiece)
        earn(pieces: Int(elapsed))
    }

    private static let nanosPerPiece = Int64(1_000_000_000 / piecesPerSecond)
}
