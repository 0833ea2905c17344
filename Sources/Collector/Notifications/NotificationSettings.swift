package import Telemetry

/// Who is told of incidents, and how they are looked for.
package struct NotificationSettings: Sendable {
    /// From the end of one evaluation to the begin of the next.
    package var intervalSeconds: Int64 = 60
    /// What each evaluation looks at: so much of the past, and what was before that tells what is normal.
    package var windowSeconds: Int64 = 3_600
    package var baselineSeconds: Int64 = 86_400
    /// After so many evaluations without it, one after another, an incident is over.
    package var resolveAfter = 3
    /// A page for people, such as a dashboard.
    package var link: String?
    package var webhooks: [Webhook] = []
    /// As they stand in the file.
    var privatePatterns: [String] = []
    /// Modules that public hosts are not to be asked for; empty where nobody says it: then none leaks.
    package var privateModules = PrivateModules([])
    /// Where clients are, as `routes.yaml` has it.
    package var clientRegions = ClientRegions()

    package init() {}
}

/// Somebody who is told of incidents over HTTP.
package struct Webhook: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// A document of our own: `traceq.notification/1`.
        case generic
        /// `POST /api/v2/alerts` of Prometheus' Alertmanager.
        case alertmanager
    }

    /// A header field that goes with each request.
    package struct Header: Sendable {
        package var name: String
        package var value: Secret
        /// As it stands in the file.
        var reference = ""

        package init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }
    }

    package var name: String
    package var kind: Kind
    package var address: WebhookAddress
    package var headers: [Header] = []
    /// Authorities in PEM, in place of those of the machine.
    package var authority: String?
    package var timeoutSeconds: Int64 = 10
    /// What is less grave is not told.
    package var severityMin = IncidentSeverity.info
    /// How URL and authority stand in the file.
    var addressReference = ""
    var authorityReference: String?
    var tokenReference: String?

    package init(name: String, kind: Kind, address: WebhookAddress) {
        self.name = name
        self.kind = kind
        self.address = address
    }
}
