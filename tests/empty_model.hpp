// For the tests of both families: text by operator<<, and what calls on an empty model say.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <linden/data.hpp>
#include <linden/error.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "refusal.hpp"

namespace linden {

template <class T>
std::string text_of(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

using Calls = std::vector<std::pair<std::string, std::function<void()>>>;

/// The calls that all families have, and those of this one, on an empty model: each is refused by its name, with the
/// functions that make a model, and saving writes nothing.
template <class Model>
void expect_refuses_calls(const Model& model, const std::string& type, const std::string& fit, const Calls& own) {
  EXPECT_TRUE(model.empty());
  EXPECT_FALSE(model);
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / ("linden_empty_" + type + ".json");
  double out = 0;
  Calls calls{{"predict", [&] { model.predict(Dataset()); }},
              {"predict_row",
               [&] {
                 model.predict_row(std::vector{1.0}, {&out, 1});
               }},
              {"labels_of", [&] { model.labels_of(Dataset()); }},
              {"save", [&] { model.save(path); }},
              {"save",
               [&] {
                 std::ostringstream stream;
                 model.save(stream);
               }},
              {"to_string", [&] { model.to_string(); }},
              {"signature", [&] { model.signature(); }},
              {"config", [&] { model.config(); }},
              {"loss", [&] { model.loss(); }},
              {"outputs", [&] { model.outputs(); }},
              {"feature_names", [&] { model.feature_names(); }},
              {"label_name", [&] { model.label_name(); }},
              {"classes", [&] { model.classes(); }},
              {"schema", [&] { model.schema(); }},
              {"warnings", [&] { model.warnings(); }}};
  calls.insert(calls.end(), own.begin(), own.end());
  for (const auto& [name, call] : calls)
    EXPECT_EQ(refusal<ArgumentError>(call),
              type + "::" + name + ": the model is empty. Hint: " + fit + " and " + type + "::load make one.");
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace linden
