/// Who emitted the telemetry (OTLP `resource.v1.Resource`).
package struct Resource: Hashable, Sendable {
    package var attributes: [KeyValue] = []
    package var droppedAttributesCount: UInt32 = 0
    package var entityRefs: [EntityRef] = []

    package init(
        attributes: [KeyValue] = [], droppedAttributesCount: UInt32 = 0, entityRefs: [EntityRef] = []
    ) {
        self.attributes = attributes
        self.droppedAttributesCount = droppedAttributesCount
        self.entityRefs = entityRefs
    }
}

/// A reference to an entity among a resource's attributes (OTLP `common.v1.EntityRef`).
package struct EntityRef: Hashable, Sendable {
    package var schemaURL = ""
    package var type = ""
    package var idKeys: [String] = []
    package var descriptionKeys: [String] = []

    package init(
        schemaURL: String = "", type: String = "", idKeys: [String] = [], descriptionKeys: [String] = []
    ) {
        self.schemaURL = schemaURL
        self.type = type
        self.idKeys = idKeys
        self.descriptionKeys = descriptionKeys
    }
}

/// The library that made the spans (OTLP `common.v1.InstrumentationScope`).
package struct InstrumentationScope: Hashable, Sendable {
    package var name = ""
    package var version = ""
    package var attributes: [KeyValue] = []
    package var droppedAttributesCount: UInt32 = 0

    package init(
        name: String = "", version: String = "", attributes: [KeyValue] = [],
        droppedAttributesCount: UInt32 = 0
    ) {
        self.name = name
        self.version = version
        self.attributes = attributes
        self.droppedAttributesCount = droppedAttributesCount
    }
}
