import TestSupport
import Testing

@Suite("Differences between documents are found")
struct JSONDifferencesTests {
    @Test(
        "a value that differs, is missing or stands elsewhere",
        arguments: [
            #"{"a":2}"#, #"{}"#, #"{"a":"1"}"#, #"{"a":1,"b":[1,3]}"#, #"{"a":1,"b":[2,1]}"#,
            #"{"a":1,"b":[1]}"#,
            #"{"a":1,"b":[1,2],"c":{"d":null}}"#, #"{"a":1,"b":[1,2],"c":{"d":1}}"#,
        ])
    func differenceIsFound(actual: String) throws {
        let expected = try JSONValue(parsing: #"{"a":1,"b":[1,2],"c":{"d":true}}"#)
        #expect(differences(expected: expected, actual: try JSONValue(parsing: actual)).count >= 1)
    }

    @Test("members that nobody expects and defaults that are left out are no differences")
    func moreIsAllowed() throws {
        let expected = try JSONValue(parsing: #"{"a":1,"b":[],"c":0,"d":"","e":null}"#)
        #expect(differences(expected: expected, actual: try JSONValue(parsing: #"{"a":1,"z":2}"#)) == [])
    }
}
