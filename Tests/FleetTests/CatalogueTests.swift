import Testing

@testable import fleetgen

@Suite("Catalogue of modules")
struct CatalogueTests {
    private let catalogue = Catalogue.standard

    @Test("hundreds of distinct module paths")
    func pathsAreDistinct() {
        #expect(catalogue.modules.count >= 400)
        #expect(Set(catalogue.modules.map(\.path)).count == catalogue.modules.count)
    }

    @Test("every module has distinct versions with files of some size")
    func versionsAreDistinct() {
        for module in catalogue.modules {
            #expect(Set(module.versions.map(\.version)).count == module.versions.count, "\(module.path)")
            #expect(module.versions.allSatisfy { $0.zipBytes >= 22 && $0.modBytes > 0 && $0.infoBytes > 0 })
        }
    }

    @Test("all shapes of versions and paths occur")
    func shapesOccur() {
        let versions = catalogue.modules.flatMap(\.versions).map(\.version)
        #expect(versions.contains { $0.hasSuffix("+incompatible") })
        #expect(versions.contains { $0.wholeMatch(of: /v0\.0\.0-\d{14}-[0-9a-f]{12}/) != nil })
        #expect(versions.contains { $0.wholeMatch(of: /v\d+\.\d+\.1-0\.\d{14}-[0-9a-f]{12}/) != nil })
        #expect(catalogue.modules.contains { $0.path.hasSuffix("/v2") })
        #expect(catalogue.toolchain.versions.contains { $0.version.hasSuffix(".linux-amd64") })
        for module in catalogue.modules where module.path.hasSuffix("/v2") {
            #expect(module.versions.allSatisfy { $0.version.hasPrefix("v2.") }, "\(module.path)")
        }
    }

    @Test("capitals are %21x on the wire and !x behind it")
    func capitalsAreEncoded() throws {
        let module = try #require(catalogue.modules.first { $0.path == "github.com/Azure/azure-sdk-for-go" })
        #expect(module.wirePath == "github.com/%21azure/azure-sdk-for-go")
        #expect(module.escapedPath == "github.com/!azure/azure-sdk-for-go")
        #expect(module.probedPrefixes == ["github.com", "github.com/Azure"])
        let target = RequestTarget.file(.zip, of: module.versions[0], in: module, rank: 0)
        #expect(target.wirePath == "/\(module.wirePath)/@v/\(module.versions[0].version).zip")
        #expect(RequestTarget.probe("github.com/Azure").wirePath == "/github.com/%21azure/@v/list")
    }

    @Test("tiles carry their number in groups of three, partial ones their width")
    func tilePaths() {
        #expect(
            RequestTarget.sumdbTile(level: 0, number: 70_359, width: 104).path
                == "/sumdb/sum.golang.org/tile/8/0/x070/359.p/104")
        let full = RequestTarget.sumdbTile(level: 1, number: 2, width: 256)
        #expect(full.path == "/sumdb/sum.golang.org/tile/8/1/x000/002")
        #expect(full.bytes == 8_192)
    }
}
