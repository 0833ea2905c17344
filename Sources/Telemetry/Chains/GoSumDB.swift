/// A value of GOSUMDB: which checksum database is asked about modules that go.sum does not know.
package enum GoSumDB: Hashable, Sendable {
    /// What the go command works by when nothing is set.
    package static let goDefault = "sum.golang.org"

    /// None at all.
    case off
    /// - Parameters:
    ///   - name: of the database: `sum.golang.org`
    ///   - address: where it is asked; nil for its name, by way of proxies that serve it
    case database(name: String, address: String?)
    case wrong(Fault)

    package enum Fault: Hashable, Sendable {
        /// More than a name with its key and an address.
        case tooManyWords
        /// A database that the go command does not know, without its key: `name+hash+key`.
        case noKey(String)
    }

    /// The address of the known database in China, which is a name for it as well.
    private static let chinaAddress = "sum.golang.google.cn"

    package init(_ text: String) {
        switch text {
        case "off": self = .off
        case "": self = .database(name: Self.goDefault, address: nil)
        case Self.chinaAddress:
            self = .database(name: Self.goDefault, address: "https://" + Self.chinaAddress)
        default: self.init(words: text.split(whereSeparator: \.isWhitespace).map(String.init))
        }
    }

    private init(words: [String]) {
        guard let first = words.first, words.count <= 2 else {
            self = .wrong(.tooManyWords)
            return
        }
        let parts = first.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 || first == Self.goDefault else {
            self = .wrong(.noKey(first))
            return
        }
        self = .database(name: String(parts[0]), address: words.count == 2 ? words[1] : nil)
    }
}
