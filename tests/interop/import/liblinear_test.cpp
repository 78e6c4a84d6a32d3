// LIBLINEAR's models: whose score it is, in which order classes stand, and what is refused.
#include "interop/import/liblinear/liblinear.hpp"

#include <gtest/gtest.h>

#include <linden/error.hpp>

#include "interop/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

LinearModel model_of(const std::string& text) { return LinearModel(read_liblinear(text)); }

std::vector<double> of_row(const LinearModel& model, Output output) {
  return model.predict(Dataset::from_rows({1.0, 2.0, 4.0}, 3), {.output = output}).contiguous().to_vector<double>();
}

// The first label, 1, is the second class here, so that the score keeps its sign.
TEST(ReadLiblinear, HasTheScoreOfTheSecondClass) {
  const LinearModel model = model_of(liblinear_text());
  EXPECT_EQ(model.loss().name(), "logistic");
  EXPECT_EQ(model.classes(), (std::vector<std::string>{"-1", "1"}));
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(model.weights(), (std::vector<double>{0.5, -1, 0}));
  EXPECT_EQ(model.intercept(), std::vector<double>{0.5});
  EXPECT_EQ(of_row(model, Output::score), std::vector<double>{-1});
  EXPECT_EQ(of_row(model, Output::label), std::vector<double>{0});
  EXPECT_EQ(model.certificate().status, FitStatus::imported);
  EXPECT_FALSE(model.certificate().is_optimal());

  const LinearModel turned =
      model_of("solver_type L2R_LR\nnr_class 2\nlabel 0 1\nnr_feature 3\nbias -1\nw\n0.5\n-1\n0\n");
  EXPECT_EQ(turned.weights(), (std::vector<double>{-0.5, 1, 0}));
  EXPECT_EQ(of_row(turned, Output::score), std::vector<double>{1.5});  // 1.5 for 1, which is LIBLINEAR's -1.5 for 0
}

TEST(ReadLiblinear, HasAScoreForEachOfSeveralClasses) {
  const std::string weights = "nr_class 3\nlabel 10 2 -3\nnr_feature 3\nbias 1\nw\n1 2 3\n0 1 0\n0 0 1\n0.5 0 -0.5\n";
  for (const char* solver : {"L2R_LR", "L2R_L2LOSS_SVC", "MCSVM_CS"}) {
    const LinearModel model = model_of(std::string("solver_type ") + solver + "\n" + weights);
    EXPECT_EQ(model.loss().name(), solver);
    EXPECT_EQ(model.classes(), (std::vector<std::string>{"-3", "2", "10"}));
    EXPECT_EQ(of_row(model, Output::score), (std::vector<double>{3 + 4 - 0.5, 2 + 2, 1 + 0.5}));
    EXPECT_EQ(of_row(model, Output::label), std::vector<double>{0});
  }
  const LinearModel two =
      model_of("solver_type MCSVM_CS\nnr_class 2\nlabel 1 0\nnr_feature 3\nbias -1\nw\n1 2\n0 1\n0 0\n");
  EXPECT_EQ(of_row(two, Output::score), (std::vector<double>{2 + 2, 1}));
}

TEST(ReadLiblinear, ReadsRegressionAndTheMachineOfOneClass) {
  const std::string weights = "nr_class 2\nnr_feature 3\nbias -1\nw\n1\n0\n2\n";
  const LinearModel regression = model_of("solver_type L2R_L2LOSS_SVR\n" + weights);
  EXPECT_EQ(regression.classes(), std::vector<std::string>());
  EXPECT_EQ(of_row(regression, Output::prediction), std::vector<double>{9});
  const LinearModel one =
      model_of("solver_type ONECLASS_SVM\nnr_class 2\nnr_feature 3\nbias -1\nrho 2.5\nw\n1\n0\n2\n");
  EXPECT_EQ(of_row(one, Output::prediction), std::vector<double>{6.5});
}

TEST(ReadLiblinear, FindsColumnsByNumberOrPlace) {
  const LinearModel model = model_of(liblinear_text());
  const auto score = [&](const NameList& names) {
    return model.predict(Dataset::from_rows({1.0, 2.0, 4.0}, 3, {.names = names}), {.output = Output::score}).item();
  };
  EXPECT_EQ(score({"a", "b", "c"}), -1);
  EXPECT_EQ(score({"3", "2", "1"}), 0.5 * 4 - 2 + 0.5);
}

TEST(ReadLiblinear, RefusesWhatItDoesNotKnow) {
  const auto refused = [](const std::string& text) { return refusal<FileError>([&] { read_liblinear(text); }); };
  EXPECT_EQ(refused("solver_type L3\n"), "line 1: solver L3 is not known.");
  EXPECT_EQ(refused("solver_type L2R_LR\nnr_class 2\n"), "line 2: the weights, behind a line \"w\", are missing.");
  EXPECT_EQ(refused("solver_type L2R_LR\nnr_class two\n"), "line 2: \"two\" is not a finite number.");
  EXPECT_EQ(refused("solver_type L2R_LR\nnr_class 2\nlabel 1\nw\n"),
            "line 4: there are 1 labels for 2 classes; two or more are wanted, one each.");
  EXPECT_EQ(refused("solver_type L2R_LR\nnr_class 2\nlabel 1 2\nnr_feature 2000000000\nbias -1\nw\n1\n"),
            "line 6: there are 1 weights of 2000000000 features to come, more than the file has room for.");
  EXPECT_EQ(refused("solver_type L2R_LR\nnr_class 2\nlabel 1 2\nnr_feature 2\nbias -1\nw\n1 2\n3 4\n"),
            "line 7: there are 2 weights, but 1 are wanted in each of 2 lines.");
  EXPECT_EQ(refused("solver_type L2R_LR\nnr_class 2\nlabel 1 2\nnr_feature 1\nbias -1\nw\n1\n2\n"),
            "line 8: something follows the weights.");
  EXPECT_EQ(refused("solver_type L2R_LR\nnr_class 2\nlabel 1 2\nnr_feature 1\nbias -1\nw\nnan\n"),
            "line 7: \"nan\" is not a finite number.");
  EXPECT_EQ(refused("solver_type L2R_LR\nkind 2\n"), "line 2: \"kind\" is not known.");
}

}  // namespace
}  // namespace linden
