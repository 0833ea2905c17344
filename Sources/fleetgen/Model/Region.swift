/// A place where clients, edge nodes and one proxy stand.
struct Region: Hashable, Sendable {
    /// The cloud provider's name, as in `cloud.region`.
    let name: String
    /// Three letters that host names carry.
    let site: String
    /// The second octet of the region's private networks, which also tells its clients' addresses.
    let octet: Int

    /// All regions that a fleet can have, in the order in which they are taken.
    static let all = [
        Region(name: "eu-central-1", site: "fra", octet: 10),
        Region(name: "us-east-1", site: "iad", octet: 20),
        Region(name: "cn-east-2", site: "sha", octet: 30),
        Region(name: "ap-northeast-1", site: "nrt", octet: 40),
        Region(name: "us-west-2", site: "pdx", octet: 50),
        Region(name: "ap-south-1", site: "bom", octet: 60),
        Region(name: "sa-east-1", site: "gru", octet: 70),
        Region(name: "af-south-1", site: "cpt", octet: 80),
    ]
}
