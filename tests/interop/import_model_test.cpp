// The door: files and bytes of any format, compressed or not, and what is said of those that are none.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <linden/interop.hpp>

#include "base/files/gzip.hpp"
#include "interop/format.hpp"
#include "interop/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

std::filesystem::path written(const std::string& name, std::string_view bytes) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / ("import_model_" + name);
  replace_by_name(path, [&](const auto& out) { out(bytes); });
  return path;
}

double prediction(const AnyModel& model, std::vector<double> row) {
  const int features = static_cast<int>(row.size());
  const Dataset data = Dataset::from_rows(row, features);
  return std::visit([&](const auto& m) { return m.predict(data); }, model).item();
}

TEST(ImportModel, ReadsFilesWhateverTheirNames) {
  const std::string json = xgboost_json().dump(), ubjson = ubjson_of(xgboost_json()), binary = xgboost_binary();
  int number = 0;
  for (const std::string& bytes : {json, ubjson, binary})
    for (const char* ending : {".json", ".txt.gz", ".model"}) {
      const auto path = written(std::to_string(number++) + ending, bytes);
      EXPECT_EQ(prediction(import_model(path), {0, 3}), 2.5) << path;
      EXPECT_EQ(prediction(model_from_bytes(bytes), {0, 3}), 2.5);
    }
}

TEST(ImportModel, ReadsModelsOfThisLibrary) {
  const AnyModel trees = model_from_bytes(xgboost_json().dump());
  const auto path = written("ours.json.gz", "");
  std::visit([&](const auto& model) { model.save(path); }, trees);
  const AnyModel again = import_model(path);
  EXPECT_EQ(std::get<BoostedModel>(again).to_string(), std::get<BoostedModel>(trees).to_string());
  EXPECT_EQ(prediction(model_from_bytes(std::get<BoostedModel>(trees).to_string()), {0, -5}), -0.5);
  const AnyModel line = model_from_bytes(liblinear_text());
  const AnyModel line_again = model_from_bytes(std::get<LinearModel>(line).to_string());
  EXPECT_EQ(std::get<LinearModel>(line_again).weights(), std::get<LinearModel>(line).weights());
  EXPECT_EQ(std::get<LinearModel>(line_again).certificate().status, FitStatus::imported);
}

TEST(ImportModel, SaysWhySomeFormatsAreNotRead) {
  EXPECT_EQ(
      refusal<FileError>([] { model_from_bytes(std::string_view("\x80\3ccopyreg\n", 10)); }),
      "the bytes: a pickle of Python is a program, which is not run here. Hint: save the model as its library does "
      "(XGBoost: save_model, LightGBM: save_model, CatBoost: save_model with format=\"json\"); of scikit-learn, "
      "tools/sklearn_to_json.py writes it.");
  EXPECT_EQ(refusal<FileError>([] {
              model_from_bytes("<?xml version=\"1.0\"?>\n<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">");
            }),
            "the bytes: PMML is not read: beside trees it has rules for missing and wrong values and transformations, "
            "for which there is nothing here. Hint: take the model that the PMML was made of, in the format of its "
            "library.");
  EXPECT_EQ(refusal<FileError>([] { model_from_bytes("Tree=0\nnum_leaves=1\n"); }),
            "the bytes: trees of a LightGBM model without its head, which says what the features are and what is "
            "predicted. Hint: save_model writes both.");
  EXPECT_EQ(refusal<FileError>([] { model_from_bytes("CBM1\x10"); }),
            "the bytes: CatBoost's binary form is not read. Hint: save_model(FILE, format=\"json\", pool=DATA).");
}

TEST(ImportModel, SaysWhatIsKnownOfOthers) {
  std::vector<std::string> names;
  for (const KnownFormat& format : known_formats()) names.push_back(format.name);
  EXPECT_EQ(refusal<FileError>([] { model_from_bytes("BZh91AY\x01\""); }),
            fmt::format("the bytes: not a model of a format that is known here: it begins with \"BZh91AY\\x01\\\"\". "
                        "Known: {}.",
                        fmt::join(names, ", ")));
  EXPECT_EQ(refusal<FileError>([] { model_from_bytes(""); }).substr(0, 73),
            "the bytes: not a model of a format that is known here: it is empty. Known");
  const auto path = written("broken.ubj", "{\"learner\":1}");
  EXPECT_EQ(refusal<FileError>([&] { import_model(path); }),
            path.string() + ": as a model of XGBoost (JSON): learner is not an object.");
  EXPECT_EQ(refusal<FileError>([] { import_model("nowhere.ubj"); }),
            "load(\"nowhere.ubj\"): cannot open the file: No such file or directory.");
  const std::string ours = std::get<BoostedModel>(model_from_bytes(xgboost_json().dump())).to_string();
  EXPECT_THROW(import_model(written("cut.json", ours.substr(0, ours.size() / 2))), FileError);
}

}  // namespace
}  // namespace linden
