/// What of a list nobody is to see. All that shows a list, or a part of one, goes by what is found here.
extension GoProxyList {
    /// What stands for what is not shown.
    static let hiddenText = "REDACTED"

    /// Finds what may be a secret, and marks the elements that have it.
    ///
    /// A password that was not escaped may hold what separates elements. What stands before it then reads as an element
    /// of its own, and a part of the password as that one's host or port: names of hosts without a dot, before one with a
    /// user name and without a scheme, are taken for parts of the user name and the password.
    ///
    /// - Returns: places in the list, in Unicode scalars from 0, in order and apart from each other
    static func hideSecrets(of elements: inout [Element]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for index in elements.indices {
            for part in ownSecrets(of: elements, at: index) {
                let begin = elements[index].place.lowerBound
                var place = begin + part.lowerBound..<begin + part.upperBound
                elements[index].hasSecret = true
                if part != elements[index].query {
                    if part != elements[index].address?.credentials { elements[index].hideName() }
                    if let start = beginning(ofSecretBefore: index, in: elements) {
                        place = start.place..<place.upperBound
                        for number in start.element..<index { elements[number].hideName() }
                    }
                }
                found.append(place)
            }
            if index > 0, elements[index].meaning == .wrong(.reservedWord), elements[index - 1].query != nil,
                !elements[index].hasSecret
            {
                // The rest of a query with a comma.
                found.append(elements[index].place)
                elements[index].hasSecret = true
            }
        }
        return united(found)
    }

    private static func ownSecrets(of elements: [Element], at index: Int) -> [Range<Int>] {
        let element = elements[index]
        // An @ may be a part of a path, but not of one that looks like the end of a password.
        guard let address = element.address, !element.mayBePartOfSecret,
            address.credentials != nil || beginning(ofSecretBefore: index, in: elements) == nil
        else { return GoProxyAddress.possibleSecrets(in: element.text) }
        return [address.credentials, element.query].compactMap(\.self)
    }

    /// Where a user name and a password begin that go on in an element; nil where they begin there.
    private static func beginning(
        ofSecretBefore index: Int, in elements: [Element]
    ) -> (element: Int, place: Int)? {
        guard !elements[index].hasScheme, elements[index].text.utf8.contains(UInt8(ascii: "@")) else {
            return nil
        }
        var first: Int?
        for number in elements.indices[..<index].reversed() {
            let element = elements[number]
            if element.mayBePartOfSecret { first = number }
            // Nothing of a user name stands before a scheme, and another user name ends before its @.
            if element.hasScheme || element.text.utf8.contains(UInt8(ascii: "@")) { break }
        }
        return first.map { ($0, elements[$0].place.lowerBound + elements[$0].schemeCount) }
    }

    private static func united(_ places: [Range<Int>]) -> [Range<Int>] {
        var united: [Range<Int>] = []
        for place in places.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = united.last, place.lowerBound <= last.upperBound {
                united[united.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
            } else {
                united.append(place)
            }
        }
        return united
    }
}

extension GoProxyList.Element {
    /// How many characters its scheme takes, with what ends it; 0 without one.
    fileprivate var schemeCount: Int {
        guard let end = text.firstRange(of: "://")?.upperBound else { return text.hasPrefix("//") ? 2 : 0 }
        return text[..<end].unicodeScalars.count
    }

    fileprivate var hasScheme: Bool { schemeCount > 0 }

    /// Where a query or a fragment stands, in Unicode scalars of the text; of what is no address, behind what may be a
    /// password, which may have a `?` itself.
    var query: Range<Int>? {
        let isClear = address != nil && !mayBePartOfSecret
        let password = isClear ? nil : GoProxyAddress.possibleCredentials(in: text)
        return GoProxyAddress.query(in: text, from: password?.upperBound ?? 0)
    }

    /// Whether it is what is left of an address when a password has what separates elements or ends a host.
    fileprivate var mayBePartOfSecret: Bool {
        switch meaning {
        case .wrong: true
        case .proxy(let address):
            address.scheme != .file && !address.isLocal
                && !address.host.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
        case .direct, .off, .empty: false
        }
    }

    /// Its host is a part of a secret, or may be.
    fileprivate mutating func hideName() {
        hasSecret = true
        guard case .proxy(var address) = meaning else { return }
        address.isPartOfSecret = true
        meaning = .proxy(address)
    }
}
