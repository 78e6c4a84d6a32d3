// Datasets from memory: copied, kept or referred to, and everything checked.
#include <array>
#include <cmath>
#include <limits>
#include <linden/ops.hpp>
#include <memory>

#include "data/reading.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Dataset, IsEmptyByDefault) {
  const Dataset data;
  EXPECT_EQ(data.rows(), 0);
  EXPECT_EQ(data.features(), 0);
  EXPECT_FALSE(data.has_label());
}

TEST(Dataset, FromRowsViewsTheCallersMemoryWhenAskedTo) {
  std::vector<float> x{1, 2, 3, 4, 5, 6};
  const Dataset data = Dataset::from_rows(std::span<const float>(x), 3, {.refer = true});
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.feature_names(), (Names{"f0", "f1", "f2"}));
  EXPECT_EQ(data.columns()[1].values.data<float>(), x.data() + 1);
  EXPECT_EQ(data.columns()[1].values.strides()[0], 3);
  EXPECT_EQ(numbers(data.columns()[1].values), (Numbers{2, 5}));
  x[4] = 50;
  EXPECT_EQ(numbers(data.columns()[1].values), (Numbers{2, 50}));
}

TEST(Dataset, FromColumnsViewsTheCallersMemoryWhenAskedTo) {
  const std::vector<double> x{1, 2, 3, 4, nan, 6};
  const Dataset data = Dataset::from_columns(std::span(x), 3, {.refer = true});
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.columns()[1].values.data<double>(), x.data() + 2);
  EXPECT_TRUE(data.columns()[1].values.is_contiguous());
  EXPECT_EQ(numbers(data.columns()[1].values), (Numbers{3, 4}));
}

TEST(Dataset, FromCsrViewsTheCallersMemoryWhenAskedTo) {
  const std::vector<std::int64_t> offsets{0, 2, 2, 3};
  const std::vector<std::int32_t> columns{0, 2, 1};
  const std::vector<float> values{1, 2, 3};
  const Dataset data = Dataset::from_csr(std::span(offsets), std::span(columns), std::span(values), 3, {.refer = true});
  EXPECT_TRUE(data.is_sparse());
  EXPECT_EQ(data.rows(), 3);
  EXPECT_EQ(data.features(), 3);
  EXPECT_EQ(data.sparse().offsets.data<std::int64_t>(), offsets.data());
  EXPECT_EQ(data.sparse().columns.data<std::int32_t>(), columns.data());
  EXPECT_EQ(data.sparse().values.data<float>(), values.data());
}

// A dataset whose memory is gone with the function, were it not copied or handed over.
Dataset made_elsewhere(bool hand_over) {
  std::vector<float> x{1, 2, 3, 4, 5, 6};
  const std::vector<int> y{7, 8};
  const float* const memory = x.data();
  const Dataset data =
      hand_over ? Dataset::from_rows(std::move(x), 3, {.label = y}) : Dataset::from_rows(x, 3, {.label = y});
  EXPECT_EQ(data.columns()[0].values.data<float>() == memory, hand_over);
  return data;
}

TEST(Dataset, MemoryIsCopiedOrHandedOver) {
  for (const bool hand_over : {false, true}) {
    const Dataset data = made_elsewhere(hand_over);
    EXPECT_EQ(numbers(data.columns()[1].values), (Numbers{2, 5}));
    EXPECT_EQ(data.columns()[1].values.dtype(), DType::f32);
    EXPECT_EQ(numbers(data.label()), (Numbers{7, 8}));
  }
  std::vector<double> x{1, 2, 3, 4};
  const Dataset columns = Dataset::from_columns(x, 2);
  EXPECT_TRUE(columns.columns()[1].values.is_contiguous());
  Tensor tensor = Tensor::copy_of(std::span<const double>(x), {2, 2});
  const Dataset copied = Dataset::from_tensors(tensor), referred = Dataset::from_tensors(tensor, {.refer = true});
  const Dataset turned = Dataset::from_tensors(tensor.transpose(0, 1));
  EXPECT_TRUE(turned.columns()[0].values.is_contiguous());
  tensor.data<double>()[0] = x[0] = 50;
  EXPECT_EQ(numbers(columns.columns()[0].values), (Numbers{1, 2}));
  EXPECT_EQ(numbers(copied.columns()[0].values), (Numbers{1, 3}));
  EXPECT_EQ(numbers(referred.columns()[0].values), (Numbers{50, 3}));
  EXPECT_EQ(numbers(turned.columns()[0].values), (Numbers{1, 2}));
}

TEST(Dataset, TakesAnyNumbersAndNames) {
  std::array<int, 4> whole{1, 2, 3, 4};
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4};
  const std::vector<bool> flags{true, false};
  const float plain[] = {1, 2, 3, 4};
  const char* const names[] = {"a", "b"};
  std::vector<std::int64_t> weights{1, 2};
  const Dataset wanted = Dataset::from_rows({1, 2, 3, 4}, 2, {.label = {1, 0}, .weight = {1, 2}, .names = {"a", "b"}});
  const RowOptions options{.label = flags, .weight = std::span(weights), .names = names};
  EXPECT_EQ(dump(Dataset::from_rows(whole, 2, options)), dump(wanted));
  EXPECT_EQ(dump(Dataset::from_rows(bytes, 2, options)), dump(wanted));
  EXPECT_EQ(dump(Dataset::from_rows(std::span(whole), 2, options)), dump(wanted));
  EXPECT_EQ(numbers(Dataset::from_rows(plain, 2, options).columns()[1].values), (Numbers{2, 4}));
  EXPECT_EQ(Dataset::from_rows(plain, 2).columns()[1].values.dtype(), DType::f32);
  EXPECT_EQ(dump(Dataset::from_rows(whole, 2,
                                    {.label = Tensor::copy_of(std::span<const float>(std::array{1.f, 0.f}), {2}),
                                     .weight = weights,
                                     .names = Names{"a", "b"}})),
            dump(wanted));
  const std::vector<int> offsets{0, 1, 2};
  const std::vector<std::int64_t> columns{1, 0}, far{1, std::int64_t{1} << 32};
  EXPECT_EQ(
      dump(Dataset::from_csr(offsets, columns, std::vector<int>{5, 6}, 2)),
      dump(Dataset::from_csr(std::vector<std::int64_t>{0, 1, 2}, std::vector<std::int32_t>{1, 0}, Numbers{5, 6}, 2)));
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Dataset::from_csr(offsets, far, Numbers{5, 6}, 2);
            }),
            "Dataset: 4294967296 is no offset or column of sparse data, which are numbers from 0 to 2147483647.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Dataset::from_csr(std::vector<std::uint64_t>{0, ~std::uint64_t{0}}, columns, Numbers{5, 6}, 2);
            }),
            "Dataset: 18446744073709551615 is no offset or column of sparse data, which are numbers from 0 to "
            "9223372036854775807.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              Dataset::from_rows({1, 2}, 1, {.label = Tensor::zeros({2, 1, 1})});
            }),
            "Dataset: numbers of rows have shape [2, 1, 1], but must be [rows], or [rows, K] of K a row.");
}

TEST(Dataset, LabelsAndOffsetsMayBeSeveralARow) {
  const Tensor two = Tensor::of({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  const Dataset data = Dataset::from_rows({1, 2, 3}, 1, {.label = two, .offset = two * 10});
  EXPECT_EQ(data.label().shape(), (Shape{3, 2}));
  EXPECT_EQ(numbers(data.label()), (Numbers{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(data.has_label());
  EXPECT_EQ(data.label_name(), "");
  EXPECT_EQ(data.offset().shape(), (Shape{3, 2}));
  EXPECT_EQ(numbers(data.offset()), (Numbers{10, 20, 30, 40, 50, 60}));
  const Tensor column = two.select(1, 1).unsqueeze(1);  // [3, 1] is one a row
  const Dataset one = Dataset::from_rows({1, 2, 3}, 1, {.label = column, .offset = {7, 8, 9}});
  EXPECT_EQ(one.label().shape(), Shape{3});
  EXPECT_EQ(numbers(one.label()), (Numbers{2, 4, 6}));
  EXPECT_EQ(numbers(one.offset()), (Numbers{7, 8, 9}));
  EXPECT_FALSE(Dataset::from_rows({1, 2, 3}, 1).has_offset());
  const Column x{.name = "x", .values = Tensor::zeros({3})};
  const Tensor turned = two.transpose(0, 1).contiguous().transpose(0, 1);
  EXPECT_EQ(numbers(Dataset::from_named({x}, turned).label()), (Numbers{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(Dataset::from_named({x}, column).label().shape(), Shape{3});
}

TEST(Dataset, RefusesLabelsWeightsAndOffsetsThatDoNotFit) {
  const auto refused = [](const RowOptions& options) {
    return refusal<Error>([&] { Dataset::from_rows({1, 2, 3}, 1, options); });
  };
  const Tensor hole = Tensor::of({{1.0, 2.0}, {3.0, std::nan("")}, {5.0, 6.0}});
  EXPECT_EQ(refused({.label = Tensor::zeros({2, 3})}),
            "Dataset: the label has shape [2, 3], but must be [3] or [3, K].");
  EXPECT_EQ(refused({.label = hole}), "Dataset: the label is nan at row 1.");
  EXPECT_EQ(refused({.weight = Tensor::ones({3, 2})}), "Dataset: the weight has shape [3, 2], but must be [3].");
  EXPECT_EQ(refused({.offset = {1, 2}}), "Dataset: the offset has 2 entries, but there are 3 rows.");
  EXPECT_EQ(refused({.offset = {1, 2, INFINITY}}), "Dataset: the offset is inf at row 2.");
  const Column x{.name = "x", .values = Tensor::zeros({2})};
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Dataset::from_named({x}, Tensor::zeros({2, 2}), {}, {"a", "b"});
            }),
            "Dataset: there are 2 classes, but 2 labels a row, which are numbers.");
}

TEST(Dataset, TheHeadersExampleIsOne) {
  std::vector<float> x(1000 * 28);
  std::vector<int> clicks(1000);
  auto mine = Dataset::from_rows(x, 28, {.label = clicks});
  auto big = Dataset::from_rows(x, 28, {.refer = true});
  EXPECT_EQ(mine.rows(), 1000);
  EXPECT_EQ(big.columns()[0].values.data<float>(), x.data());
}

TEST(Dataset, TheOwnerLivesAsLongAsTheDataset) {
  auto x = std::make_shared<std::vector<float>>(std::vector<float>{1, 2});
  const std::weak_ptr<std::vector<float>> watch = x;
  Dataset data = Dataset::from_rows(std::span<const float>(*x), 1, {.owner = x});
  x.reset();
  EXPECT_FALSE(watch.expired());
  data = Dataset();
  EXPECT_TRUE(watch.expired());
}

TEST(Dataset, LabelsWeightsAndNamesAreCopied) {
  const std::vector<double> x{1, 2};
  std::vector<double> label{3, 4}, weight{0, 2};
  const Names names{"a"};
  const Dataset data = Dataset::from_rows(std::span(x), 1, {.label = label, .weight = weight, .names = names});
  label[0] = weight[0] = 9;
  EXPECT_EQ(numbers(data.label()), (Numbers{3, 4}));
  EXPECT_EQ(numbers(data.weight()), (Numbers{0, 2}));
  EXPECT_EQ(data.feature_names(), names);
}

TEST(Dataset, FromNamedTakesColumnsOfMixedKinds) {
  const Column number{.name = "x", .values = Tensor::copy_of(std::span<const float>(std::array{1.f, 2.f}), {2})};
  const Column color{.name = "c",
                     .values = Tensor::copy_of(std::span<const std::int32_t>(std::array{-1, 1}), {2}),
                     .categorical = true,
                     .categories = {"blue", "red"}};
  const Tensor label = Tensor::copy_of(std::span<const double>(std::array{1.0, 0.0}), {2});
  const Dataset data = Dataset::from_named({number, color}, label, {}, {"no", "yes"});
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.columns()[1].categories, (Names{"blue", "red"}));
  EXPECT_EQ(data.classes(), (Names{"no", "yes"}));
  EXPECT_EQ(Dataset::from_named({number}).has_label(), false);
}

// Refusals. Six values: two rows of three features.
struct Given {
  Numbers x{1, 2, 3, 4, 5, 6};
  int features = 3;
  Numbers label = {}, weight = {};
  Names names = {};
};

template <class E>
std::string refused(const Given& given) {
  const std::string by_rows = refusal<E>([&] {
    Dataset::from_rows(std::span<const double>(given.x), given.features,
                       {.label = given.label, .weight = given.weight, .names = given.names});
  });
  return by_rows;
}

TEST(Dataset, RefusesSizesThatDoNotFit) {
  EXPECT_EQ(refused<ArgumentError>({.features = 4}), "Dataset: 6 values are no whole number of rows of 4 features.");
  EXPECT_EQ(refused<ArgumentError>({.features = 0}), "Dataset: 0 features; there must be at least one.");
  EXPECT_EQ(refused<ArgumentError>({.label = {1}}), "Dataset: the label has 1 entries, but there are 2 rows.");
  EXPECT_EQ(refused<ArgumentError>({.weight = {1, 2, 3}}), "Dataset: the weight has 3 entries, but there are 2 rows.");
  EXPECT_EQ(refused<ArgumentError>({.names = {"a"}}), "Dataset: 1 names for 3 features.");
  EXPECT_EQ(refused<ArgumentError>({.names = {"a", "b", "a"}}), "Dataset: two features are called \"a\".");
  EXPECT_EQ(refusal<ArgumentError>([] { Dataset::from_tensors(Tensor::zeros({2})); }),
            "Dataset: features have shape [2], but must be [rows, features].");
  EXPECT_EQ(refusal<ArgumentError>([] {
              Dataset::from_tensors(Tensor::zeros({2, 2}, DType::i32));
            }),
            "Dataset: features are f32 or f64, not i32.");
}

TEST(Dataset, RefusesInfinitiesNamingRowAndFeature) {
  const std::string message =
      "Dataset: feature \"f1\" is infinite at row 1. Hint: use NaN for a value that is not known.";
  EXPECT_EQ(refused<DataError>({.x = {1, nan, 3, 4, infinity, -infinity}}), message);
  EXPECT_EQ(refusal<DataError>([] {
              const std::vector<float> x{1, 2, 3, -INFINITY, 5, 6};
              Dataset::from_columns(std::span(x), 3);
            }),
            message);
  // In the middle of a larger array, by rows and by columns.
  Numbers big(1000 * 7, 1.0);
  big[700 * 7 + 3] = -infinity;
  EXPECT_EQ(refusal<DataError>([&] { Dataset::from_rows(std::span<const double>(big), 7); }),
            "Dataset: feature \"f3\" is infinite at row 700. Hint: use NaN for a value that is not known.");
  EXPECT_EQ(refusal<DataError>([&] { Dataset::from_columns(std::span<const double>(big), 7); }),
            "Dataset: feature \"f4\" is infinite at row 903. Hint: use NaN for a value that is not known.");
}

TEST(Dataset, RefusesBadLabelsAndWeights) {
  EXPECT_EQ(refused<DataError>({.label = {1, nan}}), "Dataset: the label is nan at row 1.");
  EXPECT_EQ(refused<DataError>({.label = {-infinity, 0}}), "Dataset: the label is -inf at row 0.");
  EXPECT_EQ(refused<DataError>({.weight = {1, infinity}}),
            "Dataset: the weight is inf at row 1, but a weight is a finite number, at least 0.");
  EXPECT_EQ(refused<DataError>({.weight = {-1, 1}}),
            "Dataset: the weight is -1 at row 0, but a weight is a finite number, at least 0.");
  EXPECT_EQ(refused<DataError>({.weight = {nan, 1}}),
            "Dataset: the weight is nan at row 0, but a weight is a finite number, at least 0.");
  EXPECT_EQ(refused<DataError>({.weight = {0, 0}}), "Dataset: every weight is 0.");
}

std::string refused_csr(std::vector<std::int64_t> offsets, std::vector<std::int32_t> columns, Numbers values) {
  try {
    Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(columns),
                      std::span<const double>(values), 3);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Dataset, RefusesCompressedRowsOutOfOrder) {
  EXPECT_EQ(refused_csr({}, {}, {}), "Dataset: no offsets; there must be one more than there are rows.");
  EXPECT_EQ(refused_csr({0, 1}, {0}, {1, 2}), "Dataset: 2 values for 1 columns.");
  EXPECT_EQ(refused_csr({0, 2}, {0}, {1}),
            "Dataset: offsets run from 0 to 2, but must run from 0 to 1, the number of entries.");
  EXPECT_EQ(refused_csr({0, 2, 1, 2}, {0, 1}, {1, 2}), "Dataset: the offsets of row 1 descend from 2 to 1.");
  EXPECT_EQ(refused_csr({0, 1, 2}, {0, 3}, {1, 2}), "Dataset: row 1 has column 3, but there are 3 features.");
  EXPECT_EQ(refused_csr({0, 1}, {-1}, {1}), "Dataset: row 0 has column -1, but there are 3 features.");
  EXPECT_EQ(refused_csr({0, 2}, {1, 1}, {1, 2}), "Dataset: the columns of row 0 do not ascend: 1 stands before 1.");
  EXPECT_EQ(refused_csr({0, 0, 2}, {0, 2}, {1, infinity}),
            "Dataset: feature \"f2\" is infinite at row 1. Hint: use NaN for a value that is not known.");
}

// 30 million columns, two of which have entries.
TEST(Dataset, ColumnsWithoutEntriesCostNothingInWideRows) {
  const std::vector<std::int64_t> offsets{0, 2, 3};
  const std::vector<std::int32_t> columns{5, 29'999'999, 29'999'999};
  const Numbers values{1, 2, 3};
  const auto tensor = [](const auto& v) {
    return Tensor::copy_of(std::span(v), {static_cast<std::int64_t>(v.size())});
  };
  const Dataset wanted =
      Dataset::from_csr(offsets, std::vector<int>{0, 1, 1}, values, 2, {.names = Names{"f5", "f29999999"}});
  EXPECT_EQ(dump(Dataset::from_csr(offsets, columns, values, 30'000'000)), dump(wanted));
  EXPECT_EQ(dump(Dataset::from_csr(offsets, columns, values, 30'000'000, {.refer = true})), dump(wanted));
  EXPECT_EQ(dump(Dataset::from_sparse(tensor(offsets), tensor(columns), tensor(values), 30'000'000)), dump(wanted));
  EXPECT_EQ(columns[0], 5);  // what was referred to is as it was
  EXPECT_EQ(refusal<DataError>([&] { Dataset::from_csr(offsets, columns, values, 29'999'999); }),
            "Dataset: row 0 has column 29999999, but there are 29999999 features.");
  EXPECT_EQ(refusal<DataError>([&] {
              Dataset::from_csr(offsets, columns, Numbers{1, infinity, 3}, 30'000'000);
            }),
            "Dataset: feature \"f29999999\" is infinite at row 0. Hint: use NaN for a value that is not known.");
}

TEST(Dataset, AWidthThatIsGivenStandsUnlessEntriesAreFarFewer) {
  const auto features_of = [](int features, std::int32_t entries, Names names = {}) {
    std::vector<std::int32_t> columns;
    for (std::int32_t c = 0; c < entries; ++c) columns.push_back(2 * c);
    return Dataset::from_csr(std::vector<std::int64_t>{0, entries}, columns, Numbers(columns.size(), 1.0), features,
                             {.names = std::move(names)})
        .features();
  };
  EXPECT_EQ(features_of(100'000, 1), 100'000);
  EXPECT_EQ(features_of(100'002, 50'001), 100'002);
  EXPECT_EQ(features_of(100'002, 50'000), 50'000);
  Names names;
  for (int f = 0; f < 100'002; ++f) names.push_back(std::to_string(f));
  EXPECT_EQ(features_of(100'002, 1, names), 100'002);
  EXPECT_EQ(features_of(30'000'000, 0), 1);
}

Column codes(std::vector<std::int32_t> values, Names categories) {
  return {.name = "c",
          .values = Tensor::copy_of(std::span<const std::int32_t>(values), {2}),
          .categorical = true,
          .categories = std::move(categories)};
}

TEST(Dataset, RefusesColumnsThatDoNotFit) {
  const Column x{.name = "x", .values = Tensor::zeros({2})};
  const Column longer{.name = "z", .values = Tensor::zeros({3})};
  const auto refused_named = [](std::vector<Column> columns, Tensor label = {}, Names classes = {}) -> std::string {
    try {
      Dataset::from_named(std::move(columns), std::move(label), {}, std::move(classes));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refused_named({x, longer}), "Dataset: feature \"z\" has shape [3], but there are 2 rows.");
  EXPECT_EQ(refused_named({x, x}), "Dataset: two features are called \"x\".");
  EXPECT_EQ(refused_named({codes({0, 2}, {"a", "b"})}),
            "Dataset: feature \"c\" has code 2 at row 1, but it has 2 categories.");
  EXPECT_EQ(refused_named({codes({0, 1}, {"b", "a"})}),
            "Dataset: the categories of feature \"c\" are not distinct and in byte order: \"b\" stands before \"a\".");
  EXPECT_EQ(refused_named({{.name = "n", .values = Tensor::zeros({2}, DType::i32)}}),
            "Dataset: feature \"n\" is i32, but numbers are f32 or f64.");
  EXPECT_EQ(refused_named({{.name = "n", .values = Tensor::zeros({2}), .categorical = true}}),
            "Dataset: feature \"n\" is f64, but codes of categories are i32.");
  EXPECT_EQ(refused_named({{.name = "n", .values = Tensor::zeros({2}), .categories = {"a"}}}),
            "Dataset: feature \"n\" has 1 categories, but is not categorical.");
  EXPECT_EQ(refused_named({x}, Tensor::zeros({2}, DType::f32)),
            "Dataset: the label is f32 of shape [2], but must be f64 of shape [rows] or [rows, K].");
  const Tensor label = Tensor::copy_of(std::span<const double>(std::array{0.0, 2.0}), {2});
  EXPECT_EQ(refused_named({x}, label, {"a", "b"}),
            "Dataset: the label is 2 at row 1, which is no number of one of 2 classes.");
  EXPECT_EQ(refused_named({x}, label, {"a", "a", "b"}), "Dataset: two classes are called \"a\".");
}

TEST(Dataset, ThatWasMovedFromIsEmpty) {
  const std::vector<double> x{1, 2, 3}, y{1, 2, 3};
  Dataset a = Dataset::from_rows(x, 1, {.label = y}), c;
  const Dataset b = std::move(a);
  EXPECT_EQ(a.rows(), 0);  // NOLINT: of what was moved from
  EXPECT_EQ(a.features(), 0);
  EXPECT_FALSE(a.has_label());
  EXPECT_TRUE(a.remarks().empty());
  EXPECT_EQ(b.rows(), 3);
  a = b;
  c = std::move(a);
  EXPECT_EQ(a.rows(), 0);  // NOLINT
  EXPECT_EQ(c.rows(), 3);
}

template <class Offsets, class Columns>
concept MakesRows = requires(const Offsets& offsets, const Columns& columns, const std::vector<double>& values) {
  Dataset::from_csr(offsets, columns, values, 1);
};
static_assert(MakesRows<std::vector<int>, std::vector<unsigned>>);
static_assert(!MakesRows<std::vector<double>, std::vector<int>>, "1.5 would be cut");
static_assert(!MakesRows<std::vector<int>, std::vector<double>>);

TEST(Dataset, PartsOfSparseRowsAreNamedWithTheirTypes) {
  const Tensor offsets = Tensor::of({0, 1, 2}), columns = cast(Tensor::of({0, 1}), DType::i32),
               values = Tensor::of({5.0, 6.0});
  EXPECT_EQ(Dataset::from_sparse(offsets, columns, values, 2).rows(), 2);
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Dataset::from_sparse(Tensor::of({0.0, 1.5}), columns, values, 2);
            }),
            "Dataset::from_sparse: offsets is f64 of shape [2], but must be i64 of shape [rows + 1]. Hint: "
            "cast(offsets, DType::i64).");
  EXPECT_EQ(refusal<ArgumentError>([&] { Dataset::from_sparse(offsets, offsets, values, 2); }),
            "Dataset::from_sparse: columns is i64 of shape [3], but must be i32 of shape [entries]. Hint: "
            "cast(columns, DType::i32).");
  EXPECT_EQ(refusal<ArgumentError>([&] { Dataset::from_sparse(offsets, columns, columns, 2); }),
            "Dataset::from_sparse: values is i32 of shape [2], but must be f64 of shape [entries]. Hint: "
            "cast(values, DType::f64).");
}

}  // namespace
}  // namespace linden
