// Linear models and configurations as text, and what empty models say.
#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <sstream>

#include "refusal.hpp"

namespace linden {
namespace {

template <class T>
std::string text_of(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

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
  EXPECT_TRUE(model.empty());
  EXPECT_FALSE(model);
  double out = 0;
  const std::vector<std::pair<std::string, std::function<void()>>> calls{
      {"predict", [&] { model.predict(Dataset()); }},
      {"predict_row",
       [&] {
         model.predict_row(std::vector{1.0}, {&out, 1});
       }},
      {"labels_of", [&] { model.labels_of(Dataset()); }},
      {"save", [&] { model.save("/no/such/folder/empty.json"); }},
      {"save", [&] { model.save(std::cout); }},
      {"to_string", [&] { model.to_string(); }},
      {"config", [&] { model.config(); }},
      {"loss", [&] { model.loss(); }},
      {"outputs", [&] { model.outputs(); }},
      {"weights", [&] { model.weights(); }},
      {"weight", [&] { model.weight(0); }},
      {"intercept", [&] { model.intercept(); }},
      {"certificate", [&] { model.certificate(); }},
      {"feature_names", [&] { model.feature_names(); }},
      {"schema", [&] { model.schema(); }},
      {"label_name", [&] { model.label_name(); }},
      {"classes", [&] { model.classes(); }}};
  for (const auto& [name, call] : calls)
    EXPECT_EQ(refusal<ArgumentError>(call),
              "LinearModel::" + name + ": the model is empty. Hint: fit_linear and LinearModel::load make one.");
}

}  // namespace
}  // namespace linden
