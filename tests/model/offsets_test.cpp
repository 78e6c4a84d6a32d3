// Offsets of rows: in the order of scores, refused where they do not fit, and what both families make of them.
#include "model/offsets.hpp"

#include <gtest/gtest.h>

#include <linden/error.hpp>
#include <linden/model.hpp>

#include "model/sealed.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Numbers = std::vector<double>;

Dataset rows() { return Dataset::from_rows({1, 2, 3, 4}, 1, {.label = {0, 1, 5, 4}}); }

Tensor two_a_row() { return Tensor::of({{1.0, 10.0}, {2.0, 20.0}, {3.0, 30.0}, {4.0, 40.0}}); }

ModelSchema fitted_with(std::vector<std::string> names) {
  ModelSchema schema;
  schema.offset = std::move(names);
  return schema;
}

TEST(Offsets, StandAsScoresDo) {
  EXPECT_EQ(training_offsets("here", rows(), 1), Numbers());
  EXPECT_EQ(training_offsets("here", rows().with_offset({1, 2, 3, 4}), 1), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(training_offsets("here", rows().with_offset(two_a_row()), 2), (Numbers{1, 2, 3, 4, 10, 20, 30, 40}));
  const ModelSchema model = fitted_with({"o", "p"});
  EXPECT_EQ(known_offsets("here", rows().with_offset(two_a_row()), model), (Numbers{1, 2, 3, 4, 10, 20, 30, 40}));
  EXPECT_EQ(known_offsets("here", rows(), ModelSchema()), Numbers());
  EXPECT_EQ(known_offsets("here", rows().take({}), model), Numbers());  // no row lacks one
}

TEST(Offsets, KeepTheirNamesAndTheirNumber) {
  EXPECT_EQ(names_of_offsets(rows()), std::vector<std::string>());
  EXPECT_EQ(names_of_offsets(rows().with_offset(two_a_row())), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(names_of_offsets(rows().with_offset(two_a_row(), {"o", "p"})), (std::vector<std::string>{"o", "p"}));
}

TEST(Offsets, ThatDoNotFitAreRefused) {
  const ModelSchema named = fitted_with({"o"}), unnamed = fitted_with({""}), none;
  const Dataset one = rows().with_offset({1, 2, 3, 4}, "exposure");
  EXPECT_EQ(
      refusal<DataError>([&] {
        training_offsets("here", rows().with_offset(two_a_row(), {"o", "p"}), 1);
      }),
      "here: the data has 2 offsets a row (columns \"o\", \"p\"), but there is one score. Hint: one for each score.");
  EXPECT_EQ(
      refusal<DataError>([&] { training_offsets("here", one, 3); }),
      "here: the data has 1 offset a row (column \"exposure\"), but there are 3 scores. Hint: one for each score.");
  EXPECT_EQ(
      refusal<DataError>([&] {
        training_offsets("here", rows().with_offset({1, 2, -2e38, 4}), 1);
      }),
      "here: the offset is -2e+38 at row 2; 1e+38 at most is taken. Hint: it is added to scores, before the link.");
  EXPECT_EQ(refusal<DataError>([&] { known_offsets("here", one, none); }),
            "here: the data has an offset (column \"exposure\"), but the model was fitted without one. Hint: leave it "
            "out, or train with it.");
  EXPECT_EQ(refusal<DataError>([&] { known_offsets("here", rows(), named); }),
            "here: the data has no offset, but the model was fitted with one (column \"o\"), which is a part of each "
            "score. Hint: .offset = COLUMN, which may be 0 in all rows.");
  EXPECT_EQ(refusal<DataError>([&] { known_offsets("here", rows().with_offset(two_a_row()), unnamed); }),
            "here: the data has 2 offsets a row, but there is one score. Hint: one for each score.");
  EXPECT_EQ(refusal<ArgumentError>([&] { check_row_offset("here", 1, none); }),
            "here: 1 offset for a model that was fitted without an offset.");
  EXPECT_EQ(refusal<ArgumentError>([&] { check_row_offset("here", 0, named); }),
            "here: 0 offsets for a model that was fitted with one (column \"o\").");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              check_row_offset("here", 1, fitted_with({"", ""}));
            }),
            "here: 1 offset for a model that was fitted with one for each of 2 scores.");
}

template <class Model>
void expect_kept(const Model& model, const Dataset& data, const Tensor& offset) {
  EXPECT_TRUE(model.has_offset());
  const Model loaded = Model::from_string(model.to_string());
  EXPECT_TRUE(loaded.has_offset());
  EXPECT_EQ(loaded.schema().offset_names, (std::vector<std::string>{"o"}));
  const Tensor all = model.predict(data);
  EXPECT_EQ(loaded.predict(data).template to_vector<double>(), all.to_vector<double>());
  double one = 0;
  for (std::int64_t i = 0; i < data.rows(); ++i) {
    const double x = data.columns()[0].values.template at<double>({i}), o = offset.at<double>({i});
    loaded.predict_row(std::array{x}, {&one, 1}, {&o, 1});
    EXPECT_EQ(one, all.at<double>({i}));
  }
  EXPECT_EQ(loaded.predict(data.take({})).elements(), 0);
  EXPECT_THROW(loaded.predict(data.with_offset({})), DataError);
  EXPECT_THROW(loaded.predict_row(std::array{1.0}, {&one, 1}), ArgumentError);
  // A constant more in all offsets is a factor of all predictions of a log link.
  const Tensor more = loaded.predict(data.with_offset(offset + 1.0));
  for (std::int64_t i = 0; i < data.rows(); ++i)
    EXPECT_NEAR(more.at<double>({i}) / all.at<double>({i}), std::exp(1.0), 1e-12);
}

TEST(Offsets, BelongToModelsOfBothFamilies) {
  const Tensor offset = Tensor::of({0.5, -1.0, 0.0, 2.0});
  const Dataset data = rows().with_offset(offset, "o");
  expect_kept(fit_boosted(data, {.loss = loss::poisson(), .rounds = 3, .min_rows_in_leaf = 1}), data, offset);
  expect_kept(fit_linear(data, {.loss = loss::poisson(), .l2 = 0.1}), data, offset);
  EXPECT_FALSE(fit_linear(rows(), {.l2 = 1}).has_offset());
  EXPECT_FALSE(fit_boosted(rows(), {.rounds = 1}).has_offset());
}

TEST(Offsets, OfExtremeSizeAreWhatARefusalSpeaksOf) {
  const Dataset data = rows().with_offset({0, 0, 0, 1000});
  EXPECT_EQ(
      refusal<DataError>([&] { fit_boosted(data, {.loss = loss::poisson(), .rounds = 1}); }),
      "fit_boosted: the gradient of row 3 is not finite where its score starts. Hint: look for offsets, or labels, "
      "of extreme size; an offset is added to the score, before the link.");
  EXPECT_EQ(
      refusal<DataError>([&] { fit_linear(data, {.loss = loss::poisson(), .l2 = 1}); }),
      "fit_linear: the loss is not finite where the fit starts (inf). Hint: look for labels, or offsets, of extreme "
      "size.");
}

TEST(Offsets, StandInModelFilesWhereThereAreAny) {
  const std::string text = fit_linear(rows().with_offset({1, 2, 3, 4}), {.l2 = 1}).to_string();
  EXPECT_NE(text.find(",\"offset\":[\"\"],"), std::string::npos) << text;
  EXPECT_EQ(fit_linear(rows(), {.l2 = 1}).to_string().find("offset"), std::string::npos);
  const auto refused = [&](const std::string& list) {
    std::string changed = opened(text);
    changed.replace(changed.find("[\"\"]"), 4, list);
    return refusal<FileError>([&] { LinearModel::from_string(sealed(changed)); });
  };
  EXPECT_EQ(refused("[]"), "the text: offset does not have one entry an output.");
  EXPECT_EQ(refused("[\"a\",\"b\"]"), "the text: offset does not have one entry an output.");
}

TEST(Offsets, OfValidationSetsGoWithThoseOfTraining) {
  const Dataset plain = rows(), data = plain.with_offset({1, 2, 3, 4});
  EXPECT_EQ(refusal<DataError>([&] { fit_boosted(plain, {.rounds = 1}, {.valid = data}); }),
            "fit_boosted: validation set: the data has an offset, but the model was fitted without one. Hint: leave it "
            "out, or train with it.");
  EXPECT_EQ(
      refusal<DataError>([&] { fit_boosted(data, {.rounds = 1}, {.valid = plain}); }),
      "fit_boosted: validation set: the data has no offset, but the model was fitted with one, which is a part of "
      "each score. Hint: .offset = COLUMN, which may be 0 in all rows.");
}

}  // namespace
}  // namespace linden
