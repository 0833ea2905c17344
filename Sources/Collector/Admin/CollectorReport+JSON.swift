import Telemetry

extension CollectorReport {
    /// What `status --format json` prints. Keys stay; times are RFC 3339 and nanoseconds, sizes bytes.
    var json: JSONNode {
        .object([
            JSONMember("schema", .string("traceq.status/1")),
            JSONMember("version", .string(version)),
            JSONMember("at", .string(at.rfc3339)),
            JSONMember("started_at", .string(startedAt.rfc3339)),
            JSONMember("up_ns", .integer(upNanos)),
            JSONMember("healthy", .bool(readiness.isHealthy)),
            JSONMember("ready", .bool(readiness.isReady)),
            JSONMember("reasons", .array(readiness.reasons.map(JSONNode.string))),
            JSONMember(
                "listeners",
                .array(
                    listeners.map {
                        .object([
                            JSONMember("protocol", .string($0.protocolName)),
                            JSONMember("address", .string($0.address)),
                        ])
                    })),
            JSONMember("accepted", .array(acceptedRows.map { Self.json($0.way, $0.accepted) })),
            JSONMember(
                "refused",
                .array(
                    refusedRows.map {
                        .object([
                            JSONMember("reason", .string($0.refused.reason)),
                            JSONMember("protocol", .string($0.refused.protocolName)),
                            JSONMember("count", .count($0.count)),
                        ])
                    })),
            JSONMember("stored_items", .count(storedItems)),
            JSONMember("answers", Self.json(counters.answerTime)),
            JSONMember(
                "events",
                .object(
                    CollectorEvent.allCases.map { JSONMember($0.rawValue, .count(counters.events[$0] ?? 0)) })
            ),
            JSONMember(
                "sources",
                .array(
                    counters.sources.sorted { $0.key < $1.key }.map { name, counts in
                        .object([JSONMember("source", .string(name))] + Self.members(counts))
                    })),
            JSONMember("connections", .count(connections)),
            JSONMember("connections_max", .count(connectionsMax)),
            JSONMember("in_flight_bytes", .count(inFlightBytes)),
            JSONMember("in_flight_bytes_max", .count(inFlightBytesMax)),
            JSONMember("store", storeJSON),
            JSONMember("process", processJSON),
            JSONMember("notifications", counters.notifications?.json ?? .null),
        ])
    }

    private static func json(
        _ way: CollectorCounters.Way, _ accepted: CollectorCounters.Accepted
    ) -> JSONNode {
        .object([
            JSONMember("signal", .string(way.signal.name)),
            JSONMember("protocol", .string(way.protocolName)),
            JSONMember("requests", .count(accepted.requests)),
            JSONMember("repeated_requests", .count(accepted.repeatedRequests)),
            JSONMember("items", .count(accepted.items)),
            JSONMember("rejected_items", .count(accepted.rejectedItems)),
            JSONMember("body_bytes", .count(accepted.bodyBytes)),
        ])
    }

    static func members(_ counts: SourceCounts) -> [JSONMember] {
        [
            JSONMember("requests", .count(counts.requests)),
            JSONMember("items", .count(counts.items)),
            JSONMember("rejected_items", .count(counts.rejectedItems)),
            JSONMember("refused", .count(counts.refusals)),
            JSONMember("body_bytes", .count(counts.bodyBytes)),
        ]
    }

    private static func json(_ snapshot: LatencyHistogram.Snapshot) -> JSONNode {
        func quantile(_ part: Double) -> JSONNode {
            snapshot.quantileNanos(part).map(JSONNode.integer) ?? .null
        }
        return .object([
            JSONMember("count", .count(snapshot.count)),
            JSONMember("sum_ns", .count(snapshot.sumNanos)),
            JSONMember("p50_at_most_ns", quantile(0.5)),
            JSONMember("p99_at_most_ns", quantile(0.99)),
        ])
    }

    private var storeJSON: JSONNode {
        .object([
            JSONMember("path", .string(store.path)),
            JSONMember("available", .bool(store.outage == nil)),
            JSONMember("outage_cause", store.outage.map { .string($0.cause) } ?? .null),
            JSONMember("outage_message", store.outage.map { .string($0.message) } ?? .null),
            JSONMember("queue_bytes", .count(store.queueBytes)),
            JSONMember("queue_bytes_max", .count(store.queueBytesMax)),
            JSONMember("unsealed_bytes", .count(store.unsealedBytes)),
            JSONMember("commits", Self.json(store.commits)),
            JSONMember("committed_bytes", .count(store.committedBytes)),
            JSONMember("failed_commits", .count(store.failedCommits)),
            JSONMember("seals", Self.json(store.seals)),
            JSONMember("sealed_segments", .count(store.sealedSegments)),
            JSONMember("sealed_items", .count(store.sealedItems.total)),
            JSONMember("sealed_bytes", .count(store.sealedBytes)),
            JSONMember("duplicate_items", .count(store.duplicateItems.total)),
            JSONMember("merges", .count(store.merges)),
            JSONMember("merged_segments", .count(store.mergedSegments)),
            JSONMember("merge_cpu_ns", .count(store.mergeCPUNanos)),
            JSONMember("expired_segments", .count(store.expiredSegments)),
            JSONMember("expired_items", .count(store.expiredItems)),
            JSONMember("database_bytes", .integer(store.databaseBytes)),
            JSONMember("database_bytes_max", store.databaseBytesMax.map(JSONNode.integer) ?? .null),
            JSONMember("log_bytes", .integer(store.logBytes)),
            JSONMember("disk_free_bytes", store.freeBytes.map(JSONNode.integer) ?? .null),
            JSONMember("retain_ns", store.retainNanos.map(JSONNode.integer) ?? .null),
        ])
    }

    private var processJSON: JSONNode {
        .object([
            JSONMember("resident_bytes", process.residentBytes.map(JSONNode.count) ?? .null),
            JSONMember("cpu_seconds", process.cpuSeconds.map(JSONNode.double) ?? .null),
            JSONMember("open_files", process.openFiles.map(JSONNode.count) ?? .null),
            JSONMember("open_files_max", process.openFilesMax.map(JSONNode.count) ?? .null),
        ])
    }
}

extension JSONNode {
    static func count(_ value: Int) -> JSONNode { .integer(Int64(value)) }
}
