import Testing

@testable import Telemetry

@Suite("Versions are compared by their numbers")
struct VersionOrderTests {
    @Test(
        "the left one is older",
        arguments: [
            ("1.9", "1.10"), ("go1.24", "go1.24.1"), ("v1.25.0-rc.1", "v1.25.0"), ("go1.25rc1", "go1.25"),
            ("1.0-rc.2", "1.0-rc.10"), ("1.0-alpha", "1.0-beta"), ("1.0-1", "1.0-a"), ("1.0-rc", "1.0-rc.1"),
            ("2", "99999999999999999999999999"), ("0.9", "v1"), ("1.2.3 linux", "1.2.4+build"),
        ])
    func older(left: String, right: String) throws {
        let (left, right) = (try #require(VersionOrder(left)), try #require(VersionOrder(right)))
        #expect(left < right && !(right < left) && left != right)
    }

    @Test(
        "these are the same",
        arguments: [("1.2", "v1.2.0"), ("1.02", "1.2"), ("1.2+a", "1.2+b"), ("0", "0.0")])
    func same(left: String, right: String) throws {
        let (left, right) = (try #require(VersionOrder(left)), try #require(VersionOrder(right)))
        #expect(left == right && left.hashValue == right.hashValue && !(left < right))
    }

    @Test("these are none", arguments: ["", "latest", "go", "v", "-1", "(devel)"])
    func none(text: String) { #expect(VersionOrder(text) == nil) }
}
