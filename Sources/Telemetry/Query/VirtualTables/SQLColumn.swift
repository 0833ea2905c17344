/// A column of a virtual table, for SQLite and for people.
package struct SQLColumn: Hashable, Sendable {
    package var name: String
    /// SQLite's word for its type.
    package var type: String
    package var meaning: String
    /// Left out of `SELECT *`.
    package var isHidden: Bool

    init(_ name: String, _ type: String, _ meaning: String, isHidden: Bool = false) {
        self.name = name
        self.type = type
        self.meaning = meaning
        self.isHidden = isHidden
    }
}

extension [SQLColumn] {
    /// What SQLite is told that the table looks like.
    var declaration: String {
        let columns = map { "\"\($0.name)\" \($0.type)" + ($0.isHidden ? " HIDDEN" : "") }
        return "CREATE TABLE x (" + columns.joined(separator: ", ") + ")"
    }
}
