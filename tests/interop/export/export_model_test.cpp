// The door of exports: names, options, files.
#include <linden/linear.hpp>

#include "interop/export/random_models.hpp"

namespace linden {
namespace {

BoostedModel some_trees() { return exported::random_case(1, {}, 1).model; }
LinearModel a_line() {
  return fit_linear(Dataset::from_rows({1, 2, 3}, 1, {.label = NumberList{1, 2, 4}}), {.loss = loss::squared()});
}

TEST(ExportFormat, HasANameEach) {
  const std::vector<std::string> names = export_format_names();
  EXPECT_EQ(names, (std::vector<std::string>{"xgboost_json", "xgboost_ubjson", "lightgbm", "onnx", "liblinear", "csv",
                                             "cpp", "c"}));
  for (const std::string& name : names) EXPECT_EQ(name_of(export_format_named(name)), name);
  EXPECT_EQ(refusal<ArgumentError>([] { export_format_named("lightgmb"); }),
            "no format of models is called \"lightgmb\". Did you mean \"lightgbm\"? Formats: xgboost_json, "
            "xgboost_ubjson, lightgbm, onnx, liblinear, csv, cpp, c.");
}

TEST(ExportModel, EachFamilyHasItsFormats) {
  for (const ExportFormat format : {ExportFormat::liblinear, ExportFormat::csv})
    EXPECT_EQ(refusal<ArgumentError>([&] { export_to_string(some_trees(), format); }),
              fmt::format("export_model: {} cannot hold this model: it is for weights, and this is a model of trees.",
                          name_of(format)));
  for (const ExportFormat format : {ExportFormat::xgboost_json, ExportFormat::xgboost_ubjson, ExportFormat::lightgbm})
    EXPECT_EQ(refusal<ArgumentError>([&] { export_to_string(a_line(), format); }),
              fmt::format("export_model: {} cannot hold this model: it is for trees, and this is a linear model. Hint: "
                          "onnx, liblinear, csv, cpp and c.",
                          name_of(format)));
  EXPECT_THROW(export_to_string(BoostedModel(), ExportFormat::cpp), ArgumentError);
}

TEST(ExportModel, OptionsGoWithFormats) {
  EXPECT_EQ(refusal<ArgumentError>([] { export_to_string(some_trees(), ExportFormat::lightgbm, {.name = "trees"}); }),
            "export_model: .name is \"trees\", and lightgbm has no place for a name. Hint: it is for cpp, c and onnx.");
  EXPECT_EQ(refusal<ArgumentError>([] { export_to_string(a_line(), ExportFormat::csv, {.scores = true}); }),
            "export_model: .scores is set, and csv has weights alone. Hint: leave it out.");
}

TEST(ExportModel, FilesAndStreamsHaveTheSameBytes) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("linden_export_{}", ::getpid());
  for (const ExportFormat format : {ExportFormat::xgboost_ubjson, ExportFormat::cpp, ExportFormat::onnx}) {
    const BoostedModel model = some_trees();
    export_model(model, path, format);
    std::ifstream in(path, std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(in), {}};
    std::ostringstream stream;
    export_model(model, stream, format);
    EXPECT_EQ(file, export_to_string(model, format));
    EXPECT_EQ(file, stream.str());
  }
  std::filesystem::remove(path);
  EXPECT_THROW(export_model(some_trees(), "/no/such/folder/model", ExportFormat::cpp), FileError);
}

TEST(ExportModel, OffsetsAreRefusedUnlessScoresAreWanted) {
  Random random(2);
  BoostedModel::State state = hand_made::random_state(random, {});
  state.offset = {"exposure"};
  const BoostedModel model(as_loaded("a model", state));
  for (const ExportFormat format : {ExportFormat::xgboost_json, ExportFormat::lightgbm})
    EXPECT_EQ(
        refusal<ArgumentError>([&] { export_to_string(model, format); }),
        fmt::format("export_model: {} cannot hold this model: it was fitted with an offset, which is added to the "
                    "score before the link. Hint: export the scores, and add the offset to them.",
                    name_of(format)));
  state.offset = {};
  const BoostedModel plain(as_loaded("a model", state));
  EXPECT_EQ(export_to_string(model, ExportFormat::lightgbm, {.scores = true}),
            export_to_string(plain, ExportFormat::lightgbm));
}

}  // namespace
}  // namespace linden
