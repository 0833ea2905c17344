/// One member of a JSON object.
package struct JSONMember: Hashable, Sendable {
    package var key: String
    package var value: JSONNode

    package init(_ key: String, _ value: JSONNode) {
        self.key = key
        self.value = value
    }
}
