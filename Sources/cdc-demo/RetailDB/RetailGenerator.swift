import CDCCore
import Columnar

/// Fills the retail database: plausible rows, and the same ones for the same seed, whatever the machine.
struct RetailGenerator {
    let size: RetailSize
    let seed: UInt64

    init(size: RetailSize, seed: UInt64) {
        self.size = size
        self.seed = seed
    }

    func customers() throws(ColumnarError) -> RecordBatch {
        var builder = RecordBatchBuilder(RetailDB.customers.schema)
        builder.reserveCapacity(size.customers)
        let begin = DateTime.midnight(2019, 1, 1)
        let end = DateTime.midnight(2022, 1, 1)
        for row in 0..<size.customers {
            let id = size.customerID(row)
            let person = RetailPerson(id: id, seed: seed)
            var random = RetailRandom(seed: seed, stream: 1, row: id)
            let created = begin + Int64(random.below(Int(end - begin)))
            let updated = random.chance(70) ? created : created + Int64(random.below(Int(end - created)))
            builder.columns[0].append(id)
            try builder.columns[1].append(person.firstName)
            try builder.columns[2].append(person.lastName)
            try builder.columns[3].append(person.email)
            if let phone = person.phone {
                try builder.columns[4].append(phone)
            } else {
                builder.columns[4].appendNull()
            }
            try builder.columns[5].append(person.address.street)
            try builder.columns[6].append(person.address.city)
            try builder.columns[7].append(person.address.state)
            try builder.columns[8].append(person.address.zipCode)
            builder.columns[9].append(DateTime.rounded(created))
            builder.columns[10].append(DateTime.rounded(updated))
        }
        return try builder.finish()
    }

    func orders() throws(ColumnarError) -> RecordBatch {
        var builder = RecordBatchBuilder(RetailDB.orders.schema)
        builder.reserveCapacity(size.orders)
        for row in 0..<size.orders {
            let id = size.orderID(row)
            let sale = RetailSales(row: row, size: size, seed: seed)
            let customer = customer(ofOrder: id, row: row, sale)
            // What the workshop ships must not have been shipped.
            let status = id == RetailDB.Workshop.order ? "PENDING" : sale.status
            builder.columns[0].append(id)
            builder.columns[1].append(customer)
            builder.columns[2].append(sale.orderDate)
            try builder.columns[3].append(status)
            builder.columns[4].append(sale.total)
            try builder.columns[5].append(RetailPerson(id: customer, seed: seed).address.line)
            try builder.columns[6].append(sale.paymentMethod)
            builder.columns[7].append(sale.orderDate)
            builder.columns[8].append(sale.lastUpdated)
        }
        return try builder.finish()
    }

    func products() throws(ColumnarError) -> RecordBatch {
        var builder = RecordBatchBuilder(RetailDB.products.schema)
        builder.reserveCapacity(size.products)
        let begin = DateTime.midnight(2018, 1, 1)
        let end = RetailDB.captureBegins - CivilTime.microsecondsPerDay
        for row in 0..<size.products {
            let id = size.productID(row)
            let goods = RetailGoods(id: id, seed: seed)
            var random = RetailRandom(seed: seed, stream: 4, row: id)
            let created = begin + Int64(random.below(Int(end - begin)))
            let updated = created + Int64(random.below(Int(end - created)))
            builder.columns[0].append(id)
            try builder.columns[1].append(goods.name)
            try builder.columns[2].append(goods.category)
            // What the workshop sells for 29.99 must have cost something else.
            builder.columns[3].append(id == RetailDB.Workshop.product ? 34_99 : goods.price)
            builder.columns[4].append(goods.stock)
            try builder.columns[5].append(goods.supplier)
            if let description = goods.description {
                try builder.columns[6].append(description)
            } else {
                builder.columns[6].appendNull()
            }
            builder.columns[7].append(DateTime.rounded(created))
            builder.columns[8].append(DateTime.rounded(updated))
        }
        return try builder.finish()
    }

    /// The customer who leaves has some orders to take along, and the order that is shipped is somebody else's.
    private func customer(ofOrder id: Int32, row: Int, _ sale: RetailSales) -> Int32 {
        let drawn = size.customerID(sale.customerRow)
        if id == RetailDB.Workshop.order {
            return drawn == RetailDB.Workshop.leavingCustomer ? size.customerID(0) : drawn
        }
        let stride = max(2, size.orders / 3)
        return row % stride == 1 ? RetailDB.Workshop.leavingCustomer : drawn
    }
}
