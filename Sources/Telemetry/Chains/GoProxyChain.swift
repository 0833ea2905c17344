/// Where the go command looks for a module: a GOPROXY list, and the modules that go past it (GONOPROXY).
package struct GoProxyChain: Hashable, Sendable {
    package var list: GoProxyList
    /// Modules that are never asked of a proxy.
    package var noProxy: ModulePatternList

    package init(list: GoProxyList, noProxy: ModulePatternList = ModulePatternList("")) {
        self.list = list
        self.noProxy = noProxy
    }

    /// One place to look.
    package struct Source: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case proxy(GoProxyAddress)
            /// The repository of the module.
            case direct
            /// The same, before all proxies and for modules of GONOPROXY alone.
            case noProxy
            case off
        }

        package var kind: Kind
        /// Which element of the list says so; nil for `noProxy`, which none does.
        package var element: Int?
        /// Whether any error leads on to the next one, and not only "not found".
        package var goesOnAfterErrors: Bool

        /// Whether it asks the module's own repository.
        package var isDirect: Bool { kind == .direct || kind == .noProxy }

        /// What reports call it: a proxy's host, and else the go command's own words.
        package var name: String {
            switch kind {
            case .proxy(let address): address.name
            case .direct: "direct"
            case .noProxy: "noproxy"
            case .off: "off"
            }
        }
    }

    /// Where a module is looked for, in order. A proxy that the module must not be asked of is not among them, and
    /// neither is what stands behind an element that is wrong.
    ///
    /// With a GONOPROXY that is not empty the go command puts an element of its own, `noproxy`, before the list, unless
    /// the list is nothing but `direct`. Each element says of a module that it is not for it that it was not found, so
    /// that the next one is asked.
    package func sources(for module: String) -> [Source] { sources(isPrivate: noProxy.matches(module)) }

    /// - Parameter isPrivate: whether GONOPROXY has the module
    func sources(isPrivate: Bool) -> [Source] {
        var sources: [Source] = []
        if isPrivate, list.text != "direct" {
            sources.append(Source(kind: .noProxy, element: nil, goesOnAfterErrors: false))
        }
        elements: for place in list.reachable {
            let element = list.elements[place]
            // What ends the list has no separator that counts.
            let goesOn = element.separator == .pipe && !element.endsList
            switch element.meaning {
            case .proxy(let address) where !isPrivate:
                sources.append(Source(kind: .proxy(address), element: place, goesOnAfterErrors: goesOn))
            case .direct:
                sources.append(Source(kind: .direct, element: place, goesOnAfterErrors: false))
            case .off where !isPrivate:
                sources.append(Source(kind: .off, element: place, goesOnAfterErrors: false))
            case .proxy, .off, .empty: break
            case .wrong: break elements
            }
        }
        // Without any element nothing is allowed.
        return sources.isEmpty ? [Source(kind: .off, element: nil, goesOnAfterErrors: false)] : sources
    }
}
