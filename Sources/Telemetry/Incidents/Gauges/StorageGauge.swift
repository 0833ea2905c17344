import OTLPModel

/// What a series tells of a volume of a node: how much there is, or how much of it.
struct StorageGauge: Hashable, Sendable {
    enum Quantity: Sendable {
        /// In bytes, for who is not root.
        case free, used, size
        /// The part that is used.
        case utilization
        /// The part that is free.
        case freeShare
    }

    /// Where it is mounted, or what it is called; empty for the only one.
    var volume: String
    var quantity: Quantity
    /// Name of the metric.
    var metric: String

    /// By name of the metric: semantic conventions of OpenTelemetry and this product, node_exporter, kubelet, Artifactory.
    private static let quantities: [String: Quantity] = [
        "system.filesystem.usage": .used, "system.filesystem.limit": .size,
        "system.filesystem.utilization": .utilization,
        "goproxy.storage.usage": .used, "goproxy.storage.limit": .size,
        "node_filesystem_avail_bytes": .free, "node_filesystem_size_bytes": .size,
        "k8s.volume.available": .free, "k8s.volume.capacity": .size,
        "k8s.node.filesystem.available": .free, "k8s.node.filesystem.capacity": .size,
        "kubelet_volume_stats_available_bytes": .free, "kubelet_volume_stats_capacity_bytes": .size,
        "app_disk_free_bytes": .free, "app_disk_total_bytes": .size,
    ]
    private static let volumeKeys = [
        "system.filesystem.mountpoint", "mountpoint", "k8s.volume.name", "persistentvolumeclaim",
        "system.device", "device",
    ]
    private static let typeKeys = ["system.filesystem.type", "fstype", "type"]
    /// Images are full from the beginning, and what lies in memory has no disk.
    private static let otherTypes: Set<String> = [
        "tmpfs", "devtmpfs", "ramfs", "squashfs", "iso9660", "erofs", "overlay", "proc", "sysfs",
        "configmap", "secret", "projected", "downwardAPI", "emptyDir",
    ]
    private static let modeKeys = ["system.filesystem.mode", "mode"]

    /// Nil for what is of something else, or of a volume that cannot fill.
    init?(_ series: StoredSeries) {
        guard var quantity = Self.quantities[series.metric.name] else { return nil }
        let attributes = series.attributes
        func text(_ keys: [String]) -> String? { keys.lazy.compactMap { attributes.string(of: $0) }.first }
        // Kubernetes says it of the resource.
        let type = text(Self.typeKeys) ?? series.resource.attributes.string(of: "k8s.volume.type")
        if let type, Self.otherTypes.contains(type) { return nil }
        if text(Self.modeKeys) == "ro" { return nil }
        switch text(["system.filesystem.state", "state"]) {
        case "free":
            switch quantity {
            case .used: quantity = .free
            case .utilization: quantity = .freeShare
            default: break
            }
        case nil, "used": break
        // What is kept for root is neither.
        default: return nil
        }
        volume = text(Self.volumeKeys) ?? series.resource.attributes.string(of: "k8s.volume.name") ?? ""
        self.quantity = quantity
        metric = series.metric.name
    }
}
