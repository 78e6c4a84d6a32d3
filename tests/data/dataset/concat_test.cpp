// Datasets below each other.
#include "data/reading.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

TEST(Concat, IsTheDatasetOfAllRows) {
  const std::string head = "x,c,w,y\n", a = "1,b,1,no\n2,NA,2,yes\n", b = "3,a,3,maybe\n,c,4,no\n";
  const CsvOptions options{.label = "y", .weight = "w"};
  const Dataset whole = csv(head + a + b, options);
  const Dataset parts = Dataset::concat({csv(head + a, options), csv("y,w,c,x\nmaybe,3,a,3\nno,4,c,\n", options)});
  EXPECT_EQ(dump(parts), dump(whole));
  EXPECT_EQ(parts.where(1), "x.csv:3");
  EXPECT_EQ(parts.where(2), "x.csv:2");
  EXPECT_EQ(Dataset::concat({parts, Dataset::concat({parts})}).where(7), "x.csv:3");
  EXPECT_EQ(Dataset::concat({}).rows(), 0);
  const std::vector<std::int64_t> none;
  EXPECT_EQ(dump(Dataset::concat({whole.take(none), whole})), dump(whole));
}

TEST(Concat, SparseRowsAndWidths) {
  EXPECT_EQ(dump(Dataset::concat({libsvm("1 1:1 3:3\n2\n"), libsvm("3 3:5\n")})),
            dump(libsvm("1 1:1 3:3\n2\n3 3:5\n")));
  // What only one part has is 0 in the others.
  EXPECT_EQ(dump(Dataset::concat({libsvm("1 1:1 2:3\n2\n"), libsvm("3 1:7 3:5\n")})),
            dump(libsvm("1 1:1 2:3\n2\n3 1:7 3:5\n")));
  const auto named = [](std::vector<std::int32_t> columns, Numbers values, Names names) {
    const auto last = static_cast<std::int64_t>(columns.size());
    const auto features = static_cast<int>(names.size());
    return Dataset::from_csr(std::vector<std::int64_t>{0, last}, columns, values, features, {.names = names});
  };
  const Dataset turned =
      Dataset::concat({named({0, 1}, {1, 2}, {"b", "d"}), named({0, 1, 2}, {3, 4, 5}, {"d", "a", "b"})});
  EXPECT_EQ(turned.feature_names(), (Names{"b", "d", "a"}));
  EXPECT_EQ(numbers(turned.matrix().reshape({6})), (Numbers{1, 2, 0, 5, 3, 4}));
  const Dataset narrow = Dataset::from_rows(std::vector<float>{1, 2}, 1), wide = Dataset::from_rows({3}, 1);
  EXPECT_EQ(Dataset::concat({narrow, narrow}).columns()[0].values.dtype(), DType::f32);
  const Dataset both = Dataset::concat({narrow, wide.with_weight({2})});
  EXPECT_EQ(both.columns()[0].values.dtype(), DType::f64);
  EXPECT_EQ(numbers(both.columns()[0].values), (Numbers{1, 2, 3}));
  EXPECT_EQ(numbers(both.weight()), (Numbers{1, 1, 2}));
  EXPECT_EQ(both.where(2), "row 2");
}

TEST(Concat, WhatDoesNotFitIsRefused) {
  const auto refused = [](const Dataset& a, const Dataset& b) {
    return refusal<ArgumentError>([&] { Dataset::concat({a, b}); });
  };
  const Dataset plain = csv("a,b\n1,2\n");
  EXPECT_EQ(refused(plain, csv("a\n1\n")),
            "Dataset::concat: part 1 (from x.csv:2 on) has no column \"b\". Columns: a.");
  EXPECT_EQ(refused(plain, csv("a,b,c\n1,2,3\n")),
            "Dataset::concat: part 1 (from x.csv:2 on) has a column \"c\" that part 0 (from x.csv:2 on) does not have. "
            "Columns: a, b.");
  EXPECT_EQ(refused(plain, csv("a,b\n1,x\n")),
            "Dataset::concat: column \"b\" holds numbers in part 0 (from x.csv:2 on) and categories in part 1 (from "
            "x.csv:2 on).");
  EXPECT_EQ(refused(plain, csv("a,b,y\n1,2,3\n", {.label = "y"})),
            "Dataset::concat: part 1 (from x.csv:2 on) has a label, part 0 (from x.csv:2 on) has none.");
  EXPECT_EQ(refused(csv("a,y\n1,2\n", {.label = "y"}), csv("a,y\n1,z\n", {.label = "y"})),
            "Dataset::concat: the label is text in part 1 (from x.csv:2 on) and numbers in part 0 (from x.csv:2 on).");
  EXPECT_EQ(refused(libsvm("1 1:1\n"), Dataset::from_csr(std::vector<int>{0, 1}, std::vector<int>{1}, Numbers{1}, 2)),
            "Dataset::concat: part 1 has no column of those before it. Columns: f0, f1. Columns before: 1.");
  EXPECT_EQ(refused(plain, libsvm("1 1:1\n")),
            "Dataset::concat: part 0 (from x.csv:2 on) is dense and part 1 (from x.txt:1 on) is not.");
  // Parts without rows count, and rows of memory have no place.
  const Dataset made = Dataset::from_rows({1.0, 2.0}, 2, {.names = {"a", "c"}});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Dataset::concat({plain.take(std::vector<std::int64_t>{}), plain, made});
            }),
            "Dataset::concat: part 2 has a column \"c\" that part 1 (from x.csv:2 on) does not have. Columns: a, b.");
}

TEST(Concat, GroupsOffsetsAndSeveralLabels) {
  const std::string head = "x,q,o,a,b\n", first = "1,u,0.5,1,2\n2,u,1.5,3,4\n3,v,2.5,5,6\n", second = "4,v,3.5,7,8\n";
  const CsvOptions options{.label = {"a", "b"}, .group = "q", .offset = "o"};
  const Dataset parts = Dataset::concat({csv(head + first, options), csv(head + second, options)});
  EXPECT_EQ(numbers(parts.groups()), (Numbers{0, 2, 3, 4}));  // "v" of the second part is a group of its own
  EXPECT_EQ(numbers(parts.offset()), (Numbers{0.5, 1.5, 2.5, 3.5}));
  EXPECT_EQ(parts.label().shape(), (Shape{4, 2}));
  EXPECT_EQ(numbers(parts.label()), (Numbers{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(parts.label_names(), (Names{"a", "b"}));
  const Dataset data = parts.take(std::vector<std::int64_t>{0, 1, 2});
  const auto refused = [&](const Dataset& other) {
    return refusal<ArgumentError>([&] { Dataset::concat({data, other}); });
  };
  EXPECT_EQ(refused(data.with_groups({})),
            "Dataset::concat: part 1 (from x.csv:2 on) has no groups, part 0 (from x.csv:2 on) has some.");
  EXPECT_EQ(refused(data.with_offset({})),
            "Dataset::concat: part 1 (from x.csv:2 on) has no offset, part 0 (from x.csv:2 on) has one offset a row.");
  EXPECT_EQ(
      refused(data.with_offset(Tensor::zeros({3, 2}))),
      "Dataset::concat: part 1 (from x.csv:2 on) has 2 offsets a row, part 0 (from x.csv:2 on) has one offset a row.");
  EXPECT_EQ(
      refused(data.with_label({1, 2, 3})),
      "Dataset::concat: part 1 (from x.csv:2 on) has one label a row, part 0 (from x.csv:2 on) has 2 labels a row.");
  const Tensor two = Tensor::zeros({3, 2});
  EXPECT_EQ(refused(data.with_label(two, {"b", "a"})),
            "Dataset::concat: part 1 (from x.csv:2 on) has the label b, a, part 0 (from x.csv:2 on) has a, b. Hint: "
            "name them alike, and in one order, by "
            "with_label.");
  EXPECT_EQ(refused(data.with_offset({1, 2, 3}, {"c"})),
            "Dataset::concat: part 1 (from x.csv:2 on) has the offset c, part 0 (from x.csv:2 on) has o. Hint: name "
            "them alike, and in one order, by "
            "with_offset.");
  EXPECT_EQ(Dataset::concat({data, data.with_label(two)}).label_names(), (Names{"a", "b"}));
}

}  // namespace
}  // namespace linden
