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
        /// A key that does not read as one, of a database so called.
        case key(String, KeyFault)
    }

    /// Why a key is none (golang.org/x/mod/sumdb/note#NewVerifier).
    package enum KeyFault: Hashable, Sendable {
        /// Nothing before the first `+`, or a space in it.
        case name
        /// The hash of name and key, which is eight hexadecimal digits.
        case hash
        /// The key itself, which is base64 with its padding.
        case base64
        /// Another kind of key than Ed25519: that begins with a byte 1.
        case algorithm
        /// A number of bytes that no key of Ed25519 has.
        case length(Int)
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
        if parts.count == 3, let fault = Self.fault(name: parts[0], hash: parts[1], key: parts[2]) {
            self = .wrong(.key(String(parts[0]), fault))
            return
        }
        self = .database(name: String(parts[0]), address: words.count == 2 ? words[1] : nil)
    }

    /// Bytes of a key of Ed25519, behind the one that says so.
    private static let keyBytes = 32

    private static func fault(name: Substring, hash: Substring, key: Substring) -> KeyFault? {
        guard !name.isEmpty else { return .name }
        guard hash.utf8.count == 8, hash.utf8.allSatisfy({ hexDigits.contains($0) }) else { return .hash }
        let digits = Array(key.utf8)
        let isStandard = digits.allSatisfy { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
        guard isStandard, digits.count % 4 == 0, let bytes = OTLPJSONBase64.decoded(digits),
            let first = bytes.first
        else { return .base64 }
        guard first == 1 else { return .algorithm }
        return bytes.count == keyBytes + 1 ? nil : .length(bytes.count - 1)
    }

    private static let hexDigits = Set("0123456789abcdefABCDEF".utf8)
}
