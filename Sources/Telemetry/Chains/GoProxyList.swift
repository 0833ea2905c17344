/// A GOPROXY list: where the go command looks for modules, one after another.
package struct GoProxyList: Hashable, Sendable {
    /// On what the go command goes on to the next element.
    package enum Separator: Character, Sendable {
        /// When this one says that it does not have the module: 404 or 410.
        case comma = ","
        /// After any error: a timeout, a refused connection, 500.
        case pipe = "|"
    }

    package enum Meaning: Hashable, Sendable {
        /// Nothing between two separators, which the go command passes over.
        case empty
        case proxy(GoProxyAddress)
        /// The repositories themselves.
        case direct
        /// Nothing more.
        case off
        /// The go command refuses the whole list for it.
        case wrong(GoProxyAddress.Fault)
    }

    package struct Element: Hashable, Sendable {
        /// As it was written, without spaces around it.
        package var text: String
        /// Where that is in the list, in Unicode scalars from 0.
        package var place: Range<Int>
        /// Where its separator is, or the list ends.
        package var end: Int
        package var meaning: Meaning
        /// What stands behind it; nil for the last one.
        package var separator: Separator?
        /// Whether something of it is not to be shown.
        package internal(set) var hasSecret = false

        package var address: GoProxyAddress? {
            if case .proxy(let address) = meaning { address } else { nil }
        }

        /// Whether nothing behind it is ever looked at.
        package var endsList: Bool { meaning == .direct || meaning == .off }

        /// What telemetry and people call it.
        package var name: String { address?.name ?? shownText }

        /// As it was written, unless there is a secret in it.
        package var shownText: String { hasSecret ? GoProxyList.hiddenText : text }
    }

    /// The list as telemetry and people call its elements, without paths, user names and passwords.
    package var shownText: String {
        elements.reduce(into: "") { $0 += $1.name + ($1.separator.map { String($0.rawValue) } ?? "") }
    }

    /// What the go command works by when nothing is set.
    package static let goDefault = "https://proxy.golang.org,direct"

    /// As it was written.
    package let text: String
    /// All that is between separators, also what is never looked at.
    package let elements: [Element]
    /// What is not to be shown: user names, passwords and queries, also in elements that are wrong, in Unicode scalars
    /// from 0, in order and apart from each other.
    package let secrets: [Range<Int>]

    package init(_ text: String) {
        self.text = text
        var elements: [Element] = []
        var element = ""
        var start = 0
        func end(_ separator: Separator?) {
            elements.append(Self.element(element, from: start, separator))
            start += element.unicodeScalars.count + 1
            element = ""
        }
        for scalar in text.unicodeScalars {
            if let separator = Separator(rawValue: Character(scalar)) {
                end(separator)
            } else {
                element.unicodeScalars.append(scalar)
            }
        }
        end(nil)
        secrets = Self.hideSecrets(of: &elements)
        self.elements = elements
    }

    private static func element(_ written: String, from start: Int, _ separator: Separator?) -> Element {
        let scalars = Array(written.unicodeScalars)
        let first = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.count
        let last = scalars.lastIndex { !$0.properties.isWhitespace } ?? first - 1
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[first..<(last + 1)])
        // Where there is nothing, the place is between the separators.
        let place = text.isEmpty ? start..<start : start + first..<start + last + 1
        return Element(
            text: text, place: place, end: start + scalars.count, meaning: meaning(text), separator: separator
        )
    }

    private static func meaning(_ text: String) -> Meaning {
        switch text {
        case "": return .empty
        case "direct": return .direct
        case "off": return .off
        default:
            do throws(GoProxyAddress.Fault) {
                return .proxy(try GoProxyAddress(text))
            } catch {
                return .wrong(error)
            }
        }
    }

    /// The places of the elements that the go command looks at: all but empty ones, up to the first `direct` or `off`.
    package var reachable: [Int] {
        let end = elements.firstIndex(where: \.endsList) ?? elements.count - 1
        return elements[...end].indices.filter { elements[$0].meaning != .empty }
    }

    /// Whether the go command takes the list. For the first of its elements that is wrong it does nothing at all; what
    /// stands behind `direct` or `off` is not read.
    package var isValid: Bool {
        !reachable.isEmpty
            && reachable.allSatisfy { if case .wrong = elements[$0].meaning { false } else { true } }
    }
}
