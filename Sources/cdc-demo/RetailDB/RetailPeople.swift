/// What is to be known of a customer, derived from the id alone, so that whoever needs an address need not look it up.
struct RetailPerson {
    let firstName: String
    let lastName: String
    let email: String
    /// `nil` where the customer did not tell.
    let phone: String?
    let address: RetailAddress

    /// - Parameter generation: 0 for the first customer of that id, 1 for the one who got the id after the first had left, …
    init(id: Int32, generation: Int = 0, seed: UInt64) {
        var random = RetailRandom(seed: seed, stream: 100 + UInt64(truncatingIfNeeded: generation), row: id)
        firstName = random.pick(RetailWords.firstNames)
        lastName = random.pick(RetailWords.lastNames)
        let city = random.pick(RetailWords.cities)
        address = RetailAddress(in: city, &random)
        let user = "\(firstName).\(lastName)".lowercased().replacing("ë", with: "e").replacing("'", with: "")
        email = "\(user)\(id)@\(random.pick(RetailWords.mailDomains))"
        let line = random.within(100...199)  // 555-0100 to 555-0199 are nobody's
        phone = random.chance(5) ? nil : "(\(city.areaCode)) 555-0\(line)"
    }
}

/// Where a customer lives.
struct RetailAddress {
    let street: String
    let city: String
    let state: String
    let zipCode: String

    init(in city: RetailWords.City, _ random: inout RetailRandom) {
        let number = random.within(1...9899)
        var street = "\(number) \(random.pick(RetailWords.streets)) \(random.pick(RetailWords.streetTypes))"
        if random.chance(18) { street += " Apt \(random.within(1...60))" }
        self.street = street
        self.city = city.name
        state = city.state
        let area = random.below(100)
        var zip = city.zipPrefix + (area < 10 ? "0" : "") + String(area)
        if random.chance(10) { zip += "-\(random.within(1000...9999))" }
        zipCode = zip
    }

    /// A new address anywhere.
    init(_ random: inout RetailRandom) {
        let city = random.pick(RetailWords.cities)
        self.init(in: city, &random)
    }

    /// On one line, as on a parcel.
    var line: String { "\(street), \(city), \(state) \(zipCode)" }
}
