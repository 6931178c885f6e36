/// The ids of the rows that are there, to draw from.
struct LiveRows: Sendable {
    private var ids: [Int32] = []
    private var places: [Int32: Int] = [:]

    var count: Int { ids.count }

    mutating func reserveCapacity(_ count: Int) {
        ids.reserveCapacity(count)
        places.reserveCapacity(count)
    }

    func contains(_ id: Int32) -> Bool { places[id] != nil }

    mutating func insert(_ id: Int32) {
        guard places[id] == nil else { return }
        places[id] = ids.count
        ids.append(id)
    }

    mutating func remove(_ id: Int32) {
        guard let place = places.removeValue(forKey: id) else { return }
        let last = ids.removeLast()
        if last != id {
            ids[place] = last
            places[last] = place
        }
    }

    /// Any of them; `nil` where there is none.
    func draw(_ random: inout RetailRandom) -> Int32? {
        ids.isEmpty ? nil : ids[random.below(ids.count)]
    }
}
