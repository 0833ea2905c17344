import OTLPModel
import TestSupport
import Testing

@testable import fleetgen

@Suite("The truth agrees with the spans that were emitted")
struct TruthTests {
    private static let truths = Dictionary(
        uniqueKeysWithValues: FieldSample.truth.requests.map { ($0.number, $0) })

    @Test("there is one line for each request, with its traces and what its outermost span says")
    func requests() throws {
        #expect(FieldSample.truth.requests.count == FieldSample.requests.count)
        for (exchange, spans) in FieldSample.requests {
            let truth = try #require(Self.truths[exchange.number])
            let first = spans[0].span
            #expect(truth.spanId == Hexadecimal.text(first.spanID))
            #expect(first.kind == .server)
            #expect(Set(truth.traceIds) == Set(spans.map { Hexadecimal.text($0.span.traceID) }))
            #expect(truth.traceIds[0] == Hexadecimal.text(first.traceID))
            #expect(truth.reportedStartNs == first.startTimeUnixNano)
            #expect(truth.reportedDurationNs == first.endTimeUnixNano - first.startTimeUnixNano)
            let size = ["http.response_content_length", "http.response.body.size"].lazy
                .compactMap { first.attributes.int(of: $0) }.first
            let text = first.attributes.string(of: "response_size").flatMap { Int64($0) }
            #expect(truth.reportedBodyBytes == size ?? text)
            #expect(truth.status == exchange.status)
            #expect(truth.path == exchange.target.wirePath)
            // nginx cuts both ends to whole milliseconds.
            let difference = Int64(truth.durationNs) - Int64(truth.reportedDurationNs)
            #expect(abs(difference) <= 1_000_000)
            let node = exchange.edge?.node ?? exchange.proxy?.node
            let start = node?.trueTime(of: first.startTimeUnixNano) ?? 0
            #expect(truth.startNs - start <= 1_000_000)
        }
    }

    @Test("module, version and kind are those of the path")
    func targets() {
        for truth in FieldSample.truth.requests {
            let module = CatalogueModule.escape(truth.module, marker: "%21")
            let version = CatalogueModule.escape(truth.version, marker: "%21")
            switch truth.kind {
            case "info", "mod", "zip": #expect(truth.path == "/\(module)/@v/\(version).\(truth.kind)")
            case "query": #expect(truth.path == "/\(module)/@v/\(version).info")
            case "list": #expect(truth.path == "/\(module)/@v/list")
            case "latest": #expect(truth.path == "/\(module)/@latest")
            case "sumdb_lookup":
                #expect(truth.path == "/sumdb/sum.golang.org/lookup/\(module)@\(truth.version)")
            default: #expect(truth.module.isEmpty && truth.version.isEmpty)
            }
        }
    }

    @Test("the stages of a request add up to the time that its client waited")
    func stages() {
        for truth in FieldSample.truth.requests {
            #expect(truth.stages.totalNs == truth.durationNs, "request \(truth.number)")
        }
    }

    @Test("stages are as long as the spans that show them")
    func stagesAndSpans() throws {
        var seen: [String: Int] = [:]
        for (exchange, spans) in FieldSample.requests {
            let truth = try #require(Self.truths[exchange.number])
            // What an edge gave up, or a proxy does behind the client's back, is not waited for.
            guard exchange.edge?.isOwnAnswer != true, let proxy = exchange.proxy,
                !proxy.node.setup.isAsynchronous
            else { continue }
            func nanos(_ name: String) -> UInt64 {
                spans.named(name).reduce(0) { $0 + $1.span.endTimeUnixNano - $1.span.startTimeUnixNano }
            }
            if truth.fetch?.isLeader == true {
                #expect(truth.stages.upstreamNs == nanos("goGetFetcher.Fetch"))
                #expect(truth.stages.storeNs == nanos("fs.Save") + nanos("minio.Save"))
                #expect(truth.stages.coalescedNs == 0)
                seen["leader", default: 0] += 1
            } else if truth.fetch != nil {
                #expect(truth.stages.coalescedNs == nanos("singleflight.Stash") + nanos("redis.Stash"))
                #expect(truth.stages.upstreamNs == 0)
                seen["waiter", default: 0] += 1
            } else if truth.kind == "list" || truth.kind == "latest" {
                #expect(truth.stages.upstreamNs == nanos("vcsLister.List"))
                seen["list", default: 0] += 1
            } else if truth.cache.proxy == "hit" {
                let name = ["info": "Info", "mod": "GoMod", "zip": "Zip"][truth.kind] ?? ""
                #expect(truth.stages.lookupNs == nanos("fs.\(name)") + nanos("minio.\(name)"))
                seen["hit", default: 0] += 1
            }
        }
        #expect(seen.count == 4 && seen.values.allSatisfy { $0 > 5 }, "\(seen)")
    }

    @Test("what caches did is what the spans show: words at the edge, reads at the proxy")
    func caches() throws {
        for (exchange, spans) in FieldSample.requests {
            let truth = try #require(Self.truths[exchange.number])
            if let word = spans[0].span.attributes.string(of: "nginx.upstream_cache_status") {
                #expect(truth.cache.edge == word.lowercased())
                #expect(truth.cache.edgeIsReported && truth.cache.clientFacing == truth.cache.edge)
            }
            let name = ["info": "Info", "mod": "GoMod", "zip": "Zip"][truth.kind]
            guard let name, let proxy = exchange.proxy, proxy.status == 200 else { continue }
            let reads = spans.named("fs.\(name)").count + spans.named("minio.\(name)").count
            #expect(
                truth.cache.proxy
                    == (reads == 1 ? "hit" : truth.fetch?.isLeader == true ? "miss" : "coalesced"))
        }
    }

    @Test("outcomes: healthy probes, what is not there, and errors that Caddy hides")
    func outcomes() {
        let counts = Dictionary(grouping: FieldSample.truth.requests, by: \.outcome).mapValues(\.count)
        #expect(Set(counts.keys).isSuperset(of: ["ok", "probe", "not_found"]), "\(counts)")
        for truth in FieldSample.truth.requests {
            switch truth.outcome {
            case "ok": #expect(truth.status == 200 && truth.reportedStatus == 200)
            case "probe", "not_found", "masked_timeout": #expect(truth.status == 404)
            case "false_200": #expect(truth.status >= 500 && truth.reportedStatus == 200)
            default: #expect(truth.status >= 499)
            }
        }
    }

    @Test("nodes: counts and ranks are those of the server spans that reach the collector")
    func nodes() throws {
        let truth = FieldSample.truth
        var durations: [String: [UInt64]] = [:]
        var delivered = 0
        for (exchange, spans) in FieldSample.requests {
            let line = try #require(Self.truths[exchange.number])
            for emitted in spans where emitted.span.kind == .server {
                let node = FieldSample.fleet.nodes[emitted.source]
                let arrives = node.kind == .athens ? line.proxyIsDelivered : line.edgeIsDelivered
                guard arrives == true else { continue }
                delivered += 1
                durations[node.instance, default: []].append(
                    emitted.span.endTimeUnixNano - emitted.span.startTimeUnixNano)
            }
        }
        #expect(delivered == truth.nodes.reduce(0) { $0 + $1.deliveredRequests })
        for node in truth.nodes {
            let sorted = (durations[node.instance] ?? []).sorted()
            #expect(node.deliveredRequests == sorted.count)
            #expect(node.statuses.values.reduce(0, +) == sorted.count)
            #expect(node.durationMaxNs == sorted.last)
            let median = sorted.isEmpty ? nil : sorted[(sorted.count + 1) / 2 - 1]
            #expect(node.durationP50Ns == median)
        }
    }

    @Test("sessions: no pause above 15 s inside, every one of the same client after such a pause")
    func sessions() {
        let truth = FieldSample.truth
        let clients = Dictionary(grouping: truth.sessions) { "\($0.clientAddress) \($0.userAgent)" }
        var returning = 0
        for sessions in clients.values {
            for (before, after) in zip(sessions, sessions.dropFirst()) {
                returning += 1
                #expect(after.startNs > before.startNs + before.durationNs + SessionTruth.gapNs)
            }
        }
        #expect(returning > 20)
        #expect(
            truth.sessions.reduce(0) { $0 + $1.requests }
                == truth.requests.filter { $0.clientAddress != nil }.count)
        #expect(truth.fetches.contains { $0.isCold } && truth.fetches.contains { !$0.isCold })
        #expect(truth.fetches.reduce(0) { $0 + $1.requests } > 1_000)
        // Modules of one run are fetched at the same time.
        let bySession = Dictionary(grouping: truth.fetches, by: \.session)
        #expect(
            bySession.values.contains { fetches in
                zip(fetches, fetches.dropFirst()).contains { $1.startNs < $0.startNs + $0.durationNs }
            })
    }

    @Test("mirrors: sessions take exactly as long in the mean as was asked for")
    func mirrors() throws {
        #expect(FieldSample.truth.mirrors.map(\.meanSessionNs) == [28_400_000_000, 6_200_000_000])
        #expect(FieldSample.truth.mirrors.allSatisfy { $0.sessions == MirrorTraffic.sessionCount })
        // The spans say the same: first start to last end, by client.
        for mirror in FieldSample.truth.mirrors {
            var extents: [String: (UInt64, UInt64)] = [:]
            for (exchange, spans) in FieldSample.requests
            where spans[0].span.attributes.string(of: "server.address") == mirror.host {
                let client = try #require(exchange.client?.address)
                let known = extents[client] ?? (.max, 0)
                extents[client] = (
                    min(known.0, spans[0].span.startTimeUnixNano), max(known.1, spans[0].span.endTimeUnixNano)
                )
            }
            let mean = extents.values.reduce(0.0) { $0 + Double($1.1 - $1.0) } / Double(extents.count)
            #expect(abs(mean - mirror.meanSessionNs) < 1)
        }
    }
}
