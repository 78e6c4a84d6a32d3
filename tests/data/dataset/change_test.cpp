// Datasets with a part changed: the rest as it was.
#include <array>

#include "data/reading.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

Dataset rows() { return csv("x,c,w,y\n1,a,1,no\n2,b,2,yes\n,NA,3,no\n", {.label = "y", .weight = "w"}); }

TEST(Change, AnotherLabel) {
  const std::array<float, 3> numbers_of_rows{5, 6, 7};
  const Dataset data = rows().with_label(numbers_of_rows, "z");
  EXPECT_EQ(numbers(data.label()), (Numbers{5, 6, 7}));
  EXPECT_TRUE(data.classes().empty());
  EXPECT_EQ(data.label_name(), "z");
  EXPECT_EQ(data.feature_names(), (Names{"x", "c"}));
  EXPECT_EQ(numbers(data.weight()), (Numbers{1, 2, 3}));
  const Dataset text = rows().with_label(Names{"u", "t", "u"});
  EXPECT_EQ(text.classes(), (Names{"t", "u"}));
  EXPECT_EQ(numbers(text.label()), (Numbers{1, 0, 1}));
  EXPECT_EQ(rows().with_label({2, 1, 2}).label().elements(), 3);
  EXPECT_EQ(refusal<ArgumentError>([] {
              rows().with_label({1, 2});
            }),
            "Dataset: the label has 2 entries, but there are 3 rows.");
  EXPECT_EQ(refusal<DataError>([] { rows().with_label({1, std::nan(""), 2}); }), "Dataset: the label is nan at row 1.");
}

TEST(Change, OtherWeights) {
  EXPECT_EQ(numbers(rows().with_weight(std::vector<int>{1, 0, 2}).weight()), (Numbers{1, 0, 2}));
  EXPECT_EQ(rows().with_weight({}).weight().elements(), 0);
  EXPECT_EQ(refusal<DataError>([] {
              rows().with_weight({1, -1, 1});
            }),
            "Dataset: the weight is -1 at row 1, but a weight is a finite number, at least 0.");
}

TEST(Change, MoreColumnsAndOthers) {
  const Dataset data = rows().with_column("n", std::vector<int>{1, 2, 3}).with_column("c", Names{"q", "", "p"});
  EXPECT_EQ(data.feature_names(), (Names{"x", "c", "n"}));
  EXPECT_EQ(numbers(data.column("n").values), (Numbers{1, 2, 3}));
  EXPECT_EQ(data.column("c").categories, (Names{"p", "q"}));
  EXPECT_EQ(numbers(data.column("c").values), (Numbers{1, -1, 0}));
  EXPECT_EQ(data.classes(), rows().classes());
  const Dataset built = Dataset().with_column("a", {1, 2}).with_column("b", {"u", "v"}).with_label({0, 1});
  EXPECT_EQ(built.rows(), 2);
  EXPECT_EQ(built.features(), 2);
  EXPECT_EQ(refusal<ArgumentError>([] {
              rows().with_column("n", {1, 2});
            }),
            "Dataset: feature \"n\" has shape [2], but there are 3 rows.");
  EXPECT_EQ(refusal<ArgumentError>([] { libsvm("1 1:1\n").with_column("n", {1}); }),
            "Dataset::with_column: the dataset holds compressed rows, which have no columns of their own. Hint: make a "
            "dense one of matrix().");
}

TEST(Change, FewerColumns) {
  EXPECT_EQ(dump(rows().without({"x"})), dump(csv("c,w,y\na,1,no\nb,2,yes\nNA,3,no\n", {.label = "y", .weight = "w"})));
  EXPECT_EQ(rows().without({"x", "c"}).features(), 0);
  EXPECT_EQ(rows().without({"x", "c"}).rows(), 3);
  EXPECT_EQ(refusal<ArgumentError>([] { rows().without({"xx"}); }),
            "Dataset::without: no column \"xx\". Did you mean \"x\"? Columns: x, c.");
  const Dataset sparse = libsvm("1 1:1 2:2 3:3\n2 2:5\n3\n4 1:6 3:7\n").without({"2"});
  EXPECT_EQ(sparse.feature_names(), (Names{"1", "3"}));
  EXPECT_EQ(numbers(sparse.sparse().offsets), (Numbers{0, 2, 2, 2, 4}));
  EXPECT_EQ(numbers(sparse.sparse().columns), (Numbers{0, 1, 0, 1}));
  EXPECT_EQ(numbers(sparse.sparse().values), (Numbers{1, 3, 6, 7}));
}

TEST(Change, AColumnIsFoundByItsName) {
  EXPECT_EQ(numbers(rows().column("x").values)[1], 2);
  EXPECT_EQ(refusal<ArgumentError>([] { rows().column("cc"); }),
            "Dataset::column: no column \"cc\". Did you mean \"c\"? Columns: x, c.");
  EXPECT_EQ(refusal<ArgumentError>([] { libsvm("1 1:1\n").column("1"); }),
            "Dataset::column: no column \"1\" in compressed rows. Did you mean \"1\"? Columns: 1.");
}

TEST(Change, SeveralLabelsOffsetsAndGroups) {
  const Tensor two = Tensor::of({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  const Dataset labelled = rows().with_label(two, Names{"a", "b"});
  EXPECT_EQ(labelled.label_names(), (Names{"a", "b"}));
  EXPECT_EQ(labelled.label_name(), "a");
  EXPECT_EQ(labelled.label().shape(), (Shape{3, 2}));
  EXPECT_TRUE(labelled.classes().empty());
  EXPECT_TRUE(rows().with_label(two).label_names().empty());
  EXPECT_EQ(Dataset().with_label(two).rows(), 3);
  const Dataset data = rows().with_offset({1, -2, 3}, "o").with_groups({"p", "p", "q"}, "g");
  EXPECT_EQ(numbers(data.offset()), (Numbers{1, -2, 3}));
  EXPECT_EQ(numbers(data.groups()), (Numbers{0, 2, 3}));
  EXPECT_EQ(data.schema().group_name, "g");
  EXPECT_EQ(data.schema().offset_names, Names{"o"});
  EXPECT_EQ(numbers(data.without({"x"}).with_column("n", {1, 2, 3}).groups()), (Numbers{0, 2, 3}));
  EXPECT_EQ(dump(data.with_offset({}).with_groups({})), dump(rows()));
  const auto refused = [&](const Names& names) {
    return refusal<ArgumentError>([&] { rows().with_label(two, names); });
  };
  EXPECT_EQ(refused({"a", "b", "c"}), "Dataset: 3 names for 2 labels.");
  EXPECT_EQ(refused({"a", "a"}), "Dataset: two labels are called \"a\".");
  EXPECT_EQ(refusal<ArgumentError>([] {
              rows().with_offset({1, 2, 3}, Names{"a", "b"});
            }),
            "Dataset: 2 names for 1 offsets.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              rows().with_groups({1, 2});
            }),
            "Dataset: the groups have 2 rows, but there are 3.");
  EXPECT_EQ(refusal<DataError>([] {
              rows().with_offset({1, std::nan(""), 3});
            }),
            "Dataset: the offset is nan at row 1.");
  const std::string none_a_row =
      "Dataset: numbers of rows have shape [3, 0], none a row. Hint: {} where there are none.";
  const Tensor nothing = Tensor::zeros({3, 0});
  EXPECT_EQ(refusal<ArgumentError>([&] { rows().with_label(nothing); }), none_a_row);
  EXPECT_EQ(refusal<ArgumentError>([&] { rows().with_offset(nothing); }), none_a_row);
  EXPECT_EQ(refusal<ArgumentError>([&] { rows().with_weight(nothing); }), none_a_row);
  EXPECT_EQ(
      refusal<ArgumentError>([&] { Dataset::from_named({{.name = "x", .values = Tensor::zeros({3})}}, nothing); }),
      "Dataset: the label has shape [3, 0], none a row. Hint: an empty tensor where there is none.");
}

// By a schema a column of a file is one thing.
TEST(Change, ANameIsOfOneThing) {
  const Tensor two = Tensor::zeros({3, 2});
  const auto refused = [](const auto& change) { return refusal<ArgumentError>(change); };
  const std::string another = ". Hint: another name for one of them.";
  EXPECT_EQ(refused([] {
              rows().with_label({1, 2, 3}, "x");
            }),
            "Dataset: column \"x\" cannot be a feature and the label. Hint: another name, or first without(\"x\").");
  EXPECT_EQ(refused([] {
              rows().with_column("y", {1, 2, 3});
            }),
            "Dataset: column \"y\" cannot be a feature and the label. Hint: another name, or first without(\"y\").");
  EXPECT_EQ(refused([] {
              libsvm("1 7:1\n2 7:1\n").with_groups({1, 1}, "7");
            }),
            "Dataset: column \"7\" cannot be a feature and the group. Hint: another name, or first without(\"7\").");
  EXPECT_EQ(refused([] {
              rows().with_groups({1, 1, 1}, "y");
            }),
            "Dataset: column \"y\" cannot be the label and the group" + another);
  EXPECT_EQ(refused([&] {
              rows().with_groups({1, 1, 1}, "q").with_offset(two, {"o", "q"});
            }),
            "Dataset: column \"q\" cannot be the group and the offset" + another);
  EXPECT_EQ(rows().without("x").with_label({1, 2, 3}, "x").label_name(), "x");
}

TEST(Change, WhatADatasetHoldsIsToBeRead) {
  const Dataset data = rows().with_groups({1, 1, 2}).with_offset({1, 2, 3});
  const std::string before = dump(data);
  for (Tensor held : {data.label(), data.weight(), data.offset(), data.column("x").values})
    EXPECT_TRUE(
        refusal<ArgumentError>([&] { held += 1; }).ends_with("a view of const memory. Hint: change a clone()."));
  Tensor mine = data.label().clone();
  mine += 1;
  EXPECT_EQ(dump(data), before);
  // Tensors that a dataset keeps are still their owner's to change.
  Tensor values = Tensor::zeros({2});
  const Dataset kept = Dataset::from_named({{.name = "v", .values = values}});
  values += 1;
  EXPECT_EQ(numbers(kept.column("v").values), (Numbers{1, 1}));
}

}  // namespace
}  // namespace linden
