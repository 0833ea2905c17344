import Configuration
import NIOSSL
import Telemetry

/// Reads `notifications.webhooks`.
enum WebhookReading {
    static let path = "notifications.webhooks"
    /// Each is posted to on its own.
    private static let webhooksMax = 16
    private static let headersMax = 16
    private static let fields = ["name", "kind", "url", "token", "headers", "ca", "timeout", "min_severity"]

    static let key = ConfigKey(
        path: path,
        read: { node, reader in read(node, &reader) },
        text: { config in
            let lines = config.notifications.webhooks.flatMap(lines)
            return lines.isEmpty ? .value("[]") : .block(lines)
        })

    private static func lines(_ webhook: Webhook) -> [String] {
        var lines = [
            "- name: \(ConfigText.text(webhook.name))", "  kind: \(webhook.kind.rawValue)",
            "  url: \(ConfigText.text(webhook.addressReference))",
        ]
        if let token = webhook.tokenReference { lines.append("  token: \(ConfigText.text(token))") }
        let headers = webhook.headers.filter { !$0.reference.isEmpty }
        if !headers.isEmpty {
            lines.append("  headers:")
            for header in headers {
                lines.append("    - name: \(ConfigText.text(header.name))")
                lines.append("      value: \(ConfigText.text(header.reference))")
            }
        }
        if let authority = webhook.authorityReference { lines.append("  ca: \(ConfigText.text(authority))") }
        lines.append("  timeout: \(ConfigText.duration(webhook.timeoutSeconds * 1_000_000_000))")
        lines.append("  min_severity: \(webhook.severityMin.rawValue)")
        return lines
    }

    private static func read(_ node: ConfigNode, _ reader: inout ConfigReader) {
        guard let items = reader.items(node, of: path) else { return }
        guard items.count <= webhooksMax else {
            return reader.report(
                node.position, "\(path) has \(items.count) items: at most \(webhooksMax) are taken")
        }
        for item in items {
            guard let webhook = webhook(item, &reader) else { continue }
            if reader.config.notifications.webhooks.contains(where: { $0.name == webhook.name }) {
                reader.report(
                    item.position,
                    "the name \"\(LogLine.escaped(webhook.name))\" is that of another webhook: what was told is "
                        + "remembered by it, give each its own")
            } else {
                reader.config.notifications.webhooks.append(webhook)
            }
        }
    }

    /// Nil, and reported, when something is missing or wrong.
    private static func webhook(_ item: ConfigNode, _ reader: inout ConfigReader) -> Webhook? {
        guard let fields = reader.fields(item, of: path, known: fields) else { return nil }
        let before = reader.problems.count
        let name = name(fields["name"], item, &reader)
        let kind = kind(fields["kind"], item, &reader)
        let address = address(fields["url"], item, &reader)
        guard let name, let kind, let address else { return nil }
        var webhook = Webhook(
            name: name, kind: kind,
            address: kind == .alertmanager ? address.appending("/api/v2/alerts") : address)
        webhook.addressReference = written(fields["url"])
        if let node = fields["token"], !node.isEmpty, let token = secret(node, "token", &reader) {
            webhook.tokenReference = written(node)
            webhook.headers.append(
                Webhook.Header(name: "authorization", value: token.prefixed("Bearer ")))
        }
        if let node = fields["headers"], !node.isEmpty { webhook.headers += headers(node, &reader) }
        if let node = fields["ca"], !node.isEmpty { authority(node, &webhook, &reader) }
        if let node = fields["timeout"], !node.isEmpty {
            webhook.timeoutSeconds =
                reader.value(node, of: "timeout", expected: "give whole seconds from 1s to 1m, like 10s") {
                    let second: Int64 = 1_000_000_000
                    guard let nanos = DurationExpression.nanoseconds($0), nanos % second == 0,
                        (1...60).contains(nanos / second)
                    else { return nil }
                    return nanos / second
                } ?? webhook.timeoutSeconds
        }
        if let node = fields["min_severity"], !node.isEmpty {
            webhook.severityMin =
                reader.value(node, of: "min_severity", expected: "give one of P1, P2, P3") {
                    IncidentSeverity(rawValue: $0)
                } ?? webhook.severityMin
        }
        return reader.problems.count == before ? webhook : nil
    }

    private static func written(_ node: ConfigNode?) -> String {
        guard case .scalar(let text, _)? = node?.content else { return "" }
        return text
    }

    private static func name(
        _ node: ConfigNode?, _ item: ConfigNode, _ reader: inout ConfigReader
    ) -> String? {
        guard let node, !node.isEmpty else {
            reader.report(item.position, "an item of \(path) has no name: logs and metrics know it by that")
            return nil
        }
        guard reader.isWrittenOut(node, of: "name") else { return nil }
        return reader.value(
            node, of: "name", expected: "give 1 to 64 letters, digits and the signs . _ - @"
        ) { text in
            let isName = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-@".contains($0)) }
            return isName && (1...64).contains(text.utf8.count) ? text : nil
        }
    }

    private static func kind(
        _ node: ConfigNode?, _ item: ConfigNode, _ reader: inout ConfigReader
    ) -> Webhook.Kind? {
        let words = Webhook.Kind.allCases.map(\.rawValue)
        guard let node, !node.isEmpty else {
            reader.report(
                item.position,
                "an item of \(path) has no kind: write kind: \(words.joined(separator: " or "))")
            return nil
        }
        return reader.value(node, of: "kind", expected: "give one of \(words.joined(separator: ", "))") {
            Webhook.Kind(rawValue: $0)
        }
    }

    private static func address(
        _ node: ConfigNode?, _ item: ConfigNode, _ reader: inout ConfigReader
    ) -> WebhookAddress? {
        guard let node, !node.isEmpty else {
            reader.report(item.position, "an item of \(path) has no url: write url: https://HOST/PATH")
            return nil
        }
        guard let text = reader.text(node, of: "url") else { return nil }
        if let address = WebhookAddress(text) { return address }
        // What may be a password is not shown.
        reader.report(
            node.position,
            text.contains("@")
                ? "url has a user name or a password: take it out, and write token or headers"
                : "url is \(reader.shown(node, text)): give http:// or https://, a host and a path")
        return nil
    }

    /// A secret that a header field can carry.
    private static func secret(
        _ node: ConfigNode, _ name: String, _ reader: inout ConfigReader
    ) -> Secret? {
        guard let secret = reader.secret(node, of: name) else { return nil }
        guard secret.bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), secret.bytes.count <= 4_096 else {
            reader.report(
                node.position,
                "\(name) has line ends or other characters that a header cannot carry, or more than 4096 of them"
            )
            return nil
        }
        return secret
    }

    private static func headers(_ node: ConfigNode, _ reader: inout ConfigReader) -> [Webhook.Header] {
        guard let items = reader.items(node, of: "headers") else { return [] }
        guard items.count <= headersMax else {
            reader.report(node.position, "headers has \(items.count) items: at most \(headersMax) are taken")
            return []
        }
        return items.compactMap { item in
            guard let fields = reader.fields(item, of: "headers", known: ["name", "value"]) else {
                return nil
            }
            guard let nameNode = fields["name"], let valueNode = fields["value"] else {
                reader.report(item.position, "an item of headers has a name and a value: write both")
                return nil
            }
            let own = ["host", "content-length", "content-type", "connection", "transfer-encoding"]
            let name = reader.value(
                nameNode, of: "name",
                expected: "give the name of a header field, and none of \(own.joined(separator: ", "))"
            ) { text in
                let isName =
                    !text.isEmpty
                    && text.allSatisfy {
                        $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")
                    }
                return isName && !own.contains(text.lowercased()) ? text : nil
            }
            guard let name, let value = secret(valueNode, "value", &reader) else { return nil }
            var header = Webhook.Header(name: name, value: value)
            header.reference = written(valueNode)
            return header
        }
    }

    private static func authority(
        _ node: ConfigNode, _ webhook: inout Webhook, _ reader: inout ConfigReader
    ) {
        guard let path = reader.text(node, of: "ca") else { return }
        do throws(ConfigValueError) {
            let text = try ReferencedFile.text(at: reader.substitution.absolute(path), isSecret: false)
            let count = (try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)).count) ?? 0
            guard count > 0 else {
                return reader.report(node.position, "ca: the file holds no certificate in PEM")
            }
            webhook.authority = text
            webhook.authorityReference = written(node)
        } catch {
            reader.report(node.position, "ca: \(error.message)")
        }
    }
}
