internal import CDCJSON
internal import Columnar

/// The columns of a file in three shapes: as a schema, as the leaves that are stored, and as the plan that joins the two.
struct FileSchema: Sendable {
    private(set) var schema = Schema([])
    /// One for each field of ``schema``.
    private(set) var plans: [ColumnPlan] = []
    private(set) var leaves: [LeafColumn] = []

    /// The key under which a field's metadata carries its number in the file.
    static let fieldIDKey = "parquet.field.id"

    private static let maximumDepth = 32

    init(_ elements: [SchemaElement]) throws(ParquetError) {
        var position = 0
        let root = try FileSchema.tree(elements, &position, depth: 0)
        guard position == elements.count else {
            throw .corrupt("the schema has \(elements.count) entries and uses \(position)")
        }
        for child in root.children {
            let (field, plan) = try resolve(child, Context())
            schema.fields.append(field)
            plans.append(plan)
        }
    }

    // MARK: The tree

    private struct Node {
        var element: SchemaElement
        var children: [Node]
        var isLeaf: Bool { element.type != nil }
    }

    private static func tree(
        _ elements: [SchemaElement],
        _ position: inout Int,
        depth: Int
    ) throws(ParquetError) -> Node {
        guard position < elements.count else { throw .corrupt("the schema ends before its last column") }
        guard depth <= maximumDepth else { throw .unsupported("columns nested more than \(maximumDepth) deep") }
        var element = elements[position]
        position += 1
        // Some writers give the root a type; only entries with children are groups then.
        if depth == 0 { element.type = nil }
        guard element.type == nil else {
            guard element.childCount <= 0 else { throw .corrupt("a column of values has children in the schema") }
            return Node(element: element, children: [])
        }
        guard element.childCount >= 0, element.childCount <= elements.count - position else {
            throw .corrupt("the schema has \(element.childCount) children of '\(element.name)' and fewer entries")
        }
        var children: [Node] = []
        for _ in 0..<element.childCount { children.append(try tree(elements, &position, depth: depth + 1)) }
        return Node(element: element, children: children)
    }

    // MARK: Types and levels

    /// Where in the tree a node stands.
    private struct Context {
        var path: [String] = []
        var definition = 0
        var repetition = 0
        /// The definition level at which the innermost list has an element.
        var slot = 0
    }

    /// A node as a field: a repeated one outside a list is a list of its own.
    private mutating func resolve(_ node: Node, _ context: Context) throws(ParquetError) -> (Field, ColumnPlan) {
        if node.element.repetition == .repeated {
            let levels = NodeLevels(
                slot: context.slot,
                present: context.definition,
                repetition: context.repetition,
                element: context.definition + 1
            )
            let (type, plan) = try resolveElement(node, context)
            let list = DataType.list(element: type, containsNull: false)
            return (field(node, list, isNullable: false), .list(list, plan, levels))
        }
        let (type, plan) = try resolveType(node, context)
        return (field(node, type, isNullable: node.element.repetition == .optional), plan)
    }

    private func field(_ node: Node, _ type: DataType, isNullable: Bool) -> Field {
        let metadata = node.element.fieldID.map { [FileSchema.fieldIDKey: JSONValue.integer(Int64($0))] } ?? [:]
        return Field(node.element.name, type, isNullable: isNullable, metadata: metadata)
    }

    /// A repeated node taken for the elements of a list.
    private mutating func resolveElement(
        _ node: Node,
        _ context: Context
    ) throws(ParquetError) -> (DataType, ColumnPlan) {
        var inner = context
        inner.definition += 1
        inner.repetition += 1
        inner.slot = inner.definition
        var element = node
        element.element.repetition = .required
        return try resolveType(element, inner)
    }

    /// A node that is required or optional, at the levels that its parent has.
    private mutating func resolveType(
        _ node: Node,
        _ context: Context
    ) throws(ParquetError) -> (DataType, ColumnPlan) {
        var own = context
        own.path.append(node.element.name)
        if node.element.repetition == .optional { own.definition += 1 }
        let levels = NodeLevels(
            slot: context.slot,
            present: own.definition,
            repetition: own.repetition,
            element: own.definition + 1
        )
        if let type = node.element.type { return try resolveLeaf(node, type, own) }
        switch node.element.logicalType {
        case .list?:
            if node.children.count == 1, node.children[0].element.repetition == .repeated {
                return try resolveList(node, node.children[0], own, levels)
            }
        case .map?:
            if node.children.count == 1, node.children[0].element.repetition == .repeated,
                (1...2).contains(node.children[0].children.count)
            {
                return try resolveMap(node.children[0], own, levels)
            }
        default: break
        }
        guard !node.children.isEmpty else {
            throw ParquetError(
                .unsupported,
                "a structure without fields has no values in the file",
                column: own.path.joined(separator: ".")
            )
        }
        var fields: [Field] = []
        var plans: [ColumnPlan] = []
        for child in node.children {
            let (field, plan) = try resolve(child, own)
            fields.append(field)
            plans.append(plan)
        }
        let schema = Schema(fields)
        return (.structure(schema), .structure(schema, plans, levels))
    }

    /// Source: parquet-format, LogicalTypes.md, "Lists", "Backward-compatibility rules".
    private mutating func resolveList(
        _ list: Node,
        _ repeated: Node,
        _ context: Context,
        _ levels: NodeLevels
    ) throws(ParquetError) -> (DataType, ColumnPlan) {
        let isElement =
            repeated.isLeaf || repeated.children.count != 1 || repeated.element.name == "array"
            || repeated.element.name == list.element.name + "_tuple"
            || repeated.children[0].element.repetition == .repeated
        let type: DataType
        let plan: ColumnPlan
        var containsNull = false
        if isElement {
            (type, plan) = try resolveElement(repeated, context)
        } else {
            var inner = context
            inner.path.append(repeated.element.name)
            inner.definition += 1
            inner.repetition += 1
            inner.slot = inner.definition
            containsNull = repeated.children[0].element.repetition == .optional
            (type, plan) = try resolveType(repeated.children[0], inner)
        }
        let listType = DataType.list(element: type, containsNull: containsNull)
        return (listType, .list(listType, plan, levels))
    }

    /// Source: parquet-format, LogicalTypes.md, "Maps". A map without values is a list of its keys.
    private mutating func resolveMap(
        _ repeated: Node,
        _ context: Context,
        _ levels: NodeLevels
    ) throws(ParquetError) -> (DataType, ColumnPlan) {
        var inner = context
        inner.path.append(repeated.element.name)
        inner.definition += 1
        inner.repetition += 1
        inner.slot = inner.definition
        let (key, keyPlan) = try resolve(repeated.children[0], inner)
        if repeated.children.count == 1 {
            let type = DataType.list(element: key.type, containsNull: key.isNullable)
            return (type, .list(type, keyPlan, levels))
        }
        let (value, valuePlan) = try resolve(repeated.children[1], inner)
        let type = DataType.map(key: key.type, value: value.type, valueContainsNull: value.isNullable)
        return (type, .map(type, key: keyPlan, value: valuePlan, levels))
    }

    private mutating func resolveLeaf(
        _ node: Node,
        _ physicalType: PhysicalType,
        _ context: Context
    ) throws(ParquetError) -> (DataType, ColumnPlan) {
        let isFixed = physicalType == .fixedLengthByteArray
        if isFixed, node.element.typeLength <= 0 {
            throw ParquetError(
                .corrupt,
                "values of a fixed length of \(node.element.typeLength) bytes",
                column: context.path.joined(separator: ".")
            )
        }
        let (type, conversion) = LeafConversion.resolve(node.element, physicalType)
        leaves.append(
            LeafColumn(
                index: leaves.count,
                path: context.path,
                type: type,
                physicalType: physicalType,
                typeLength: isFixed ? node.element.typeLength : physicalType == .int96 ? 12 : 0,
                conversion: conversion,
                maxDefinition: context.definition,
                maxRepetition: context.repetition,
                slotDefinition: context.slot
            )
        )
        return (type, .leaf(leaves.count - 1))
    }
}
