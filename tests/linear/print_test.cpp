// Linear models and configurations as text, and what empty models say.
#include <gtest/gtest.h>

#include <linden/linear.hpp>

#include "empty_model.hpp"

namespace linden {
namespace {

TEST(Print, ALinearModelEndsWithItsCertificate) {
  const std::vector<double> x{1, 2, 3, 4, 5}, y{1, 3, 2, 5, 4};
  const LinearModel model = fit_linear(Dataset::from_rows(std::span(x), 1, {.label = y}));
  EXPECT_EQ(text_of(model),
            "model       linear\nloss        squared\nfeatures    1: f0\n" + text_of(model.certificate()));
  EXPECT_EQ(text_of(LinearModel()), "model       linear: empty\n");
}

TEST(Print, ALinearConfiguration) {
  EXPECT_EQ(text_of(LinearConfig{.l2 = 0.5}),
            "loss = automatic, l1 = 0, l2 = 0.5, intercept = true, standardize = true, solver = automatic, tolerance = "
            "1e-08, max_iterations = 0");
}

TEST(EmptyLinearModel, RefusesEveryCall) {
  const LinearModel model;
  expect_refuses_calls(model, "LinearModel", "fit_linear",
                       {{"weights", [&] { model.weights(); }},
                        {"weight", [&] { model.weight(0); }},
                        {"intercept", [&] { model.intercept(); }},
                        {"certificate", [&] { model.certificate(); }}});
}

}  // namespace
}  // namespace linden
