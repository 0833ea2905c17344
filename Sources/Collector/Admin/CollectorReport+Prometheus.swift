import Telemetry

extension CollectorReport {
    /// What `/metrics` answers. docs/collector.md lists every name.
    var prometheusText: String {
        var output = PrometheusText()
        writeProcess(to: &output)
        writeRequests(to: &output)
        writeSources(to: &output)
        writeStore(to: &output)
        writeUpkeep(to: &output)
        if let notifications = counters.notifications { notifications.write(to: &output) }
        return output.text
    }

    private func writeProcess(to output: inout PrometheusText) {
        output.metric("traceq_build_info", .gauge, "The version that runs; always 1.")
        output.sample("traceq_build_info", ["version": version], 1)
        output.single(
            "traceq_ready", .gauge, "1 when requests can be taken and stored.", readiness.isReady ? 1 : 0)
        output.single(
            "process_start_time_seconds", .gauge, "When the collector started, in seconds since 1970.",
            Double(startedAt.rawValue) / 1e9)
        output.single(
            "process_cpu_seconds_total", .counter, "Time that the processor worked for it.",
            process.cpuSeconds)
        output.single(
            "process_resident_memory_bytes", .gauge, "Memory that it has.", process.residentBytes)
        output.single("process_open_fds", .gauge, "Files and sockets that it has open.", process.openFiles)
        output.single("process_max_fds", .gauge, "How many it may have open.", process.openFilesMax)
        output.single(
            "traceq_connections", .gauge, "Open connections on the ports for telemetry.", connections)
        output.single("traceq_connections_max", .gauge, "How many are accepted.", connectionsMax)
        output.single("traceq_in_flight_bytes", .gauge, "Memory that requests hold.", inFlightBytes)
        output.single("traceq_in_flight_bytes_max", .gauge, "How much they may hold.", inFlightBytesMax)
    }

    private func writeRequests(to output: inout PrometheusText) {
        typealias Field = (name: String, help: String, value: (CollectorCounters.Accepted) -> Int)
        let fields: [Field] = [
            ("traceq_requests_accepted_total", "Requests answered with success.", { $0.requests }),
            (
                "traceq_requests_repeated_total", "Of these, those that were stored before.",
                { $0.repeatedRequests }
            ),
            (
                "traceq_items_accepted_total",
                "Spans, points and log records of requests that were not stored before.", { $0.items }
            ),
            ("traceq_items_rejected_total", "Items refused alone, by partial success.", { $0.rejectedItems }),
            ("traceq_request_body_bytes_total", "Bytes of accepted bodies, as they came.", { $0.bodyBytes }),
        ]
        for field in fields {
            output.metric(field.name, .counter, field.help)
            for (way, accepted) in acceptedRows {
                output.sample(
                    field.name, ["signal": way.signal.name, "protocol": way.protocolName],
                    field.value(accepted))
            }
        }
        output.metric("traceq_requests_refused_total", .counter, "Requests and connections refused.")
        for (refused, count) in refusedRows {
            output.sample(
                "traceq_requests_refused_total",
                ["reason": refused.reason, "protocol": refused.protocolName], count)
        }
        output.histogram(
            "traceq_request_duration_seconds", "From the last byte of a request to its answer.",
            counters.answerTime)
        output.metric("traceq_events_total", .counter, "What else was noticed.")
        for event in CollectorEvent.allCases {
            output.sample("traceq_events_total", ["event": event.rawValue], counters.events[event] ?? 0)
        }
    }

    private func writeSources(to output: inout PrometheusText) {
        typealias Field = (name: String, help: String, value: (SourceCounts) -> Int)
        let fields: [Field] = [
            ("traceq_source_requests_total", "Requests of a source answered with success.", { $0.requests }),
            (
                "traceq_source_items_total", "Items of a source, of requests that were not stored before.",
                { $0.items }
            ),
            ("traceq_source_items_rejected_total", "Items of a source refused alone.", { $0.rejectedItems }),
            ("traceq_source_body_bytes_total", "Bytes of accepted bodies of a source.", { $0.bodyBytes }),
            ("traceq_source_refused_total", "Requests and connections of a source refused.", { $0.refusals }),
        ]
        let sources = counters.sources.sorted { $0.key < $1.key }
        for field in fields {
            output.metric(field.name, .counter, field.help)
            for (name, counts) in sources {
                output.sample(field.name, ["source": name], field.value(counts))
            }
        }
    }

    private func writeStore(to output: inout PrometheusText) {
        output.single(
            "traceq_store_available", .gauge, "0 while nothing can be stored.", store.outage == nil ? 1 : 0)
        output.single(
            "traceq_queue_bytes", .gauge, "Encoded batches that wait for a commit.", store.queueBytes)
        output.single("traceq_queue_bytes_max", .gauge, "How much may wait.", store.queueBytesMax)
        output.single(
            "traceq_unsealed_bytes", .gauge, "Memory for what waits to be sealed.", store.unsealedBytes)
        output.histogram("traceq_commit_duration_seconds", "Commits of groups of requests.", store.commits)
        output.single(
            "traceq_commit_bytes_total", .counter, "Bytes committed to the journal.", store.committedBytes)
        output.single("traceq_commit_failures_total", .counter, "Commits that failed.", store.failedCommits)
        output.single("traceq_database_bytes", .gauge, "Size of the file.", Int(store.databaseBytes))
        output.single(
            "traceq_database_log_bytes", .gauge, "Size of the write-ahead log beside it.", Int(store.logBytes)
        )
        output.single(
            "traceq_database_bytes_max", .gauge, "How large the file may become.",
            store.databaseBytesMax.map { Int($0) })
        output.single(
            "traceq_disk_free_bytes", .gauge, "Free on its file system.", store.freeBytes.map { Int($0) })
    }

    private func writeUpkeep(to output: inout PrometheusText) {
        output.histogram("traceq_seal_duration_seconds", "Making segments from the journal.", store.seals)
        output.single(
            "traceq_sealed_segments_total", .counter, "Segments made from the journal.", store.sealedSegments)
        output.metric("traceq_sealed_items_total", .counter, "Items in these.")
        for signal in Signal.allCases {
            output.sample("traceq_sealed_items_total", ["signal": signal.name], store.sealedItems[signal])
        }
        output.single("traceq_sealed_bytes_total", .counter, "Bytes of these.", store.sealedBytes)
        output.metric(
            "traceq_duplicate_items_total", .counter, "Spans and points that came twice and were left out.")
        for signal in Signal.allCases {
            output.sample(
                "traceq_duplicate_items_total", ["signal": signal.name], store.duplicateItems[signal])
        }
        output.single("traceq_merges_total", .counter, "Merges of small segments.", store.merges)
        output.single(
            "traceq_merged_segments_total", .counter, "Segments that became part of others.",
            store.mergedSegments)
        output.single(
            "traceq_merge_cpu_seconds_total", .counter, "Time that the processor worked for merges.",
            Double(store.mergeCPUNanos) / 1e9)
        output.single(
            "traceq_expired_segments_total", .counter, "Segments that retention took out.",
            store.expiredSegments)
        output.single("traceq_expired_items_total", .counter, "Items in these.", store.expiredItems)
    }
}
