// What is written for other libraries is what their readers here read: the same scores, to the bit.
#include "interop/export/random_models.hpp"
#include "interop/import/lightgbm/lightgbm.hpp"
#include "interop/import/onnx/onnx.hpp"

namespace linden {
namespace {

using exported::Case;

void expect_same_scores(const BoostedModel& model, const Case& one) {
  ASSERT_EQ(model.outputs(), one.model.outputs());
  std::vector<double> scores(static_cast<std::size_t>(model.outputs()));
  for (const std::vector<double>& row : one.rows) {
    model.predict_row(row, scores);
    ASSERT_EQ(scores, exported::scores_of(one, row));
  }
}

std::vector<hand_made::Options> with_zeros() {
  std::vector<hand_made::Options> all = exported::constant_leaves();
  all.push_back({.zeros_missing = true});
  return all;
}

TEST(RoundTrip, Lightgbm) {
  std::uint64_t seed = 40;
  for (const hand_made::Options& options : with_zeros()) {
    const Case one = exported::random_case(seed++, options, 40);
    const std::string text = export_to_string(one.model, ExportFormat::lightgbm);
    expect_same_scores(BoostedModel(read_lightgbm(text)), one);
  }
}

TEST(RoundTrip, Onnx) {
  std::uint64_t seed = 60;
  for (hand_made::Options options : exported::constant_leaves()) {
    options.categories.assign(3, 0);  // those that are read have numbers for names, and other codes
    const Case one = exported::random_case(seed++, options, 40);
    const AnyModel read = read_onnx(export_to_string(one.model, ExportFormat::onnx));
    expect_same_scores(std::get<BoostedModel>(read), one);
  }
}

}  // namespace
}  // namespace linden
