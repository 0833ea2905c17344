/// A version of software, to be compared: `v1.24.3`, `go1.25rc1`, `2.10`, `1.4.0-beta.2`.
///
/// Numbers count as numbers, what is left away is 0, and what stands behind the numbers is older than nothing, as in
/// semantic versions; build metadata (`+…`) and what follows a space do not count.
package struct VersionOrder: Hashable, Sendable, Comparable {
    /// As it was written.
    package let text: String
    /// Digits without zeros in front: a number of any length.
    private let numbers: [String]
    private let pre: [String]

    /// - Returns: nil for what has no number where versions have one
    package init?(_ text: String) {
        self.text = text
        var rest = Substring(trimmingSpaces(text))
        if rest.hasPrefix("go") { rest = rest.dropFirst(2) }
        if rest.hasPrefix("v") || rest.hasPrefix("V") { rest = rest.dropFirst() }
        rest = rest.prefix { $0 != "+" && $0 != " " }
        var numbers: [String] = []
        while true {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { break }
            numbers.append(String(digits.drop { $0 == "0" }))
            rest = rest.dropFirst(digits.count)
            guard rest.first == ".", rest.dropFirst().first.map({ $0.isASCII && $0.isNumber }) == true else {
                break
            }
            rest = rest.dropFirst()
        }
        guard !numbers.isEmpty else { return nil }
        while numbers.last == "" { numbers.removeLast() }
        self.numbers = numbers
        pre = rest.split { ".-_".contains($0) }.map { part in
            Self.isNumber(part) ? String(part.drop { $0 == "0" }) : String(part)
        }
    }

    package static func < (left: VersionOrder, right: VersionOrder) -> Bool { left.place(to: right) < 0 }

    package static func == (left: VersionOrder, right: VersionOrder) -> Bool { left.place(to: right) == 0 }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(numbers)
        hasher.combine(pre)
    }

    private func place(to other: VersionOrder) -> Int {
        for index in 0..<max(numbers.count, other.numbers.count) {
            let place = Self.place(
                index < numbers.count ? numbers[index] : "",
                index < other.numbers.count ? other.numbers[index] : "")
            if place != 0 { return place }
        }
        if pre.isEmpty || other.pre.isEmpty {
            return pre.isEmpty == other.pre.isEmpty ? 0 : pre.isEmpty ? 1 : -1
        }
        for (own, theirs) in zip(pre, other.pre) where own != theirs {
            let (ownDigits, theirDigits) = (Self.isNumber(own), Self.isNumber(theirs))
            if ownDigits && theirDigits {
                return Self.place(own, theirs)
            } else if ownDigits != theirDigits {
                return ownDigits ? -1 : 1
            } else {
                return own < theirs ? -1 : 1
            }
        }
        return pre.count == other.pre.count ? 0 : pre.count < other.pre.count ? -1 : 1
    }

    private static func isNumber(_ text: some StringProtocol) -> Bool { text.utf8.allSatisfy(isDigit) }

    /// Of two numbers without zeros in front.
    private static func place(_ left: String, _ right: String) -> Int {
        if left.utf8.count != right.utf8.count { return left.utf8.count < right.utf8.count ? -1 : 1 }
        return left == right ? 0 : left < right ? -1 : 1
    }
}
