import Columnar

/// The `orders` table of the benchmarks: nine columns, about 116 bytes a row in memory; the same rows for the same seed.
enum Orders {
    static let schema: Schema = [
        Field("order_id", .integer),
        Field("customer_id", .integer),
        Field("order_date", .timestamp),
        Field("order_status", .string),
        Field("total_amount", .decimal(precision: 10, scale: 2)),
        Field("shipping_address", .string),
        Field("payment_method", .string),
        Field("created_date", .timestamp),
        Field("last_updated", .timestamp),
    ]

    private static let statuses = ["Pending", "Processing", "Shipped", "Delivered", "Cancelled", "Returned"]
    private static let payments = ["CreditCard", "PayPal", "BankTransfer", "GiftCard"]
    private static let streets = [
        "Maple", "Oak", "Cedar", "Pine", "Elm", "Washington", "Lakeview", "Hillcrest", "Sunset", "Riverside",
        "Chestnut",
        "Franklin", "Highland", "Jefferson", "Madison", "Lincoln",
    ]
    private static let suffixes = ["Street", "Avenue", "Boulevard", "Lane", "Drive", "Court", "Road", "Terrace"]
    private static let cities = [
        "Springfield", "Riverton", "Fairview", "Georgetown", "Franklin", "Clinton", "Greenville", "Bristol", "Salem",
        "Madison", "Arlington", "Ashland",
    ]
    private static let states = ["CA", "NY", "TX", "WA", "OR", "IL", "OH", "GA", "FL", "CO"]

    /// Rows with the given ids.
    static func rows(_ ids: some Collection<Int>, seed: UInt64) throws -> RecordBatch {
        var random = Random(seed: seed)
        var builder = RecordBatchBuilder(schema)
        builder.reserveCapacity(ids.count)
        let start: Int64 = 1_704_067_200_000_000
        for id in ids {
            let ordered = start + Int64(random.below(700 * 86_400)) * 1_000_000
            let created = ordered + Int64(random.below(3600)) * 1_000_000 + Int64(random.below(1000)) * 1000
            let updated = created + Int64(random.below(30 * 86_400)) * 1_000_000 + Int64(random.below(1000)) * 1000
            builder.columns[0].append(Int32(id))
            builder.columns[1].append(Int32(random.below(200_000) + 1))
            builder.columns[2].append(ordered)
            try builder.columns[3].append(random.pick(statuses))
            builder.columns[4].append(Int64(random.below(999_499) + 500))
            try builder.columns[5].append(
                "\(random.below(9998) + 1) \(random.pick(streets)) \(random.pick(suffixes)), \(random.pick(cities)), "
                    + "\(random.pick(states)) \(random.below(89_999) + 10_000)"
            )
            try builder.columns[6].append(random.pick(payments))
            builder.columns[7].append(created)
            builder.columns[8].append(updated)
        }
        return try builder.finish()
    }

    /// The first `count` orders, in batches as a source delivers them.
    static func table(_ count: Int) throws -> [RecordBatch] {
        try stride(from: 1, through: count, by: 65_536).map { start in
            try rows(start..<min(start + 65_536, count + 1), seed: UInt64(start))
        }
    }

    /// Changes of a table of `count` orders: 80 % updates, 10 % inserts, 10 % deletes, keys spread evenly at random.
    static func changes(_ changes: Int, of count: Int) throws -> (upserts: RecordBatch, deletes: [Int]) {
        var random = Random(seed: 7)
        var keys: Set<Int> = []
        while keys.count < changes / 10 * 9 { keys.insert(random.below(count) + 1) }
        let shuffled = keys.sorted().shuffled(using: &random)
        let updates = shuffled.prefix(changes / 10 * 8)
        let inserts = (1...changes / 10).map { count + $0 }
        return (try rows(Array(updates) + inserts, seed: 8), Array(shuffled.dropFirst(updates.count)))
    }
}

/// SplitMix64: a sequence that its seed decides.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next(upperBound: UInt64(limit))) }
    mutating func pick(_ choices: [String]) -> String { choices[below(choices.count)] }
}
