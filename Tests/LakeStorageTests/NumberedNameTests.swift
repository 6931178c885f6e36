import LakeStorage
import Testing

@Suite("Numbers in names")
struct NumberedNameTests {
    @Test("names sort as the numbers do")
    func order() {
        #expect(NumberedName.digits(7, count: 3) == "007")
        #expect(NumberedName.digits(1234, count: 3) == "1234")
        let numbers: [Int64] = [0, 9, 10, 99, 1_000_000, .max]
        let names = numbers.map { NumberedName.digits($0) }
        #expect(names == names.sorted() && names.allSatisfy { $0.utf8.count == 20 })
    }
}
