/// What is to be known of a product, derived from the id alone.
struct RetailGoods {
    let name: String
    let category: String
    /// In cents.
    let price: Int64
    let stock: Int32
    let supplier: String
    /// `nil` where nobody wrote one yet.
    let description: String?

    init(id: Int32, seed: UInt64) {
        var random = RetailRandom(seed: seed, stream: 3, row: id)
        let category = random.pick(RetailWords.categories)
        let thing = random.pick(category.things)
        let brand = random.pick(RetailWords.brands)
        self.category = category.name
        name = "\(brand) \(thing) \(random.pick(RetailWords.editions))"
        price = Self.price(of: category, &random)
        stock = random.chance(4) ? 0 : Int32(random.within(1...500))
        supplier = random.pick(RetailWords.suppliers)
        description = random.chance(8) ? nil : Self.describe(thing, brand, &random)
    }

    /// A price as shops like them, in cents: low ones are more frequent.
    private static func price(of category: RetailWords.Category, _ random: inout RetailRandom) -> Int64 {
        let span = category.prices.upperBound - category.prices.lowerBound + 1
        let dollars = category.prices.lowerBound + min(random.below(span), random.below(span))
        return Int64(dollars * 100 + random.pick([99, 99, 99, 95, 49, 0]))
    }

    private static func describe(_ thing: String, _ brand: String, _ random: inout RetailRandom) -> String {
        var text = "\(thing) by \(brand), \(random.pick(RetailWords.materials))."
        for _ in 0..<random.within(1...3) { text += " " + random.pick(RetailWords.praises) }
        return text
    }

    /// What somebody writes about a product later.
    static func newDescription(_ random: inout RetailRandom) -> String {
        describe("New edition", random.pick(RetailWords.brands), &random)
    }
}
