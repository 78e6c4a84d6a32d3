// What the snippets of each document take for granted. A snippet that wants more than is here asks too much of its
// reader, too.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <linden/linden.hpp>

using namespace linden;

/// Rows of 28 numbers, with labels 0 and 1 that the first two of them decide but for some rows.
inline Dataset some_rows(int seed) {
  constexpr int rows = 300, features = 28;
  Generator generator(static_cast<std::uint64_t>(seed));
  static std::vector<Tensor> kept;
  const Tensor x = generator.normal({rows, features});
  const Tensor noise = generator.normal({rows});
  const Tensor label = (x.select(1, 0) + x.select(1, 1) + 0.5 * noise > 0).cast(DType::f64);
  kept.push_back(x);
  return Dataset::from_tensors(x, {.label = label.span<const double>()});
}
inline const Dataset some_training_rows = some_rows(1), other_rows = some_rows(2), last_rows = some_rows(3);

/// Each runs in a folder of its own, with files of clicks, of searches and of claims, and of a model.
class Snippets : public testing::Test {
 protected:
  Snippets() {
    std::filesystem::create_directories(folder_);
    std::filesystem::current_path(folder_);
    std::ofstream clicks("clicks.csv");
    clicks << "id,age,town,click\n";
    for (int i = 0; i < 200; ++i)
      clicks << i << ',' << i * 7 % 60 << ",town " << i % 3 << ',' << (i * 7 % 60 > 30) << '\n';
    std::ofstream("searches.csv") << "query,clicked,place\n1,0,2\n1,1,1\n2,0,1\n";
    std::ofstream("claims.csv") << "age,count,log_exposure\n30,0,0\n40,1,-0.5\n50,0,-0.1\n";
    static const BoostedModel model = fit_boosted(some_training_rows, {.rounds = 1});
    for (const char* name : {"model.json", "old.json", "new.linden"}) model.save(name);
    export_model(model, "xgboost.ubj", ExportFormat::xgboost_ubjson);
  }
  ~Snippets() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("linden_snippets_" + std::to_string(getpid()) + testing::UnitTest::GetInstance()->current_test_info()->name());
};

/// Logistic regression.
struct Regression {
  Tensor x = Generator(4).normal({50, 28});
  Tensor y = (x.select(1, 0) > 0).cast(DType::f64);
  Tensor operator()(const Tensor& w) const {
    const Tensor score = matmul(x, w);
    return mean(softplus(score) - y * score);
  }
};

namespace in_README_md {
const Dataset &train = some_training_rows, &test = other_rows;
const BoostedModel model = fit_boosted(train, {.loss = loss::logistic(), .rounds = 5});
const Regression loss_of;
const Tensor &x = loss_of.x, &y = loss_of.y;
const Tensor v = Tensor::ones(28);
}  // namespace in_README_md

namespace in_autograd_hpp {
const Regression loss_of;
const Tensor &x = loss_of.x, &y = loss_of.y;
const Tensor v = Tensor::ones(28);
}  // namespace in_autograd_hpp

namespace in_boosted_model_hpp {
const Dataset& test = other_rows;
const BoostedModel model = fit_boosted(some_training_rows, {.rounds = 1});
}  // namespace in_boosted_model_hpp

namespace in_boosting_hpp {
const Dataset &train = some_training_rows, &valid = other_rows, &test = last_rows;
const Dataset &held_out = valid, &last_year = valid, &this_year = test;
}  // namespace in_boosting_hpp

namespace in_calibration_hpp {
const Dataset &held_out = other_rows, &test = last_rows;
const BoostedModel model = fit_boosted(some_training_rows, {.loss = loss::logistic(), .rounds = 5});
}  // namespace in_calibration_hpp

namespace in_callback_hpp {
const Dataset &train = some_training_rows, &valid = other_rows;
}

namespace in_checkpoint_hpp {
const Dataset& train = some_training_rows;
const BoostingConfig config{.rounds = 5};
}  // namespace in_checkpoint_hpp

namespace in_cross_validation_hpp {
const Dataset& train = some_training_rows;
}

namespace in_dependence_hpp {
const Dataset test = Dataset::from_named({{"age", Tensor::of({20.0, 40.0, 60.0})}}, Tensor::of({0.0, 1.0, 1.0}));
const BoostedModel model = fit_boosted(test, {.rounds = 1});
}  // namespace in_dependence_hpp

namespace in_error_hpp {
BoostedModel model = fit_boosted(some_training_rows, {.rounds = 1});
}

namespace in_explain_hpp {
const Dataset &train = some_training_rows, &test = other_rows;
const BoostedModel model = fit_boosted(train, {.loss = loss::logistic(), .rounds = 5});
}  // namespace in_explain_hpp

namespace in_fuse_hpp {
const Tensor x = Generator(5).normal({50, 28}), table = Generator(6).normal({50, 28});
const Tensor v = Tensor::ones({28}).set_requires_grad();
}  // namespace in_fuse_hpp

namespace in_importance_hpp {
const Dataset& test = other_rows;
const BoostedModel model = fit_boosted(some_training_rows, {.loss = loss::logistic(), .rounds = 5});
}  // namespace in_importance_hpp

namespace in_interop_hpp {
const Dataset& test = other_rows;
}

namespace in_linalg_hpp {
const Regression loss_of;
const Tensor &x = loss_of.x, &y = loss_of.y;
const double l2 = 0.1;
const int features = 28;
}  // namespace in_linalg_hpp

namespace in_linear_hpp {
const Dataset &train = some_training_rows, &test = other_rows;
}

namespace in_online_hpp {
const Dataset &train = some_training_rows, &more = other_rows;
}

namespace in_linear_choice_hpp {
const Dataset& train = some_training_rows;
}

namespace in_linear_path_hpp {
const Dataset& train = some_training_rows;
}

namespace in_loss_hpp {
const Dataset& train = some_training_rows;
const double score = 0.5, label = 1;
}  // namespace in_loss_hpp

namespace in_metric_hpp {
const Dataset& test = other_rows;
const BoostedModel model = fit_boosted(some_training_rows, {.loss = loss::logistic(), .rounds = 5});
}  // namespace in_metric_hpp

namespace in_model_hpp {
const Dataset& test = other_rows;
}

namespace in_model_text_hpp {
const BoostedModel model = fit_boosted(some_training_rows, {.rounds = 1});
}

namespace in_neighbours_hpp {
const Dataset &train = some_training_rows, &test = other_rows;
const BoostedModel model = fit_boosted(train, {.loss = loss::logistic(), .rounds = 5});
}  // namespace in_neighbours_hpp

namespace in_options_hpp {
const Dataset& test = other_rows;
const BoostingConfig config;
const BoostedModel model = fit_boosted(some_training_rows, {.loss = loss::logistic(), .rounds = 5});
}  // namespace in_options_hpp

namespace in_row_predictor_hpp {
const BoostedModel model =
    fit_boosted(Dataset::from_named({{"age", Tensor::of({20.0, 40.0})},
                                     {"job", Tensor::of({0, 1}).cast(DType::i32), true, {"nurse", "technician"}}},
                                    Tensor::of({0.0, 1.0})),
                {.rounds = 1});
}

namespace in_statistics_hpp {
const Dataset train = Dataset::from_columns(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 2, 7, 1, 8, 2, 8, 1, 8}, 2,
                                            {.label = {1, 0, 2, 1, 3, 2, 4, 6}});
const std::vector<double> trials(8, 10.0);
const LinearModel smaller = fit_linear(train.without({"f1"}), {.loss = loss::poisson()});
const FitStatistics fit = statistics(fit_linear(train, {.loss = loss::poisson()}), train);
}  // namespace in_statistics_hpp

namespace in_ops_hpp {
const Regression loss_of;
const Tensor &x = loss_of.x, &y = loss_of.y;
const Tensor w = Tensor::zeros(28);
const double bias = 0.5;
}  // namespace in_ops_hpp

namespace in_optim_hpp {
const Regression loss_of;
}

namespace in_random_hpp {
const std::int64_t rows = 10;
}

namespace in_report_hpp {
const Dataset& test = other_rows;
const BoostedModel model = fit_boosted(some_training_rows, {.loss = loss::logistic(), .rounds = 5});
}  // namespace in_report_hpp

namespace in_search_hpp {
const Dataset& train = some_training_rows;
}

namespace in_tensor_file_hpp {
const Tensor w = Tensor::ones(3), b = Tensor::zeros(1), x = Tensor::ones(2, 2);
const optim::Adam adam({Tensor::zeros(3).set_requires_grad()});
}  // namespace in_tensor_file_hpp

namespace in_threads_hpp {
const Tensor a = Tensor::ones(3, 3), b = Tensor::ones(3, 3);
}
