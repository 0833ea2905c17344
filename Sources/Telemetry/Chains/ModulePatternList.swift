/// A list of module patterns, as GOPRIVATE, GONOPROXY, GONOSUMDB and GOINSECURE have them
/// (pkg.go.dev/golang.org/x/mod/module#MatchPrefixPatterns): separated by commas; a pattern of n path elements is held
/// against the first n elements of a module's path.
package struct ModulePatternList: Hashable, Sendable {
    package struct Pattern: Hashable, Sendable {
        /// As it is compared: without a slash at its end.
        package var text: String
        /// Where it stands in the list, in Unicode scalars from 0.
        package var place: Range<Int>
        /// Nil for one that is broken: Go takes it, and finds it in no module.
        var pattern: PathPattern?

        /// Of a pattern that was copied from the address of a repository, user name and password; in Unicode scalars from
        /// 0. Nil for none, and for `git`, which is nobody's.
        var secret: Range<Int>? {
            guard let place = GoProxyAddress.possibleCredentials(in: text) else { return nil }
            let scalars = text.unicodeScalars
            return scalars.dropFirst(place.lowerBound).prefix(place.count).elementsEqual("git".unicodeScalars)
                ? nil : place
        }

        /// As it was written, without a password.
        package var shownText: String {
            guard let secret else { return text }
            let scalars = text.unicodeScalars
            return String(scalars.prefix(secret.lowerBound)) + GoProxyList.hiddenText
                + String(scalars.dropFirst(secret.upperBound))
        }

        /// Whether it can never be found.
        package var isBroken: Bool { pattern == nil }
        /// Whether it is nothing, as between two commas; Go passes over it.
        package var isEmpty: Bool { text.isEmpty }
        /// Whether it begins or ends with a space, which Go takes for a part of it.
        package var isSpaced: Bool {
            for byte in [text.utf8.first, text.utf8.last] where byte == 0x20 || byte == 0x09 { return true }
            return false
        }

        var elementCount: Int { text.utf8.count { $0 == UInt8(ascii: "/") } + 1 }

        func matches(_ module: String) -> Bool {
            guard let pattern, !isEmpty, let prefix = Self.prefix(of: module, elements: elementCount) else {
                return false
            }
            return pattern.matches(prefix)
        }

        /// The first elements of a path; nil when it has fewer.
        private static func prefix(of path: String, elements: Int) -> Substring? {
            var left = elements
            for index in path.utf8.indices where path.utf8[index] == UInt8(ascii: "/") {
                left -= 1
                if left == 0 { return path[..<index] }
            }
            return left == 1 ? path[...] : nil
        }

        /// Whether whatever another pattern matches is matched by this one, as far as can be told from the two: each
        /// element is the same, is `*` alone here, or is plain there and matched here.
        func covers(_ other: Pattern) -> Bool {
            guard !isBroken, !other.isBroken, !isEmpty, elementCount <= other.elementCount else {
                return false
            }
            let own = text.split(separator: "/", omittingEmptySubsequences: false)
            let others = other.text.split(separator: "/", omittingEmptySubsequences: false)
            return zip(own, others).allSatisfy { own, other in
                if own == other || own == "*" { return true }
                guard let plain = PathPattern(other)?.plainText else { return false }
                return PathPattern(own)?.matches(plain) ?? false
            }
        }
    }

    /// As it was written.
    package let text: String
    package let patterns: [Pattern]

    package init(_ text: String) {
        self.text = text
        var patterns: [Pattern] = []
        var start = 0
        // Without a text there is no pattern, and not an empty one.
        for part in text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false) {
            let end = start + part.unicodeScalars.count
            var written = part
            if written.hasSuffix("/") { written.removeLast() }
            patterns.append(
                Pattern(text: String(written), place: start..<end, pattern: PathPattern(written)))
            start = end + 1
        }
        self.patterns = patterns
    }

    /// What is not to be shown, in Unicode scalars from 0, in order and apart from each other.
    package var secrets: [Range<Int>] {
        patterns.compactMap { pattern in
            let start = pattern.place.lowerBound
            return pattern.secret.map { start + $0.lowerBound..<start + $0.upperBound }
        }
    }

    /// As it was written, without passwords.
    package var shownText: String {
        secrets.isEmpty ? text : patterns.map(\.shownText).joined(separator: ",")
    }

    /// Whether it names anything.
    package var isEmpty: Bool { patterns.allSatisfy(\.isEmpty) }

    /// Whether a module is one of those that the list names.
    package func matches(_ module: String) -> Bool { patterns.contains { $0.matches(module) } }

    /// The pattern that names a module.
    package func pattern(matching module: String) -> Pattern? { patterns.first { $0.matches(module) } }

    /// Whether whatever a pattern matches is matched by one of the list, as far as can be told.
    package func covers(_ pattern: Pattern) -> Bool { patterns.contains { $0.covers(pattern) } }
}
