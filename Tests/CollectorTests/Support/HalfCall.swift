/// A request over HTTP/2 in two parts, on stream 1.
struct HalfCall {
    enum Kind {
        case grpc
        case http
    }

    let beginning: [UInt8]
    let end: [UInt8]

    init(_ kind: Kind, seed: UInt8 = 1) {
        let message = SampleRequest.protobuf(seed: seed)
        let body = kind == .grpc ? GRPCClient.framed(message) : message
        let head =
            switch kind {
            case .grpc:
                HTTP2Wire.request(stream: 1, path: GRPCClient.tracesPath, type: "application/grpc")
            case .http: HTTP2Wire.request(stream: 1, path: "/v1/traces", type: "application/x-protobuf")
            }
        beginning = head + HTTP2Wire.frame(HTTP2Wire.data, stream: 1, Array(body.prefix(7)))
        end = HTTP2Wire.frame(
            HTTP2Wire.data, flags: HTTP2Wire.endStream, stream: 1, Array(body.dropFirst(7)))
    }
}
