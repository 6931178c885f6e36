import Columnar

/// What is to be known of an order that was there before change capture began, derived from its place alone.
struct RetailSales {
    /// The row of the customer.
    let customerRow: Int
    /// Microseconds since 1970.
    let orderDate: Int64
    let lastUpdated: Int64
    let status: String
    /// In cents.
    let total: Int64
    let paymentMethod: String

    /// - Parameter row: The order's place among `size.orders`, which come one after the other over two years.
    init(row: Int, size: RetailSize, seed: UInt64) {
        var random = RetailRandom(seed: seed, stream: 2, row: Int32(row))
        // Some customers come often: the smaller of two numbers is more likely a small one.
        let isRegular = random.chance(60)
        let first = random.below(size.customers)
        customerRow = isRegular ? min(first, random.below(size.customers)) : first

        let begin = DateTime.midnight(2022, 1, 1)
        let step = (RetailDB.captureBegins - begin) / Int64(size.orders)
        let date = begin + step * Int64(row) + Int64(random.below(Int(step)))
        orderDate = DateTime.rounded(date)
        let ageInDays = Int((RetailDB.captureBegins - date) / CivilTime.microsecondsPerDay)
        status = Self.status(ageInDays, &random)
        let hours = min(ageInDays * 24, random.within(1...200))
        lastUpdated = DateTime.rounded(min(date + Int64(hours) * 3_600_000_000, RetailDB.captureBegins - 1_000_000))

        let dollars = min(random.below(900), random.below(900), random.below(900)) + 5
        total = Int64(dollars * 100 + random.below(100))
        paymentMethod = random.pick(RetailWords.paymentMethods)
    }

    /// Old orders have been delivered, the newest have only come in.
    private static func status(_ ageInDays: Int, _ random: inout RetailRandom) -> String {
        if random.chance(5) { return RetailDB.cancelled }
        let reached = ageInDays / 2 + random.below(2)
        return RetailDB.statuses[min(reached, RetailDB.statuses.count - 1)]
    }
}
