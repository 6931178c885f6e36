/// The words that the retail database is made of.
enum RetailWords {
    /// A city with its state, the first three digits of its zip codes and its telephone area code.
    struct City: Sendable {
        var name: String
        var state: String
        var zipPrefix: String
        var areaCode: String

        init(_ name: String, _ state: String, _ zipPrefix: String, _ areaCode: String) {
            self.name = name
            self.state = state
            self.zipPrefix = zipPrefix
            self.areaCode = areaCode
        }
    }

    /// A category of products: what its products are called, and between which prices (in whole dollars) they cost.
    struct Category: Sendable {
        var name: String
        var things: [String]
        var prices: ClosedRange<Int>

        init(_ name: String, _ prices: ClosedRange<Int>, _ things: [String]) {
            self.name = name
            self.things = things
            self.prices = prices
        }
    }

    static let firstNames = [
        "Aaron", "Abigail", "Adrian", "Aisha", "Alice", "Amara", "Andrew", "Anita", "Anthony", "Beatrice", "Benjamin",
        "Brandon", "Camila", "Carlos", "Charlotte", "Chloe", "Daniel", "David", "Deborah", "Diego", "Dmitri", "Elena",
        "Emily", "Ethan", "Fatima", "Felix", "Gabriel", "Grace", "Hannah", "Henry", "Ibrahim", "Irene", "Isabella",
        "Jacob", "James", "Jasmine", "Joanna", "Joshua", "Karen", "Kenji", "Laura", "Leonard", "Lucia", "Marcus",
        "Margaret", "Mei", "Michael", "Naomi", "Natalie", "Nathan", "Olivia", "Omar", "Patricia", "Priya", "Rafael",
        "Rebecca", "Robert", "Samuel", "Sofia", "Stephen", "Theresa", "Thomas", "Victoria", "William", "Zoë",
    ]

    static let lastNames = [
        "Abbott", "Adams", "Alvarez", "Anderson", "Bailey", "Baker", "Barnes", "Bennett", "Brooks", "Brown", "Campbell",
        "Carter", "Chen", "Clark", "Collins", "Cook", "Cooper", "Cruz", "Davis", "Diaz", "Edwards", "Evans", "Fisher",
        "Flores", "Foster", "Garcia", "Gonzalez", "Gray", "Green", "Gupta", "Hall", "Harris", "Hernandez", "Hill",
        "Howard", "Hughes", "Jackson", "Jenkins", "Johnson", "Jones", "Kelly", "Khan", "Kim", "King", "Kowalski", "Lee",
        "Lewis", "Lopez", "Martin", "Martinez", "Miller", "Mitchell", "Moore", "Morales", "Morgan", "Morris", "Murphy",
        "Nakamura", "Nelson", "Nguyen", "O'Brien", "Okafor", "Ortiz", "Parker", "Patel", "Perez", "Peterson",
        "Phillips", "Powell", "Price", "Ramirez", "Reed", "Reyes", "Richardson", "Rivera", "Roberts", "Robinson",
        "Rogers", "Ross", "Russell", "Sanchez", "Schmidt", "Scott", "Silva", "Singh", "Stewart", "Sullivan", "Taylor",
        "Thompson", "Torres", "Turner", "Walker", "Ward", "Watson", "White", "Williams", "Wilson", "Wood", "Wright",
        "Young",
    ]

    static let streets = [
        "Adams", "Birch", "Canal", "Cedar", "Chapel", "Cherry", "Church", "Clay", "College", "Cypress", "Dogwood",
        "Elm",
        "Forest", "Franklin", "Garden", "Grove", "Hickory", "Highland", "Hillcrest", "Jackson", "Jefferson", "Juniper",
        "Lake", "Laurel", "Lincoln", "Locust", "Madison", "Magnolia", "Main", "Maple", "Meadow", "Mill", "Mulberry",
        "Oak", "Orchard", "Park", "Pine", "Poplar", "River", "Spring", "Spruce", "Sunset", "Sycamore", "Valley",
        "Walnut", "Washington", "Willow", "Woodland",
    ]

    static let streetTypes = ["St", "Ave", "Rd", "Ln", "Dr", "Blvd", "Ct", "Way"]

    static let cities = [
        City("Albuquerque", "NM", "871", "505"), City("Atlanta", "GA", "303", "404"),
        City("Austin", "TX", "787", "512"), City("Baltimore", "MD", "212", "410"),
        City("Boise", "ID", "837", "208"), City("Boston", "MA", "021", "617"),
        City("Charlotte", "NC", "282", "704"), City("Chicago", "IL", "606", "312"),
        City("Cincinnati", "OH", "452", "513"), City("Cleveland", "OH", "441", "216"),
        City("Columbus", "OH", "432", "614"), City("Dallas", "TX", "752", "214"),
        City("Denver", "CO", "802", "303"), City("Des Moines", "IA", "503", "515"),
        City("Detroit", "MI", "482", "313"), City("Hartford", "CT", "061", "860"),
        City("Honolulu", "HI", "968", "808"), City("Houston", "TX", "770", "713"),
        City("Indianapolis", "IN", "462", "317"), City("Jacksonville", "FL", "322", "904"),
        City("Kansas City", "MO", "641", "816"), City("Las Vegas", "NV", "891", "702"),
        City("Los Angeles", "CA", "900", "213"), City("Louisville", "KY", "402", "502"),
        City("Madison", "WI", "537", "608"), City("Memphis", "TN", "381", "901"),
        City("Miami", "FL", "331", "305"), City("Milwaukee", "WI", "532", "414"),
        City("Minneapolis", "MN", "554", "612"), City("Nashville", "TN", "372", "615"),
        City("New Orleans", "LA", "701", "504"), City("New York", "NY", "100", "212"),
        City("Oklahoma City", "OK", "731", "405"), City("Omaha", "NE", "681", "402"),
        City("Philadelphia", "PA", "191", "215"), City("Phoenix", "AZ", "850", "602"),
        City("Pittsburgh", "PA", "152", "412"), City("Portland", "OR", "972", "503"),
        City("Providence", "RI", "029", "401"), City("Raleigh", "NC", "276", "919"),
        City("Richmond", "VA", "232", "804"), City("Sacramento", "CA", "958", "916"),
        City("Salt Lake City", "UT", "841", "801"), City("San Diego", "CA", "921", "619"),
        City("San Francisco", "CA", "941", "415"), City("Seattle", "WA", "981", "206"),
        City("St. Louis", "MO", "631", "314"), City("Tampa", "FL", "336", "813"),
        City("Tucson", "AZ", "857", "520"), City("Wichita", "KS", "672", "316"),
    ]

    static let categories = [
        Category(
            "Books",
            6...48,
            ["Atlas", "Cookbook", "Crime Novel", "Field Guide", "History Reader", "Notebook", "Poetry Collection"]
        ),
        Category(
            "Clothing",
            12...160,
            ["Cardigan", "Denim Jacket", "Flannel Shirt", "Raincoat", "Running Shoes", "Scarf", "Wool Socks"]
        ),
        Category(
            "Electronics",
            19...899,
            ["Bluetooth Speaker", "Camera", "Headphones", "Keyboard", "Monitor", "Tablet", "USB-C Charger"]
        ),
        Category(
            "Furniture",
            59...999,
            ["Armchair", "Bookshelf", "Coffee Table", "Desk", "Floor Lamp", "Nightstand", "Office Chair"]
        ),
        Category(
            "Garden",
            8...249,
            ["Bird Feeder", "Garden Hose", "Hedge Shears", "Planter", "Rake", "Watering Can", "Wheelbarrow"]
        ),
        Category(
            "Grocery",
            2...39,
            ["Coffee Beans", "Dark Chocolate", "Granola", "Green Tea", "Honey", "Olive Oil", "Pasta Selection"]
        ),
        Category(
            "Kitchen",
            7...329,
            ["Blender", "Cast Iron Pan", "Chef's Knife", "Cutting Board", "Kettle", "Mixing Bowls", "Toaster"]
        ),
        Category(
            "Outdoors",
            11...449,
            ["Backpack", "Camping Stove", "Hammock", "Hiking Poles", "Lantern", "Sleeping Bag", "Two-Person Tent"]
        ),
        Category(
            "Sports",
            9...279,
            [
                "Basketball", "Dumbbell Set", "Jump Rope", "Resistance Bands", "Tennis Racket", "Water Bottle",
                "Yoga Mat",
            ]
        ),
        Category(
            "Toys",
            5...129,
            ["Board Game", "Building Blocks", "Dollhouse", "Jigsaw Puzzle", "Kite", "Plush Bear", "Wooden Train"]
        ),
    ]

    static let brands = [
        "Alder & Finch", "Bluepeak", "Cinderford", "Copperline", "Daybreak", "Eastbrook", "Fairhaven", "Goldcrest",
        "Harborview", "Ironwood", "Juniper Lane", "Kestrel", "Larkspur", "Millstone", "Northwind", "Oakhurst",
        "Pinewood", "Quarry Hill", "Redstone", "Silverbirch", "Thistle", "Umbra", "Vale", "Westerly",
    ]

    static let editions = ["Basic", "Classic", "Compact", "Deluxe", "Essential", "Original", "Plus", "Pro", "Select"]

    static let suppliers = [
        "Acme Wholesale", "Atlantic Imports", "Cascade Distribution", "Central Supply Co.", "Continental Goods",
        "Evergreen Trading", "Great Lakes Merchants", "Harbor Freight Partners", "Lone Star Supply", "Midwest Makers",
        "Pacific Rim Traders", "Prairie Home Goods", "Rocky Mountain Supply", "Summit Brands, Inc.",
        "Tidewater Logistics", "Yankee Mills",
    ]

    static let materials = [
        "brushed steel", "cotton", "recycled plastic", "solid ash", "stoneware", "tempered glass", "walnut",
        "wool blend",
    ]

    static let praises = [
        "Made to last, and easy to repair.", "A favorite of our customers for years.",
        "Ships in plastic-free packaging.", "Comes with a two-year warranty.", "Designed for small homes.",
        "Tested by our own staff for a whole season.", "Spare parts are available separately.",
        "Please read the enclosed instructions before first use.",
    ]

    static let paymentMethods = [
        "Credit Card", "Credit Card", "Credit Card", "Debit Card", "Debit Card", "PayPal", "PayPal", "Apple Pay",
        "Bank Transfer", "Gift Card",
    ]

    static let mailDomains = ["example.com", "example.net", "example.org", "mail.example.com"]
}
