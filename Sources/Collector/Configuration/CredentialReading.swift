import Configuration
import Telemetry

/// Reads `authentication.tokens` and `authentication.users`.
enum CredentialReading {
    /// Tokens and users, each: rotation and a name for each node of a large fleet. All of them are compared for each
    /// request.
    private static let credentialsMax = 4_096
    /// A shorter token could be guessed; `openssl rand -hex 32` makes one of 64.
    private static let tokenBytes = 16...4_096
    private static let passwordBytes = 8...1_024

    /// How the two lists differ.
    private struct Form {
        var scheme: Credential.Scheme
        var path: String
        var secretField: String

        init(_ scheme: Credential.Scheme) {
            self.scheme = scheme
            switch scheme {
            case .bearer: (path, secretField) = ("authentication.tokens", "token")
            case .basic: (path, secretField) = ("authentication.users", "password")
            }
        }

        var fields: [String] { ["name", secretField, "expires"] }
    }

    static func key(_ scheme: Credential.Scheme) -> ConfigKey {
        let form = Form(scheme)
        return ConfigKey(
            path: form.path,
            read: { node, reader in read(node, form, &reader) },
            text: { config in
                let lines = config.settings.credentials.filter { $0.scheme == scheme }.flatMap {
                    credential in
                    ["- name: \(ConfigText.text(credential.name))"]
                        + ["  \(form.secretField): \(ConfigText.text(credential.reference))"]
                        + (credential.expires.map { ["  expires: \(ConfigText.text($0.rfc3339))"] } ?? [])
                }
                return lines.isEmpty ? .value("[]") : .block(lines)
            })
    }

    private static func read(_ node: ConfigNode, _ form: Form, _ reader: inout ConfigReader) {
        guard let items = reader.items(node, of: form.path) else { return }
        guard items.count <= credentialsMax else {
            reader.report(
                node.position, "\(form.path) has \(items.count) items: at most \(credentialsMax) are taken")
            return
        }
        for item in items {
            guard let credential = credential(item, form, &reader) else { continue }
            if reader.config.settings.credentials.contains(where: { $0.name == credential.name }) {
                reader.report(
                    item.position,
                    "the name \"\(LogLine.escaped(credential.name))\" is that of another token or user: names tell "
                        + "senders apart, give each its own")
            } else if reader.config.settings.credentials.contains(where: {
                $0.scheme == credential.scheme && $0.secret.matches(credential.secret.bytes)
            }) {
                reader.report(
                    item.position, "this is the same \(form.secretField) as another one: make a new one")
            } else {
                reader.config.settings.credentials.append(credential)
                reader.credentialPlaces[credential.name] = item.position
            }
        }
    }

    /// Nil, and reported, when something is missing or wrong.
    private static func credential(
        _ item: ConfigNode, _ form: Form, _ reader: inout ConfigReader
    ) -> Credential? {
        guard let fields = reader.fields(item, of: form.path, known: form.fields) else { return nil }
        let name = name(fields["name"], item, form, &reader)
        let secret = secret(fields[form.secretField], item, form, &reader)
        var expires: UnixNanos?
        if let node = fields["expires"], !node.isEmpty {
            expires = reader.value(
                node, of: "expires",
                expected: "give a day or a time with its zone, like 2027-01-31 or 2027-01-31T12:00:00Z", time)
            if expires == nil { return nil }
        }
        guard let name, let secret else { return nil }
        var credential =
            form.scheme == .bearer
            ? Credential(name: name, token: secret, expires: expires)
            : Credential(user: name, password: secret, expires: expires)
        if case .scalar(let reference, _)? = fields[form.secretField]?.content {
            credential.reference = reference
        }
        return credential
    }

    private static func name(
        _ node: ConfigNode?, _ item: ConfigNode, _ form: Form, _ reader: inout ConfigReader
    ) -> String? {
        guard let node, !node.isEmpty else {
            reader.report(item.position, "an item of \(form.path) has no name: senders are known by it")
            return nil
        }
        guard reader.isWrittenOut(node, of: "name") else { return nil }
        return reader.value(
            node, of: "name", expected: "give 1 to 64 letters, digits and the signs . _ - @"
        ) { text in
            let isName = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: Array("._-@".utf8).contains(byte)
                }
            }
            return isName && (1...64).contains(text.utf8.count) ? text : nil
        }
    }

    private static func secret(
        _ node: ConfigNode?, _ item: ConfigNode, _ form: Form, _ reader: inout ConfigReader
    ) -> Secret? {
        guard let node, !node.isEmpty else {
            reader.report(
                item.position,
                "an item of \(form.path) has no \(form.secretField): write \(form.secretField): "
                    + "${file:PATH} or ${NAME}")
            return nil
        }
        guard let secret = reader.secret(node, of: form.secretField) else { return nil }
        let lengths = form.scheme == .bearer ? tokenBytes : passwordBytes
        guard lengths.contains(secret.bytes.count) else {
            reader.report(
                node.position,
                "the \(form.secretField) has \(secret.bytes.count) bytes: it needs \(lengths.lowerBound) to "
                    + "\(lengths.upperBound), as openssl rand -hex 32 makes one")
            return nil
        }
        guard form.scheme == .basic || secret.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            reader.report(
                node.position,
                "the token has spaces, line ends or other characters that a header cannot carry: use letters, "
                    + "digits and signs in one line")
            return nil
        }
        return secret
    }

    /// A day, in UTC, or a time with its zone.
    private static func time(_ text: String) -> UnixNanos? {
        guard let time = try? TimeExpression(parsing: text) else { return nil }
        switch time {
        case .absolute, .local: return time.resolve(now: UnixNanos.now(), zone: .utc)
        case .fromNow, .timeOfDay, .midnight: return nil
        }
    }
}
