// Every function of models, while each allocation fails in turn.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/failing_allocations.hpp"

namespace linden {
namespace {

/// 300 rows of three numbers and, unless `numbers` alone are wanted, a column of categories; the label is 0 or 1.
Dataset rows(bool numbers = false) {
  Generator generator(3);
  std::vector<Column> columns;
  for (int f = 0; f < 3; ++f)
    columns.push_back({fmt::format("a feature with a long name {}", f), generator.normal({300})});
  const Tensor label = cast(columns[0].values + 0.5 * columns[1].values + generator.normal({300}) > 0, DType::f64);
  if (!numbers)
    columns.push_back({"a column of categories",
                       cast(generator.integers({300}, 0, 3), DType::i32),
                       true,
                       {"a category with a long name", "another one with a long name", "b"}});
  return Dataset::from_named(std::move(columns), label);
}

template <class Model>
int fail_what_models_share(const Model& model, const Dataset& data) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("linden_allocation_{}.json", ::getpid());
  const std::string text = model.to_string();
  int failed = fail_in_turn("predict", [&] { return model.predict(data, {.threads = 2}); });
  failed += fail_in_turn("predict", [&] { return model.predict(data, {.output = Output::label, .threads = 1}); });
  failed += fail_in_turn("labels_of", [&] { return model.labels_of(data); });
  failed += fail_in_turn("save", [&] { model.save(path); });
  failed += fail_in_turn("save", [&] { return saved_to_stream(model); });
  failed += fail_in_turn("to_string", [&] { return model.to_string(); });
  failed += fail_in_turn("load", [&] { return Model::load(path); });
  failed +=
      fail_in_turn("load", [&] { return loaded_from_stream(text, [](std::istream& in) { return Model::load(in); }); });
  failed += fail_in_turn("from_string", [&] { return Model::from_string(text); });
  failed += fail_in_turn("load_model", [&] { return load_model(path); });
  failed += fail_in_turn("load_model",
                         [&] { return loaded_from_stream(text, [](std::istream& in) { return load_model(in); }); });
  failed += fail_in_turn("model_from_string", [&] { return model_from_string(text); });
  failed += fail_in_turn("<<", [&] { return text_of_stream(model); });
  failed += fail_in_turn("<<", [&] { return text_of_stream(model.config()); });
  failed += fail_in_turn("schema", [&] { return model.schema(); });
  failed += fail_in_turn(
      "feature_names", [&]() -> const auto& { return model.feature_names(); });
  failed += fail_in_turn(
      "classes", [&]() -> const auto& { return model.classes(); });
  failed += fail_in_turn(
      "label_name", [&]() -> const auto& { return model.label_name(); });
  failed += fail_in_turn(
      "warnings", [&]() -> const auto& { return model.warnings(); });
  failed += fail_in_turn(
      "loss", [&]() -> const auto& { return model.loss(); });
  std::vector<double> values(model.feature_names().size(), 1), out(1);
  failed += fail_in_turn("predict_row", [&] {
    model.predict_row(std::span<const double>(values), out);
    return out[0];
  });
  failed += fail_in_turn("an empty model", [&] {
    try {
      Model().schema();
    } catch (const ArgumentError&) {
    }
  });
  std::filesystem::remove(path);
  return failed;
}

/// Fields and their values, of either configuration.
template <class Config>
int fail_fields() {
  const Config config;
  int failed = fail_in_turn("fields", [&] { return fields(config); });
  failed += fail_in_turn("set_field", [] {
    Config changed;
    set_field(changed, "l2", "0.25");
    set_field(changed, "loss", "huber");
    set_field(changed, "loss.delta", "2");
    return fields(changed);
  });
  failed += fail_in_turn("check", [&] { config.check(); });
  const auto refused = [](const auto& call) {
    return [call] {
      try {
        call();
        return "accepted";
      } catch (const ArgumentError&) {
        return "refused";
      }
    };
  };
  failed += fail_in_turn("set_field", refused([] {
                           Config changed;
                           set_field(changed, "tolerence", "1");
                         }));
  failed += fail_in_turn("check", refused([] {
                           Config odd;
                           odd.l1 = -1;
                           odd.check();
                         }));
  return failed;
}

TEST(FailingAllocations, LeaveBoostedModelsAsErrors) {
  const Dataset train = rows();
  const BoostingConfig config{.loss = loss::logistic(), .rounds = 3, .row_fraction = 0.8};
  int failed = 0;
  for (const int threads : {1, 2}) {
    FitOptions options{.threads = threads, .valid = train, .train_metrics = true, .save_history = true};
    options.callbacks = {early_stopping({.patience = 2}), [](const Round& round) {
                           return round.model().rounds() > 2 ? Signal::stop() : Signal::proceed();
                         }};
    failed += fail_in_turn("fit_boosted", [&] { return fit_boosted(train, config, options); });
  }
  for (const Loss& loss : {loss::quantile(), loss::custom("pairs", [](const Tensor&s, const Tensor&y) {
                             return mean(square(cumulative_sum(s - y, 0)));
                           })})
    failed += fail_in_turn("fit_boosted", [&, own = BoostingConfig{.loss = loss, .rounds = 2}] {
      return fit_boosted(train, own, copy_of(FitOptions{.threads = 1}));
    });
  const BoostedModel model = fit_boosted(train, config, {.valid = train, .save_history = true});
  failed += fail_what_models_share(model, train);
  failed += fail_in_turn("predict", [&] { return model.predict(train, {.output = Output::leaf}); });
  failed += fail_in_turn("importances", [&] { return model.importances(); });
  failed += fail_in_turn("depth", [&] { return model.trees()[0].depth(); });
  failed += fail_in_turn("default_loss", [&] { return default_loss(train); });
  failed += fail_fields<BoostingConfig>();
  const std::vector<std::string> names = model.feature_names();
  const std::vector<RowValue> row{1, 2, 3, "b"};
  std::vector<double> out(1);
  failed += fail_in_turn("row_predictor", [&] { return model.row_predictor(names)(row); });
  failed += fail_in_turn("RowPredictor", [&, predictor = model.row_predictor(names)] {
    predictor.predict(row, out);
    return out[0] + predictor({1, 2, 3, "b"}) + predictor.outputs();
  });
  failed += fail_in_turn("predict_row", [&] {
    model.predict_row(row, out);
    return out[0];
  });
  EXPECT_GT(failed, 1000);
}

TEST(FailingAllocations, LeaveLinearModelsAsErrors) {
  const Dataset train = rows(true);
  int failed = 0;
  const auto fit = [&](const char* name, const LinearConfig& config) {
    failed += fail_in_turn(name, [&] { return fit_linear(train, config, {.threads = 2}); });
  };
  fit("newton", {.loss = loss::logistic(), .l2 = 1e-3});
  fit("coordinate descent", {.loss = loss::logistic(), .l1 = 1e-2});
  fit("qr", {.loss = loss::squared(), .solver = Solver::qr});
  fit("newton_cg", {.loss = loss::poisson(), .l2 = 1e-3, .solver = Solver::newton_cg});
  fit("lbfgs", {.loss = loss::logistic(), .l1 = 1e-2, .solver = Solver::lbfgs});
  const LinearModel model = fit_linear(train, {.loss = loss::logistic(), .l2 = 1e-3});
  failed += fail_what_models_share(model, train);
  failed += fail_in_turn("certificate", [&] { return to_json(model.certificate(), false); });
  failed += fail_in_turn("certificate <<", [&] { return text_of_stream(model.certificate()); });
  failed += fail_fields<LinearConfig>();
  EXPECT_GT(failed, 1000);
}

TEST(FailingAllocations, LeaveCallbacksAsErrors) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("linden_allocation_{}.jsonl", ::getpid());
  const std::vector<MetricValue> metrics{{"a metric with a long name", 0.5, false}, {"another with a long name", 0.25}};
  const EarlyStopping options{.patience = 2, .metric = "another with a long name"};
  int failed = fail_in_turn("early_stopping", [&] { return early_stopping(options)({0, 9, 0.1, metrics}).stops(); });
  failed += fail_in_turn("json_lines", [&] { return json_lines(path)({0, 9, 0.1, metrics}).stops(); });
  failed += fail_in_turn("progress_bar", [&] { return progress_bar()({0, 9, 0.1, metrics}).stops(); });
  failed += fail_in_turn("Round::model", [] {
    try {
      return Round().model().rounds();
    } catch (const ArgumentError&) {
      return -1;
    }
  });
  std::filesystem::remove(path);
  EXPECT_GT(failed, 10);
}

}  // namespace
}  // namespace linden
