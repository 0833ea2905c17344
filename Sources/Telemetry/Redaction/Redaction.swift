/// What is taken out of telemetry before it is stored.
package struct Redaction: Hashable, Sendable {
    /// Whether user and password go that stand in URLs, `https://user:password@host/`.
    package var replacesUserInfo = true
    /// The keys of URL queries whose values go. Capitals do not matter.
    package var queryKeys = standardQueryKeys

    /// Nothing but secrets are values of these. The first four are those that OpenTelemetry's conventions name for
    /// `url.full` and `url.query`.
    package static let standardQueryKeys = [
        "AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature", "X-Amz-Signature", "X-Amz-Credential",
        "X-Amz-Security-Token", "access_token", "refresh_token", "id_token", "token", "auth_token",
        "private_token", "api_key", "apikey", "client_secret", "password", "passwd", "secret",
    ]

    /// Nothing is taken out.
    package static let none = {
        var redaction = Redaction()
        redaction.replacesUserInfo = false
        redaction.queryKeys = []
        return redaction
    }()

    package init() {}
}
