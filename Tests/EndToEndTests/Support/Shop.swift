import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage

/// A little shop: customers, and orders that refer to them; notes on orders are large objects.
enum Shop {
    static let customers = SourceTable(
        "dbo.customers",
        schema: [
            Field("customer_id", .integer, isNullable: false),
            Field("name", .string),
            Field("balance", .decimal(precision: 10, scale: 2)),
            Field("created", .timestampNTZ),
        ],
        key: ["customer_id"]
    )

    static let orders = SourceTable(
        "dbo.orders",
        schema: [
            Field("order_id", .long, isNullable: false),
            Field("customer_id", .integer),
            Field("status", .string),
            Field("notes", .string),
        ],
        key: ["order_id"],
        foreignKeys: [ForeignKey(["customer_id"], references: "dbo.customers")],
        largeObjects: ["notes"]
    )

    static let names: [TableName] = ["dbo.customers", "dbo.orders"]

    /// A shop with `customers` customers and twice as many orders, from before capture began.
    static func source(customers count: Int = 20) throws -> InMemorySource {
        let source = try InMemorySource(identity: "shop", tables: [customers, orders])
        try source.load(
            "dbo.customers",
            RecordBatch(customers.schema, rows: (1...count).map { customer($0) })
        )
        try source.load(
            "dbo.orders",
            RecordBatch(orders.schema, rows: (1...count * 2).map { order($0, customer: ($0 - 1) % count + 1) })
        )
        return source
    }

    static func customer(_ id: Int) -> [Value] {
        [
            .integer(Int64(id)), .string("Customer \(id)"), .decimal(unscaled: Int128(id) * 101, scale: 2),
            .timestampNTZ(1_704_067_200_000_000 + Int64(id)),
        ]
    }

    static func order(_ id: Int, customer: Int) -> [Value] {
        [.integer(Int64(id)), .integer(Int64(customer)), "NEW", .string("note on order \(id)")]
    }

    static func insertCustomer(_ id: Int, in transaction: inout InMemoryTransaction) throws {
        try transaction.insert(
            "dbo.customers",
            Dictionary(uniqueKeysWithValues: zip(customers.schema.fields.map(\.name), customer(id)))
        )
    }

    /// Seeded traffic: single and multi-table transactions, keys used again, keys changed, notes touched and not.
    static func traffic(_ source: InMemorySource, transactions: Int, seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        // Each seed has new keys of its own.
        var nextCustomer = Int(seed) * 1000
        var nextOrder = Int(seed) * 1000
        for _ in 0..<transactions {
            try source.transaction { transaction in
                for _ in 0...Int(random.next() % 3) {
                    let order = Value.integer(Int64(random.next() % 60 + 1))
                    switch random.next() % 7 {
                    case 0:
                        nextCustomer += 1
                        nextOrder += 1
                        try insertCustomer(nextCustomer, in: &transaction)
                        try transaction.insert(
                            "dbo.orders",
                            [
                                "order_id": .integer(Int64(nextOrder)), "customer_id": .integer(Int64(nextCustomer)),
                                "status": "NEW", "notes": .string("a new note \(random.next() % 100)"),
                            ]
                        )
                    case 1:
                        if try transaction.row("dbo.orders", key: [order]) != nil {
                            try transaction.delete("dbo.orders", key: [order])
                        } else {
                            try transaction.insert(
                                "dbo.orders",
                                ["order_id": order, "customer_id": 1, "status": "AGAIN", "notes": nil]
                            )
                        }
                    case 2:
                        guard try transaction.row("dbo.orders", key: [order]) != nil else { continue }
                        try transaction.update(
                            "dbo.orders",
                            key: [order],
                            set: ["notes": random.next() % 2 == 0 ? nil : .string("changed \(random.next() % 1000)")]
                        )
                    case 3:
                        guard try transaction.row("dbo.orders", key: [order]) != nil else { continue }
                        nextOrder += 1
                        try transaction.update(
                            "dbo.orders",
                            key: [order],
                            set: ["order_id": .integer(Int64(nextOrder))]
                        )
                    case 4:
                        let customer = Value.integer(Int64(random.next() % 20 + 1))
                        try transaction.update(
                            "dbo.customers",
                            key: [customer],
                            set: ["balance": .decimal(unscaled: Int128(random.next() % 1_000_000), scale: 2)]
                        )
                    default:
                        guard try transaction.row("dbo.orders", key: [order]) != nil else { continue }
                        try transaction.update(
                            "dbo.orders",
                            key: [order],
                            set: ["status": .string("S\(random.next() % 1000)")]
                        )
                    }
                }
            }
        }
    }
}

/// A small generator of pseudo-random numbers whose sequence its seed decides.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
