// Lists of numbers in few bits: every bit of every number comes back, in no more bits than there must be.
#include "json/packed_numbers.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>

namespace linden {
namespace {

using Random = std::mt19937_64;

struct Packed {
  PackedHead head;
  std::string bytes;  // with what may be read behind them

  PackedNumbers numbers() const { return {head, reinterpret_cast<const unsigned char*>(bytes.data())}; }
};

template <class Number>
Packed pack(const std::vector<Number>& values) {
  NumbersToPack list;
  for (const Number value : values) EXPECT_TRUE(list.add(value));
  Packed packed{list.head(), {}};
  list.append_bits(packed.head, packed.bytes);
  EXPECT_EQ(packed.bytes.size(), packed.head.bytes());
  packed.bytes.append(8, '\xff');
  return packed;
}

void expect_back(const std::vector<double>& values) {
  const Packed packed = pack(values);
  ASSERT_EQ(packed.numbers().count(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint64_t>(packed.numbers().real(i)), std::bit_cast<std::uint64_t>(values[i]))
        << i << " " << values[i];
  std::vector<double> all(values.size());
  packed.numbers().copy(all);
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint64_t>(all[i]), std::bit_cast<std::uint64_t>(values[i])) << i << " " << values[i];
}

void expect_back(const std::vector<std::int64_t>& values) {
  const Packed packed = pack(values);
  EXPECT_EQ(packed.head.packing, Packing::wholes);
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(packed.numbers().whole(i), values[i]);
  std::vector<std::int64_t> all(values.size());
  packed.numbers().copy(all);
  EXPECT_EQ(all, values);
}

TEST(PackedNumbers, WholeOnesOfEveryWidth) {
  Random random(1);
  for (int bits = 0; bits <= 64; ++bits)
    for (int turn = 0; turn < 10; ++turn) {
      std::vector<std::int64_t> values;
      const std::uint64_t base = random();
      for (int i = 0; i < 50; ++i) {
        const std::uint64_t any = bits == 0 ? 0 : random() >> (64 - bits);
        values.push_back(static_cast<std::int64_t>(bits == 64 ? any : (base >> 1) / 2 + any / 2 - (base >> 2)));
      }
      expect_back(values);
    }
  expect_back(std::vector<std::int64_t>{INT64_MIN, INT64_MAX, 0, -1});
  EXPECT_EQ(pack(std::vector<std::int64_t>{-1, 0, 5, 14}).head.width, 4);
  EXPECT_EQ(pack(std::vector<std::int64_t>{1000, 1000}).head.width, least_width);
  EXPECT_EQ(pack(std::vector<std::int64_t>{0, 256}).head.width, 9);
}

TEST(PackedNumbers, EveryBitOfDoublesComesBack) {
  Random random(2);
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> odd{0.0,    -0.0,    nan, infinity, -infinity, std::numeric_limits<double>::max(),
                                5e-324, -5e-324, 1.0, 0.1,      -1e308,    std::numeric_limits<double>::min()};
  expect_back(odd);
  for (const double one : odd) expect_back(std::vector<double>{one, one, one});
  for (int turn = 0; turn < 300; ++turn) {
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) values.push_back(std::bit_cast<double>(random()));  // any exponent at all
    expect_back(values);
    for (double& value : values) value = std::ldexp(static_cast<double>(random() >> 11), -60);
    expect_back(values);
    for (double& value : values) value = static_cast<float>(std::ldexp(static_cast<double>(random() >> 11), -50)) - 2;
    expect_back(values);
    for (double& value : values) value = odd[random() % odd.size()];
    expect_back(values);
  }
}

TEST(PackedNumbers, TheShortestWayIsTaken) {
  std::vector<double> sums, floats, whole, any;
  Random random(3);
  for (int i = 0; i < 100; ++i) {
    sums.push_back(std::ldexp(static_cast<double>(random() % 4096), -17));
    floats.push_back(static_cast<float>(1 + static_cast<double>(random() % 1000) / 1000));
    whole.push_back(static_cast<double>(random() % 100));
    any.push_back(1 + std::ldexp(static_cast<double>(random() >> 11), -53));
  }
  EXPECT_EQ(pack(sums).head.packing, Packing::multiples);
  EXPECT_LE(pack(sums).head.width, 12);
  EXPECT_LE(pack(floats).head.width, 25);
  EXPECT_EQ(pack(whole).head.packing, Packing::wholes);
  EXPECT_LE(pack(whole).head.width, 7);
  EXPECT_GE(pack(any).head.width, 50);
  EXPECT_LE(pack(any).head.width, 54);
}

TEST(PackedNumbers, WholeNumbersAmongDoublesAreDoublesWhereTheyCanBe) {
  NumbersToPack list;
  EXPECT_TRUE(list.add(std::int64_t{3}));
  EXPECT_TRUE(list.add(0.5));
  EXPECT_TRUE(list.add(std::int64_t{-4}));
  EXPECT_EQ(list.reals(), (std::vector<double>{3, 0.5, -4}));
  EXPECT_FALSE(list.add((std::int64_t{1} << 53) + 1));
  list.clear();
  EXPECT_TRUE(list.add(std::int64_t{INT64_MAX}));
  EXPECT_FALSE(list.add(0.5));
  EXPECT_EQ(list.size(), 1u);
}

}  // namespace
}  // namespace linden
