/// A column of a result.
package struct ResultColumn: Hashable, Sendable {
    /// What a column does when the terminal is too narrow for all of them.
    package enum Fit: Hashable, Sendable {
        /// Stays as wide as its widest cell: ids, times, numbers.
        case fixed
        /// Moves to a second line under its row.
        case movable
        /// Loses the middle of its text, and moves to the second line when that is not enough.
        case elastic
        /// Is left out, the lowest number first. Where leaving all of these out is not enough, the elastic ones lose
        /// the middle of their texts.
        case spare(Int)
        /// Keeps only so many of its first characters where all do not fit: the beginning of an id tells it, too.
        case shortened(Int)
        /// Is left out only where the others do not fit even so.
        case lastSpare
    }

    /// The name in JSON and CSV; nil for a column that only people see.
    package var key: String?
    /// The heading for people; nil for a column that only data formats have.
    package var title: String?
    package var fit: Fit
    package var alignsRight: Bool

    package init(key: String?, title: String?, fit: Fit = .fixed, alignsRight: Bool = false) {
        self.key = key
        self.title = title
        self.fit = fit
        self.alignsRight = alignsRight
    }
}
