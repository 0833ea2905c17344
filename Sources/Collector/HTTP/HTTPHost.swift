/// The value of a `Host` header.
package enum HTTPHost {
    /// A name may be 253 characters long, a port has five and a colon.
    private static let bytesMax = 260
    /// What a host and a port may hold (RFC 3986, 3.2.2 and 3.2.3).
    private static let allowed = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=:[]".utf8)

    /// Whether it can be a host, with a port or without. It may be empty (RFC 9110, 7.2).
    package static func isValid(_ text: String) -> Bool {
        text.utf8.count <= bytesMax && text.utf8.allSatisfy(allowed.contains)
    }
}
