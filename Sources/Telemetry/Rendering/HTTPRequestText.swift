import OTLPModel

/// What a span's attributes say about an HTTP request, in the words of a request line.
struct HTTPRequestText: Hashable {
    /// `GET /path`, `/path` or `GET`; empty when only the status is known. Safe to print.
    let request: String
    let status: Int?

    private let method: String?
    private let path: String?

    /// Nil for a span that is no HTTP request.
    /// - Parameter namesHost: whether a path that a client asks a host for begins with it: of what is no module's file, the
    ///   path alone does not tell whose it is
    init?(_ span: Span, namesHost: Bool = false) {
        let attributes = span.attributes
        let named = attributes.best(of: HTTPAttributes.method, read: HTTPAttributes.method)
        let told = attributes.best(of: HTTPAttributes.path) { value in
            if case .string(let text) = value { HTTPAttributes.path(text) } else { nil }
        }
        path =
            namesHost && span.kind == .client
            ? told.map { Self.isModuleFile($0) ? $0 : HTTPAttributes.host(of: attributes) + $0 } : told
        status = attributes.best(of: HTTPAttributes.status, read: HTTPAttributes.status)
        guard named != nil || path != nil || status != nil else { return nil }
        method = named ?? Self.method(inName: span.name)
        request = DisplayText.escaped([method, path].compactMap { $0 }.joined(separator: " "))
    }

    private static func isModuleFile(_ path: String) -> Bool {
        ModuleRequest(path)?.kind.isModuleRequest == true
    }

    /// The method of a name like `GET /path`: some emitters write it nowhere else.
    private static func method(inName name: String) -> String? {
        let word = String(name.prefix { $0 != " " })
        return ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].contains(word) ? word : nil
    }

    /// Whether a span's name says nothing that the request does not: the method, the path, both, or a
    /// route's pattern for the path.
    func covers(_ name: String) -> Bool {
        if name.isEmpty || name == method || name == path { return true }
        if let method, name == "HTTP \(method)" { return true }
        guard path != nil else { return false }
        return name.hasPrefix("/") || method.map { name.hasPrefix($0 + " /") } == true
    }
}

extension [KeyValue] {
    /// The value of the first of some keys that has a readable one.
    fileprivate func best<Value>(of keys: [String], read: (AnyValue) -> Value?) -> Value? {
        for key in keys {
            for attribute in self where attribute.key == key {
                if let value = read(attribute.value) { return value }
            }
        }
        return nil
    }
}
