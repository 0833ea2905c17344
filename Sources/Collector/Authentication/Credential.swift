package import Telemetry

/// Something that a sender can prove to be somebody with.
package struct Credential: Sendable {
    package enum Scheme: String, Sendable {
        /// `Authorization: Bearer TOKEN`
        case bearer = "Bearer"
        /// `Authorization: Basic BASE64`, of `user:password`
        case basic = "Basic"
    }

    /// Who it stands for: in logs, quotas and counters. Not secret.
    package var name: String
    package var scheme: Scheme
    /// What follows the scheme in the header.
    package var secret: Secret
    /// Where the secret comes from, as the configuration says it: `${file:/etc/traceq/edge.token}`. Not secret.
    package var reference = Secret.placeholder
    /// It does not count from then on; nil: it does not expire.
    package var expires: UnixNanos?

    /// A bearer token.
    package init(name: String, token: Secret, expires: UnixNanos? = nil) {
        self.name = name
        scheme = .bearer
        secret = token
        self.expires = expires
    }

    /// A user with a password.
    package init(user: String, password: Secret, expires: UnixNanos? = nil) {
        name = user
        scheme = .basic
        secret = Secret(Base64.padded(Array(user.utf8) + [UInt8(ascii: ":")] + password.bytes))
        self.expires = expires
    }
}
