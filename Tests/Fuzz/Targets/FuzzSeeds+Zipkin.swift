extension FuzzSeeds {
    /// Bodies of Zipkin's version 2.
    static var zipkin: [[UInt8]] {
        let server = """
            {"traceId":"5af7183fb1d4cf5f","id":"352bff9a74ca9ad2","parentId":"6b221d5bc9e6496c","name":"get /api",
            "kind":"SERVER","timestamp":1556604172355737,"duration":1431,"shared":true,"debug":null,
            "localEndpoint":{"serviceName":"backend","ipv4":"192.168.99.1","port":3306},
            "remoteEndpoint":{"ipv6":"2001:db8::c001","port":"58648"},
            "annotations":[{"timestamp":1556604172355838,"value":"foo"},null],
            "tags":{"http.method":"GET","error":"no\\u0020room","otel.status_code":"ERROR","n":1.5,"b":false,
            "otel.scope.name":"s","otel.dropped_events_count":"3"}}
            """
        let client =
            #"{"traceId":"463ac35c9f6413ad48485a3953bb6124","id":"A2FB4A1D1A96D312","kind":"CLIENT"}"#
        return ["[]", "[\(client)]", "[\(server),\(client)]"].map { Array($0.utf8) }
    }
}
