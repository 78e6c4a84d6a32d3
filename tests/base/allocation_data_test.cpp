// Every function of datasets, losses and metrics, and the small ones, while each allocation fails in turn.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/failing_allocations.hpp"
#include "base/log.hpp"

namespace linden {
namespace {

Dataset table() {
  std::vector<Column> columns(2);
  columns[0] = {.name = "a column of numbers", .values = Tensor::of({1.0, 2.0, 3.0, 4.0, 5.0, 6.0})};
  columns[1] = {.name = "a column of categories",
                .values = cast(Tensor::of({0, 1, 0, 1, 1, -1}), DType::i32),
                .categorical = true,
                .categories = {"a category with a long name", "another one with a long name"}};
  return Dataset::from_named(std::move(columns), Tensor::of({0.0, 1.0, 0.0, 1.0, 0.0, 1.0}), {},
                             {"the class of those who do not", "the class of those who do"});
}

Dataset sparse_table() {
  return Dataset::from_csr(std::vector<int>{0, 2, 3, 3}, std::vector<int>{0, 2, 1}, std::vector<float>{1, 2, 3}, 3,
                           {.label = {1, 2, 3}, .names = {"first of the columns", "second of them", "third of them"}});
}

TEST(FailingAllocations, LeaveDatasetsFromMemoryAsErrors) {
  int failed = 0;
  const std::vector<float> x{1, 2, 3, 4, 5, 6};
  const std::vector<int> offsets{0, 1, 2}, columns{0, 2}, whole{1, 2, 3, 4, 5, 6};
  const std::vector<double> values{1.5, 2.5};
  const RowOptions options{.label = {1, 2},
                           .weight = {1, 0.5},
                           .groups = {7, 7},
                           .offset = {1, 2},
                           .names = {"a feature with a long name", "b", "c"}};
  failed += fail_in_turn("from_rows", [&] { return Dataset::from_rows(x, 3, options); });
  failed += fail_in_turn("from_rows", [&] { return Dataset::from_rows(whole, 3); });
  failed += fail_in_turn("from_rows", [&] { return Dataset::from_rows({1, 2, 3}, 3); });
  failed += fail_in_turn("from_columns", [&] { return Dataset::from_columns(x, 3, options); });
  failed += fail_in_turn("from_csr", [&] { return Dataset::from_csr(offsets, columns, values, 3, options); });
  const Tensor matrix = Tensor::of({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  const Tensor o = Tensor::copy_of(std::vector<std::int64_t>{0, 1, 2}), c = Tensor::copy_of(columns);
  failed += fail_in_turn("from_tensors", [&] { return Dataset::from_tensors(matrix, options); });
  failed += fail_in_turn("from_sparse", [&] { return Dataset::from_sparse(o, c, Tensor::of({1.5, 2.5}), 3, options); });
  const Dataset whole_table = table();
  failed += fail_in_turn("from_named", [&] {
    return Dataset::from_named(copy_of(whole_table.columns()), whole_table.label(), {}, copy_of(whole_table.classes()));
  });
  failed += fail_in_turn("Dataset", [] { return Dataset(); });
  failed += fail_in_turn("NumberList", [&] { return NumberList(x).values(); });
  failed += fail_in_turn("GroupList", [&] { return GroupList(whole).starts(); });
  failed += fail_in_turn("GroupList", [&] { return GroupList::sizes(whole).starts(); });
  failed += fail_in_turn("NumberList", [&] { return NumberList(matrix[0]).values(); });
  EXPECT_GT(failed, 80);
}

TEST(FailingAllocations, LeaveChangesOfDatasetsAsErrors) {
  int failed = 0;
  const std::string name = "a column with quite a long name";
  const std::vector<std::string> words{"a word that is not short", "another word, not short", "", "d", "e", "f"};
  const NameList texts(words), first{"a column of numbers"}, second{"second of them"};
  const std::vector<std::int64_t> rows{4, 2, 2, 0};
  const NumberList numbers{6, 5, 4, 3, 2, 1}, groups{1, 1, 2, 2, 3, 3};
  for (const Dataset& data : {table(), sparse_table()}) {
    const bool is_sparse = data.is_sparse();
    const NumberList label = is_sparse ? NumberList{3, 2, 1} : numbers;
    const std::vector<Dataset> twice{data, data};
    const std::vector<int> ones(static_cast<std::size_t>(data.rows()), 1);
    const GroupList whole = GroupList::sizes({data.rows()});
    failed += fail_in_turn("with_label", [&] { return data.with_label(label, copy_of(name)); });
    failed += fail_in_turn("with_weight", [&] { return data.with_weight(label); });
    failed += fail_in_turn("with_groups", [&] { return data.with_groups(whole, copy_of(name)); });
    failed += fail_in_turn("with_offset", [&] { return data.with_offset(label); });
    failed += fail_in_turn("without", [&] { return data.without(is_sparse ? second : first); });
    failed += fail_in_turn("concat", [&] { return Dataset::concat(twice); });
    failed += fail_in_turn("matrix", [&] { return data.matrix(); });
    const Dataset grouped = data.with_groups(whole);
    failed += fail_in_turn("take", [&] { return grouped.take(std::span(rows).subspan(1)); });
    failed += fail_in_turn("folds", [&] { return grouped.with_groups(GroupList::sizes(ones)).folds({.count = 2}); });
    failed += fail_in_turn("take", [&] { return data.take(std::span(rows).subspan(1)); });
    failed += fail_in_turn("split", [&] { return data.split({.test_fraction = 0.34}); });
    failed += fail_in_turn("folds", [&] { return data.folds({.count = 2}); });
    failed += fail_in_turn("schema", [&] { return data.schema(); });
    failed += fail_in_turn("where", [&] { return data.where(1); });
    failed += fail_in_turn("feature_names", [&] { return data.feature_names(); });
    failed += fail_in_turn("<<", [&] { return text_of_stream(data); });
    failed += fail_in_turn(
        "label_name", [&]() -> const auto& { return data.label_name(); });
  }
  const Dataset data = table();
  failed += fail_in_turn("with_label", [&] { return data.with_label(texts, copy_of(name)); });
  failed += fail_in_turn("with_column", [&] { return data.with_column(copy_of(name), numbers); });
  failed += fail_in_turn("with_column", [&] { return data.with_column(copy_of(name), texts); });
  failed += fail_in_turn("with_column", [&] { return data.with_column(copy_of(data.columns()[0])); });
  failed += fail_in_turn(
      "column", [&]() -> const auto& { return data.column("a column of numbers"); });
  failed += fail_in_turn("split", [&] { return data.split({.stratified = true}); });
  const SplitOptions by_groups{.groups = groups};
  const FoldOptions folds{.count = 2, .groups = groups}, strata{.count = 2, .stratified = true};
  failed += fail_in_turn("split", [&] { return data.split(by_groups); });
  failed += fail_in_turn("folds", [&] { return data.folds(folds); });
  failed += fail_in_turn("folds", [&] { return data.folds(strata); });
  failed += fail_in_turn("without", [&] {
    try {
      return data.without(second).features();
    } catch (const ArgumentError&) {
      return -1;
    }
  });
  EXPECT_GT(failed, 300);
}

TEST(FailingAllocations, LeaveReadingAsErrors) {
  const std::string stem = std::filesystem::temp_directory_path() / fmt::format("linden_allocation_{}", ::getpid());
  const std::filesystem::path csv = stem + ".csv", svm = stem + ".svm";
  {
    std::ofstream table(csv), sparse(svm);
    table << "x,job,y\n";
    for (int row = 0; row < 50; ++row) {
      table << row << ",\"a job of number " << row % 7 << "\"," << row % 2 << '\n';
      sparse << row % 2 << " 1:" << row << " 9:2\n";
    }
  }
  int failed = 0;
  const CsvOptions options{.label = "y", .missing = {"a token that is not short"}, .threads = 1};
  const LibsvmOptions sparse{.threads = 1};
  const Dataset table = Dataset::from_csv(csv, options), rows = Dataset::from_libsvm(svm);
  const Schema schema = table.schema(), wide = rows.schema();
  failed += fail_in_turn("from_csv", [&] { return Dataset::from_csv(csv, options); });
  failed += fail_in_turn("from_csv", [&] { return Dataset::from_csv(csv, schema, options); });
  failed += fail_in_turn("from_libsvm", [&] { return Dataset::from_libsvm(svm, sparse); });
  failed += fail_in_turn("from_libsvm", [&] { return Dataset::from_libsvm(svm, wide, sparse); });
  failed += fail_in_turn("looks_like_libsvm", [&] { return looks_like_libsvm(svm); });
  failed += fail_in_turn("where", [&] { return table.where(7); });
  failed += fail_in_turn("concat", [both = std::vector{table, table}] { return Dataset::concat(both).where(60); });
  std::filesystem::remove(csv);
  std::filesystem::remove(svm);
  failed += fail_in_turn("from_csv", [&] {
    try {
      return Dataset::from_csv(csv).features();
    } catch (const FileError&) {
      return -1;
    }
  });
  EXPECT_GT(failed, 200);
}

TEST(FailingAllocations, LeaveLossesAsErrors) {
  int failed = 0;
  using Maker = Loss (*)();
  for (const Maker maker : {Maker{loss::automatic}, Maker{loss::squared}, Maker{loss::logistic}, Maker{loss::poisson},
                            Maker{loss::absolute}})
    failed += fail_in_turn("a loss", maker);
  failed += fail_in_turn("Loss", [] { return Loss(); });
  failed += fail_in_turn("softmax", [] { return loss::softmax({.classes = 3}); });
  failed += fail_in_turn("quantile", [] { return loss::quantile({.level = 0.9}); });
  failed += fail_in_turn("huber", [] { return loss::huber(); });
  failed += fail_in_turn("focal", [] { return loss::focal(); });
  failed += fail_in_turn("loss::names", loss::names);
  const std::vector<LossParameter> level{{"level", 0.7}};
  failed += fail_in_turn("loss::by_name", [&] { return loss::by_name("quantile", level); });
  failed += fail_in_turn("loss::by_name", [] {
    try {
      return loss::by_name("quantil");
    } catch (const ArgumentError&) {
      return copy_of(Loss());
    }
  });
  const Loss quantile = loss::quantile();
  failed += fail_in_turn("parameters", [&] { return quantile.parameters(); });
  failed += fail_in_turn("with_parameter", [&] { return quantile.with_parameter("level", 0.1); });
  failed += fail_in_turn("with_parameter", [&] {
    try {
      return quantile.with_parameter("delta", 0.1);
    } catch (const ArgumentError&) {
      return quantile;
    }
  });
  const loss::LossFunction rows = [](const Tensor& s, const Tensor& y) {
    return where(y > 0.5, square(s - y), abs(s));
  };
  const loss::LossFunction mean_of_rows = [](const Tensor& s, const Tensor& y) { return mean(square(s - y)); };
  const loss::LossFunction mixing = [](const Tensor& s, const Tensor& y) {
    return sum(square(cumulative_sum(s, 0) - y));
  };
  const loss::LossFunctionWithParameters shifted = [](const Tensor& s, const Tensor& y, std::span<const Tensor> p) {
    return square(s + p[0] - y);
  };
  const loss::CustomOptions options{.curvature = Curvature::majorising}, own{.parameters = {Tensor(0.5)}};
  const std::string name = "a loss that somebody wrote";
  for (const loss::LossFunction& function : {rows, mean_of_rows, mixing})
    failed += fail_in_turn("custom", [&] { return loss::custom(copy_of(name), copy_of(function)); });
  failed += fail_in_turn("custom", [&] { return loss::custom(copy_of(name), copy_of(rows), copy_of(options)); });
  failed += fail_in_turn("custom", [&] { return loss::custom(copy_of(name), copy_of(shifted), copy_of(own)); });
  const Loss custom = loss::custom(name, rows);
  const std::vector<double> score{0.25}, labels{0, 1, 0.5};
  for (const Loss& each : {quantile, custom}) {
    failed += fail_in_turn("evaluate", [&] {
      double slope = 0, curvature = 0;
      return each.evaluate(score, 1, {&slope, 1}, {&curvature, 1}) + slope + curvature;
    });
    failed += fail_in_turn("check_labels", [&] { each.check_labels("here", labels); });
    failed += fail_in_turn("predict", [&] {
      double value = 0.25;
      each.predict({&value, 1});
      return value;
    });
  }
  failed += fail_in_turn("check_labels", [&] {
    try {
      loss::logistic().check_labels("here", labels);
    } catch (const DataError&) {
    }
  });
  EXPECT_GT(failed, 400);
}

TEST(FailingAllocations, LeaveMetricsAsErrors) {
  int failed = 0;
  const Tensor p = Tensor::of({0.1, 0.7, 0.4, 0.6}), y = Tensor::of({0.0, 1.0, 0.0, 1.0}), w = Tensor::of({1, 2, 3, 1});
  for (const std::string& name : metric::names()) {
    failed += fail_in_turn(name, [&] { return metric::by_name(name); });
    const Metric metric = metric::by_name(name);
    const bool above_zero = name == "gamma_deviance" || name.ends_with("concordance") || name == "interval_accuracy";
    const Tensor label = above_zero ? y + 1 : y;
    const bool of_distributions = name == "nll" || name == "crps" || name == "coverage_0.9";
    const Tensor prediction = of_distributions ? stack({p, p}, 1) : p;
    failed += fail_in_turn(name, [&] {
      return metric.evaluate({.prediction = prediction,
                              .label = label,
                              .weight = w,
                              .groups = Tensor::of<std::int64_t>({0, 4}),
                              .link = of_distributions ? std::optional(Link::normal) : std::nullopt});
    });
  }
  using Maker = Metric (*)();
  for (const Maker maker :
       {Maker{metric::rmse}, Maker{metric::mae}, Maker{metric::r2}, Maker{metric::logloss}, Maker{metric::accuracy},
        Maker{metric::error}, Maker{metric::auc}, Maker{metric::poisson_deviance}, Maker{metric::gamma_deviance}})
    failed += fail_in_turn("a metric", maker);
  failed += fail_in_turn("pinball", [] { return metric::pinball(); });
  failed += fail_in_turn("metric::names", metric::names);
  const Loss mixing =
      loss::custom("mixing", [](const Tensor& s, const Tensor& t) { return sum(square(cumulative_sum(s, 0) - t)); });
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::quantile(), loss::focal(), mixing}) {
    failed += fail_in_turn("defaults", [&] { return metric::defaults(loss); });
    failed += fail_in_turn("of", [&] { return metric::of(loss).evaluate(p, y); });
  }
  const Metric::Function function = [](const MetricInput& in) { return sum(in.prediction * in.label).item(); };
  const std::string name = "a metric with a long name";
  failed += fail_in_turn("Metric", [&] { return Metric(copy_of(name), true, copy_of(function)); });
  EXPECT_GT(failed, 90);
}

TEST(FailingAllocations, LeaveSmallFunctionsAsErrors) {
  fail_in_turn("version", [] { return std::string_view(version()).size(); });
  fail_in_turn("cuda_available", [] { return cuda_available(); });
  fail_in_turn("cuda_unavailable_reason", [] { return cuda_unavailable_reason(); });
  fail_in_turn("name", [] { return Device::best().name(); });
  const LogHook hook = [](LogLevel, std::string_view) {};
  fail_in_turn("set_log", [&] {
    set_log(copy_of(hook));
    log(LogLevel::info, "a remark");
  });
  set_log({});
  const auto refused = [](const auto& call) {
    return [call] {
      try {
        call();
        return "accepted";
      } catch (const DeviceError& error) {
        return "refused";
      }
    };
  };
  fail_in_turn("cuda", refused([] { Device::cuda(0); }));
  fail_in_turn("memory_use", refused([] { memory_use(Device::cpu()); }));
  fail_in_turn("set_memory_budget", refused([] { set_memory_budget(Device::cpu(), 1); }));
  fail_in_turn("trim_memory", refused([] { trim_memory(Device::cpu()); }));
  fail_in_turn("Threads", [] { return Threads::current(); });
}

}  // namespace
}  // namespace linden
