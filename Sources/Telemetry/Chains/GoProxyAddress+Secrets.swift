extension GoProxyAddress {
    /// What may be a secret in a word that need not be an address, in Unicode scalars from 0, in order and apart from each
    /// other: user name and password, and a query.
    package static func possibleSecrets(in word: String) -> [Range<Int>] {
        let credentials = possibleCredentials(in: word)
        let start = credentials?.upperBound ?? 0
        return [credentials, query(in: word, from: start)].compactMap(\.self)
    }

    /// A word that need not be an address, without what may be a secret.
    package static func shown(_ word: String) -> String {
        let scalars = word.unicodeScalars
        var text = ""
        var end = 0
        for secret in possibleSecrets(in: word) {
            text.unicodeScalars += scalars.dropFirst(end).prefix(secret.lowerBound - end)
            text += GoProxyList.hiddenText
            end = secret.upperBound
        }
        text.unicodeScalars += scalars.dropFirst(end)
        return text
    }

    /// Where user name and password may stand: up to the last `@`, since a password that was not escaped has any
    /// character. Nil without one.
    package static func possibleCredentials(in word: String) -> Range<Int>? {
        guard let at = word.lastIndex(of: "@") else { return nil }
        var begin = word.startIndex
        if let mark = word.firstRange(of: "://"), mark.upperBound <= at {
            begin = mark.upperBound
        } else if word.hasPrefix("//") {
            begin = word.index(begin, offsetBy: 2)
        } else if word.hasPrefix("/"), !word[..<at].contains(":") {
            // The path of a file, which may have an @.
            return nil
        }
        let start = word[..<begin].unicodeScalars.count
        let end = word[..<at].unicodeScalars.count
        return start < end ? start..<end : nil
    }

    /// Where a query or a fragment stands, without the sign before it: tokens do. Nil without one.
    static func query(in word: String, from start: Int = 0) -> Range<Int>? {
        let scalars = word.unicodeScalars
        var offset = 0
        for scalar in scalars {
            if offset >= start, scalar == "?" || scalar == "#" {
                let count = scalars.count
                return offset + 1 < count ? offset + 1..<count : nil
            }
            offset += 1
        }
        return nil
    }
}
